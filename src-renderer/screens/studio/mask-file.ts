/** The mask that goes along with a request. */
import { maskPng } from '../../canvas/mask-file';
import { isUntouched } from '../../canvas/mask-document';
import type { StudioMask } from '../../state/studio';
import { subjectOf } from '../../state/studio-draft';
import type { StudioDraft } from '../../state/studio-draft';

/** What was painted on the picture that is edited; undefined where nothing was. */
export function livingMask(mask: StudioMask | undefined, draft: StudioDraft): StudioMask | undefined {
  return mask !== undefined && mask.nodeId === subjectOf(draft.inputs)?.nodeId && !isUntouched(mask.document)
    ? mask
    : undefined;
}

/** At the full size of its picture. Throws one sentence where what was painted was all taken away again: it would be paid for nothing. */
export async function maskFile(mask: StudioMask | undefined, draft: StudioDraft): Promise<File | undefined> {
  const living = livingMask(mask, draft);
  if (living === undefined) {
    return undefined;
  }
  const file = await maskPng(living.document);
  if (file === null) {
    throw new Error('The mask marks nothing: paint what may change, or clear the mask to send without one.');
  }
  return file;
}
