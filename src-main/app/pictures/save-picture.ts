/** One picture saved where the user says: byte for byte, or in another form, with its recipe if that is wished. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { SavedPicture, SaveForm } from '@shared/model/picture';
import { type RecipeNote, SIDECAR_ENDING } from '@shared/model/recipe-note';
import { makeAtomically, writeAtomically } from '../../datasets/atomic-file';
import type { Converter } from '../../images/converter';
import { Refusal } from '../../refusal';
import { exportFailure } from '../exports/export-failure';
import { isSigned } from './c2pa';
import { embedRecipe, sidecarOf } from './recipe';

const ENDINGS = { png: '.png', jpeg: '.jpg', webp: '.webp' } as const;

/** The name under which it is offered. */
export function savedName(fileName: string, { format }: Pick<SaveForm, 'format'>): string {
  const ending = extname(fileName);
  return format === 'original'
    ? fileName
    : `${fileName.slice(0, fileName.length - ending.length)}${ENDINGS[format]}`;
}

export interface SaveOrder {
  /** Absolute. */
  readonly source: string;
  readonly target: string;
  readonly form: SaveForm;
  /** Null: nobody knows how it came about. */
  readonly note: RecipeNote | null;
}

/** What is there stays until the new file is whole. Throws a Refusal with one sentence. */
export async function savePicture(converter: Converter, order: SaveOrder): Promise<SavedPicture> {
  const { source, target, form } = order;
  try {
    const remark = await makeAtomically(target, async (draft) => {
      if (form.format === 'original') {
        await copyFile(source, draft);
      } else {
        const { format, quality, colour } = form;
        const converted = await converter.convert({
          source,
          target: draft,
          form: { format, quality, colour },
        });
        if (converted.kind === 'failed') {
          throw new Refusal('BAD_INPUT', converted.sentence);
        }
      }
      return withRecipe(draft, order);
    });
    return { fileName: basename(target), ...(remark === null ? {} : { remark }) };
  } catch (error) {
    throw exportFailure(error, target);
  }
}

/** Answers a remark, if there is one to make. */
async function withRecipe(draft: string, { source, target, form, note }: SaveOrder): Promise<string | null> {
  const wasSigned = form.format !== 'original' && isSigned(await readFile(source));
  const gone = wasSigned ? 'Its signature is not in the converted copy.' : null;
  if (!form.embedRecipe || note === null) {
    return gone;
  }
  const bytes = await readFile(draft);
  const embedded = embedRecipe(bytes, note);
  if (embedded.kind === 'embedded') {
    await writeFile(draft, embedded.bytes);
    return gone;
  }
  const beside = `${target}${SIDECAR_ENDING}`;
  await writeAtomically(beside, (handle) => handle.writeFile(sidecarOf(bytes, note)));
  return embedded.why === 'signed'
    ? `It is signed, so it was not changed: its recipe is saved beside it in ${basename(beside)}.`
    : `Its recipe is saved beside it in ${basename(beside)}.`;
}
