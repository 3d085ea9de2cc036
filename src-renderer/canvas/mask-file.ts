/** Masks as files: written at the source's full size in a thread of their own, and read back. */
import { emptyMask, withStroke } from './mask-document';
import type { MaskDocument } from './mask-document';
import { maskFromPixels } from './loaded-mask';
import type { RasterSize } from './mask-raster';
import { encodeMask } from './mask-png';
import { sizeOfPng } from './png-size';

export interface MaskOrder {
  readonly document: MaskDocument;
  readonly size: RasterSize;
}

export type MaskAnswer =
  | { readonly kind: 'made'; readonly bytes: Uint8Array<ArrayBuffer> | null }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * The mask as a PNG of exactly `size` (default: the source's): transparent where the picture is to be changed, black and
 * opaque elsewhere. Null: it would be opaque throughout. Rejects only where there is no memory for it.
 */
export async function maskPng(document: MaskDocument, size: RasterSize = document): Promise<File | null> {
  const order: MaskOrder = { document, size: { width: size.width, height: size.height } };
  const bytes =
    typeof Worker === 'undefined' ? await encodeMask(order.document, order.size) : await inWorker(order);
  return bytes === null ? null : new File([bytes], 'mask.png', { type: 'image/png' });
}

function inWorker(order: MaskOrder): Promise<Uint8Array<ArrayBuffer> | null> {
  const worker = new Worker(new URL('./mask-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Uint8Array<ArrayBuffer> | null>((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`The mask could not be drawn: ${reason}`));
    worker.addEventListener('message', ({ data }: MessageEvent<MaskAnswer>) =>
      data.kind === 'made' ? resolve(data.bytes) : fail(data.reason),
    );
    worker.addEventListener('error', (event) => fail(event.message));
    worker.postMessage(order);
  }).finally(() => worker.terminate());
}

export type LoadedDocument =
  | { readonly kind: 'loaded'; readonly document: MaskDocument; readonly note?: string }
  | { readonly kind: 'refused'; readonly sentence: string };

/** As many as the previews of pictures take; RGBA of that is half a gigabyte for a moment. */
const MOST_PIXELS = 120_000_000;

/**
 * A mask from a picture file, for a source of `size`. Of another size but the same shape it is scaled and `note` says so;
 * of another shape, unreadable or empty it is refused with one sentence. With `into` it is one more step of that document.
 */
export async function maskFromPng(
  file: File,
  size: RasterSize,
  into: MaskDocument = emptyMask(size),
): Promise<LoadedDocument> {
  const promised = sizeOfPng(new Uint8Array(await file.slice(0, 32).arrayBuffer()));
  if (promised !== null && promised.width * promised.height > MOST_PIXELS) {
    return {
      kind: 'refused',
      sentence: `“${file.name}” has more than ${MOST_PIXELS / 1_000_000} million pixels; use a mask of the picture’s own size.`,
    };
  }
  const pixels = await pixelsOf(file);
  if (pixels === null) {
    return {
      kind: 'refused',
      sentence: `“${file.name}” is not a readable picture; use a PNG that is transparent where the picture is to be changed.`,
    };
  }
  const read = maskFromPixels(pixels, size, file.name);
  return read.kind === 'refused'
    ? read
    : {
        kind: 'loaded',
        document: withStroke(into, read.mask),
        ...(read.note === undefined ? {} : { note: read.note }),
      };
}

async function pixelsOf(file: Blob) {
  try {
    // Colours as they stand in the file: a profile must not change what is white.
    const bitmap = await createImageBitmap(file, {
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'none',
      imageOrientation: 'none',
    });
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context?.drawImage(bitmap, 0, 0);
    bitmap.close();
    const data = context?.getImageData(0, 0, width, height).data;
    return data === undefined ? null : { width, height, rgba: data };
  } catch {
    return null;
  }
}
