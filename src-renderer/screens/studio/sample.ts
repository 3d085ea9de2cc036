/** A picture to try the studio with, and words that the demo endpoint understands. */
import { DEMO_MODEL } from '@shared/demo';
import sampleUrl from '../../../resources/sample/images/woman-with-scarf.webp';
import type { AppModel } from '../../state/app-model';
import { changeDraft } from '../../state/studio';
import { attempt, bringImages, focusInstruction } from './studio-actions';
import { studioNow } from './use-studio';

export async function bringSample(model: AppModel): Promise<void> {
  await attempt(model, async () => {
    const file = await sampleFile();
    await bringImages(model, [file]);
    const { treeId } = studioNow(model);
    changeDraft(model.studio, treeId, (draft) => ({
      ...draft,
      instruction:
        draft.instruction === '' ? 'Tint it orange, as if the sun were setting' : draft.instruction,
      model: DEMO_MODEL,
    }));
    focusInstruction();
  });
}

/** The page may show its own files but not fetch them, so the picture is drawn and taken from there. */
async function sampleFile(): Promise<File> {
  const image = new Image();
  image.src = sampleUrl;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.95));
  if (blob === null) {
    throw new Error('The sample picture could not be drawn. Choose one of your own.');
  }
  return new File([blob], 'woman-with-scarf.jpg', { type: 'image/jpeg' });
}
