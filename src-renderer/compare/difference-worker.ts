/** Takes two decoded pictures, answers what differs; off the window's own thread, because it looks at every pixel. */
import { differenceOf } from './difference';
import type { DifferenceFigures } from './difference';

export interface DifferenceOrder {
  readonly one: ImageBitmap;
  readonly other: ImageBitmap;
}

export type DifferenceAnswer =
  | { readonly kind: 'made'; readonly picture: ImageBitmap; readonly figures: DifferenceFigures }
  | { readonly kind: 'failed' };

self.addEventListener('message', (event: MessageEvent<DifferenceOrder>) => {
  const { one, other } = event.data;
  const { width, height } = one;
  try {
    const [first, second] = [pixelsOf(one), pixelsOf(other)];
    const canvas = new OffscreenCanvas(width, height);
    const made = new ImageData(width, height);
    const figures = differenceOf(first, second, made.data);
    canvas.getContext('2d')?.putImageData(made, 0, 0);
    const picture = canvas.transferToImageBitmap();
    self.postMessage({ kind: 'made', picture, figures } satisfies DifferenceAnswer, { transfer: [picture] });
  } catch {
    // No memory for it, or pixels that may not be read.
    self.postMessage({ kind: 'failed' } satisfies DifferenceAnswer);
  }
});

function pixelsOf(bitmap: ImageBitmap): Uint8ClampedArray {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) {
    throw new Error('no canvas');
  }
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}
