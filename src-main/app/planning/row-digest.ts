/**
 * What a row asks for under a recipe, as a digest: only what is sent, or names the file. A cell that nothing reads may
 * change, and nothing is paid for again because of it.
 */
import { createHash } from 'node:crypto';
import { cellOf, type Fields, imageReferences, maskReference } from '@shared/columns';
import { mediaOfRow } from '@shared/media-parts';
import type { Recipe } from '@shared/model/run';
import { parseTemplate, renderTemplate } from '@shared/template';
import { HISTORY_FIELD } from '../orders/conversation';
import { rowSize } from '../orders/picture-order';

export function createRowDigest(recipe: Recipe): (fields: Fields) => string {
  const prompt = parseTemplate(recipe.instruction);
  const system = parseTemplate(recipe.text?.system ?? '');
  const name = recipe.outputNameColumn;
  return (fields) =>
    digestOf([
      renderTemplate(prompt, fields),
      name === undefined ? null : (cellOf(fields, name)?.trim() ?? null),
      cellOf(fields, HISTORY_FIELD) ?? null,
      recipe.task === 'text' ? renderTemplate(system, fields) : null,
      attachedTo(fields, recipe),
    ]);
}

/** As earlier versions of the program made it: of all cells, read or not. */
export function formerRowDigest(fields: Fields): string {
  return digestOf(fields);
}

/** Files, and where a row has its own size, that. */
function attachedTo(fields: Fields, { task, imageColumns, maskColumn }: Recipe): unknown {
  switch (task) {
    case 'edit':
      return [imageReferences(fields, imageColumns), maskReference(fields, maskColumn)];
    case 't2i':
      return rowSize(fields);
    case 'text':
      return mediaOfRow(fields, imageColumns);
  }
}

function digestOf(asked: unknown): string {
  return createHash('sha1').update(JSON.stringify(asked)).digest('base64url');
}
