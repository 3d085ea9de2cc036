/** Where a picture was to change. A mask is transparent there, as OpenAI has it; one without transparency is white there. */
import sharp from 'sharp';
import type { PictureSource } from './lab-orders';
import { decoderOf, type Opened, openPicture, rawOf } from './open-picture';
import { newPlane, type Plane } from './plane';

/** Its shape is another than its picture's: one sentence. */
export class MaskMisfit extends Error {}

/** A mask drawn on a smaller view of its picture may be off by a rounding. */
const SAME_SHAPE = 0.02;

export interface Mask {
  readonly width: number;
  readonly height: number;
  /** 255 where the picture changes, 0 where it stays. */
  readonly weights: Uint8Array;
}

/** In the size of the picture. Throws MaskMisfit, PictureProblem. */
export async function readMask(input: PictureSource, of: Opened): Promise<Mask> {
  const opened = await openPicture(input, { which: 'mask', limitPixels: of.limitPixels });
  const isFitting = Math.abs((opened.width * of.height) / (opened.height * of.width) - 1) < SAME_SHAPE;
  if (!isFitting) {
    throw new MaskMisfit(
      `The mask has ${opened.width} × ${opened.height} pixels and its picture ${of.width} × ${of.height}: draw it on that picture.`,
    );
  }
  const { width, height } = of;
  const hasAlpha = opened.metadata.hasAlpha;
  const decoded = decoderOf(opened, { ignoreIcc: true });
  const single = hasAlpha ? decoded.extractChannel('alpha') : decoded.flatten().greyscale();
  const isSized = opened.width === width && opened.height === height;
  const sized = isSized ? single : single.resize(width, height, { fit: 'fill', kernel: 'linear' });
  const { data, channels } = await rawOf(sized, 'mask');
  const weights = new Uint8Array(width * height);
  for (let at = 0; at < weights.length; at++) {
    const value = data[at * channels] ?? 0;
    weights[at] = hasAlpha ? 255 - value : value;
  }
  return { width, height, weights };
}

/** 1 where a smaller copy of the picture stays, 0 where any of it changes. */
export async function keptOf(mask: Mask, width: number, height: number): Promise<Plane> {
  const changes = await rawOf(
    single(mask.weights, mask).resize(width, height, { fit: 'fill', kernel: 'linear' }),
    'mask',
  );
  const plane = newPlane(width, height);
  for (let at = 0; at < plane.data.length; at++) {
    plane.data[at] = (changes.data[at * changes.channels] ?? 0) === 0 ? 1 : 0;
  }
  return plane;
}

/**
 * The mask with an edge that fades inwards over `featherPx` pixels: what lies outside the mask stays outside. A blurred edge
 * is at half its height where the edge was, and nearly whole two deviations further in.
 */
export async function feathered(mask: Mask, featherPx: number): Promise<Mask> {
  if (featherPx < 1) return mask;
  const soft = await blurred(mask, Math.max(0.3, featherPx / 2));
  const weights = new Uint8Array(mask.weights.length);
  for (let at = 0; at < weights.length; at++) {
    const inner = Math.max(0, 2 * (soft[at] ?? 0) - 255);
    weights[at] = Math.round((inner * (mask.weights[at] ?? 0)) / 255);
  }
  return { ...mask, weights };
}

/** Edges of the picture count as going on beyond it. */
export async function blurred(mask: Mask, sigma: number): Promise<Uint8Array> {
  const { data, channels } = await rawOf(single(mask.weights, mask).blur(sigma), 'mask');
  return channels === 1 ? data : data.filter((_, at) => at % channels === 0);
}

function single(data: Uint8Array, { width, height }: Pick<Mask, 'width' | 'height'>) {
  return sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false });
}
