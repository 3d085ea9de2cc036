/** The mask that goes along with a request. */
import { maskPng } from '../../canvas/mask-file';
import { isUntouched } from '../../canvas/mask-document';
import type { MaskDocument } from '../../canvas/mask-document';
import { subjectOf } from '../../state/studio-draft';
import type { StudioDraft } from '../../state/studio-draft';
import type { Masks } from '../../state/studio-masks';

/** What was painted on the picture that is edited; undefined where nothing was. */
export function livingMask(masks: Masks, { inputs }: StudioDraft): MaskDocument | undefined {
  const subject = subjectOf(inputs);
  const mask = subject === undefined ? undefined : masks.get(subject.nodeId);
  return mask === undefined || isUntouched(mask) ? undefined : mask;
}

/** At the full size of its picture. Throws one sentence where what was painted was all taken away again: it would be paid for nothing. */
export async function maskFile(masks: Masks, draft: StudioDraft): Promise<File | undefined> {
  const living = livingMask(masks, draft);
  if (living === undefined) {
    return undefined;
  }
  const file = await maskPng(living);
  if (file === null) {
    throw new Error('The mask marks nothing: paint what may change, or clear the mask to send without one.');
  }
  return file;
}
