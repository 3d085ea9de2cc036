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

/** At the full size of its picture. */
export async function maskFile(mask: StudioMask | undefined, draft: StudioDraft): Promise<File | undefined> {
  const living = livingMask(mask, draft);
  return living === undefined ? undefined : await maskPng(living.document);
}
