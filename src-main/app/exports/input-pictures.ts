/** The input pictures of a row where they lie, for exports. What lies on the web is named, never fetched. */
import { extname } from 'node:path';
import { imageReferences } from '@shared/columns';
import { decodeDataUrl } from '../../images/data-url';
import { embeddedFile, isEmbeddedReference } from '../../images/embedded';
import type { InspectRules } from '../../images/inspect-input';
import { MAX_INPUT_IMAGE_BYTES } from '../../images/largest-input';
import { resolveInputPath } from '../../images/safe-path';
import { sniffImage } from '../../images/sniff';
import type { ExportItem } from './export-items';

export type InputPicture =
  | { readonly kind: 'file'; readonly path: string; readonly extension: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly extension: string }
  | { readonly kind: 'web'; readonly url: string }
  | { readonly kind: 'gone' };

/** Whether an export is to hold it: what is on the web is named instead. */
export function isLocal({ kind }: InputPicture): boolean {
  return kind !== 'web';
}

/** In the order they were sent; none of a run that edits nothing. */
export function inputPictures(
  { run, row }: ExportItem,
  rules: InspectRules,
): Promise<readonly InputPicture[]> {
  const references = run.recipe.task === 'edit' ? imageReferences(row.fields, run.recipe.imageColumns) : [];
  return Promise.all(references.map((reference) => inputPicture(reference.trim(), rules)));
}

async function inputPicture(reference: string, rules: InspectRules): Promise<InputPicture> {
  if (/^https?:/i.test(reference)) {
    return { kind: 'web', url: reference };
  }
  if (/^data:/i.test(reference)) {
    const decoded = decodeDataUrl(reference, MAX_INPUT_IMAGE_BYTES);
    if (decoded.kind !== 'ok') {
      return { kind: 'gone' };
    }
    const { buffer, byteOffset, byteLength } = decoded.bytes;
    const extension = `.${sniffImage(decoded.bytes)?.extension ?? 'png'}`;
    return { kind: 'bytes', bytes: Buffer.from(buffer, byteOffset, byteLength), extension };
  }
  const path = await localPath(reference, rules);
  return path === null
    ? { kind: 'gone' }
    : { kind: 'file', path, extension: extname(path).toLowerCase() || '.png' };
}

async function localPath(reference: string, rules: InspectRules): Promise<string | null> {
  if (isEmbeddedReference(reference)) {
    return embeddedFile(reference, rules.embeddedDir)?.path ?? null;
  }
  const resolved = await resolveInputPath(reference, rules);
  return resolved.kind === 'ok' ? resolved.path : null;
}
