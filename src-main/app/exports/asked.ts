/**
 * What was asked for a result: its instruction as it was sent, with its inputs. Pictures are the same where their path
 * is: two copies of a picture are two.
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { imageReferences, maskReference } from '@shared/columns';
import { instructionOf } from '../orders/job-instruction';
import type { ExportItem } from './export-items';

/** The same text for two results exactly if the same was asked. */
export function askedOf(item: ExportItem): string {
  const { job, row, run } = item;
  const { task, maskColumn } = run.recipe;
  const mask = task === 'edit' ? maskReference(row.fields, maskColumn) : null;
  return digest([
    task,
    instructionOf(run.recipe, job, row.fields),
    inputPlaces(item),
    mask === null ? null : placeOf(item, mask),
  ]);
}

/** The same text for two results of one dataset exactly if their inputs are the same; each dataset has its own rules for paths. */
export function inputsKey(item: ExportItem): string {
  return digest([item.dataset.id, inputPlaces(item)]);
}

function inputPlaces(item: ExportItem): readonly string[] {
  const { row, run } = item;
  const { task, imageColumns } = run.recipe;
  const references = task === 'edit' ? imageReferences(row.fields, imageColumns) : [];
  return references.map((reference) => placeOf(item, reference));
}

function placeOf({ dataset }: ExportItem, reference: string): string {
  return isAddress(reference) ? reference : resolve(dataset.baseDir ?? '', reference);
}

/** The picture itself, or where it is on the web. */
function isAddress(reference: string): boolean {
  return /^(data|https?|file|embedded):/i.test(reference);
}

/** A row may hold whole pictures. */
function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
