/** Strangers' pictures, opened within bounds: looked at by their header before a pixel is decoded, upright, first frame. */
import { open } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { SNIFF_BYTES, sniffImage } from '../sniff';
import type { PictureSource, PictureTrouble } from './lab-orders';
import { newPlane, type Plane } from './plane';

/** A picture that cannot be worked with: which, and why. */
export class PictureProblem extends Error {
  constructor(
    readonly trouble: PictureTrouble,
    /** As a sentence names it: `source`, `answer`, `mask`, `picture`. */
    readonly which: string,
  ) {
    super(`${which}: ${trouble}`);
  }
}

export interface Opened {
  readonly which: string;
  readonly input: PictureSource;
  readonly limitPixels: number;
  readonly mimeType: string;
  /** Upright pixels. */
  readonly width: number;
  readonly height: number;
  readonly metadata: Metadata;
}

export async function openPicture(
  input: PictureSource,
  { which, limitPixels }: { which: string; limitPixels: number },
): Promise<Opened> {
  const type = sniffImage(await firstBytes(input, which));
  if (type === null) throw new PictureProblem('no_picture', which);
  let metadata: Metadata;
  try {
    // Without a limit here, so that what is too large can be told from what is damaged: nothing is decoded yet.
    metadata = await sharp(input, { limitInputPixels: false, failOn: 'error' }).metadata();
  } catch {
    throw new PictureProblem('unreadable', which);
  }
  const { width, height } = metadata.autoOrient;
  if (width * height > limitPixels) throw new PictureProblem('too_many_pixels', which);
  return { which, input, limitPixels, mimeType: type.mimeType, width, height, metadata };
}

async function firstBytes(input: PictureSource, which: string): Promise<Uint8Array> {
  if (typeof input !== 'string') return input.subarray(0, SNIFF_BYTES);
  try {
    const handle = await open(input, 'r');
    try {
      const head = new Uint8Array(SNIFF_BYTES);
      const { bytesRead } = await handle.read(head, 0, SNIFF_BYTES, 0);
      return head.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    throw new PictureProblem('missing', which);
  }
}

/** Upright; `ignoreIcc`: its numbers as they are, not as they look. */
export function decoderOf(
  { input, limitPixels }: Opened,
  options: { ignoreIcc?: boolean; failOn?: 'none' | 'error' } = {},
): Sharp {
  return sharp(input, { limitInputPixels: limitPixels, failOn: 'error', pages: 1, ...options }).autoOrient();
}

export interface Raw {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** 8 bits; `which` is named when the picture turns out to be damaged. */
export async function rawOf(pipeline: Sharp, which: string): Promise<Raw> {
  try {
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels };
  } catch {
    throw new PictureProblem('unreadable', which);
  }
}

/** Small enough to measure, as it looks: sRGB, over grey where it is transparent. */
export interface WorkingCopy {
  readonly rgb: Raw;
  readonly grey: Plane;
  /** Of the picture itself. */
  readonly full: { readonly width: number; readonly height: number };
}

/** `longest`: of its sides, in pixels. It is never enlarged. */
export async function workingCopy(opened: Opened, longest: number): Promise<WorkingCopy> {
  const factor = Math.min(1, longest / Math.max(opened.width, opened.height));
  const width = Math.max(1, Math.round(opened.width * factor));
  const height = Math.max(1, Math.round(opened.height * factor));
  const pipeline = decoderOf(opened)
    .resize(width, height, { fit: 'fill', fastShrinkOnLoad: false })
    .flatten({ background: '#808080' })
    .toColourspace('srgb');
  const rgb = await rawOf(pipeline, opened.which);
  return { rgb, grey: greyOf(rgb), full: { width: opened.width, height: opened.height } };
}

/** Luma of Rec. 601, 0 to 255. */
export function greyOf({ width, height, channels, data }: Raw): Plane {
  const plane = newPlane(width, height);
  for (let at = 0; at < plane.data.length; at++) {
    const from = at * channels;
    plane.data[at] =
      channels < 3
        ? (data[from] ?? 0)
        : 0.299 * (data[from] ?? 0) + 0.587 * (data[from + 1] ?? 0) + 0.114 * (data[from + 2] ?? 0);
  }
  return plane;
}
