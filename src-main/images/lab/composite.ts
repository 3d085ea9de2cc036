/**
 * The answer put into its source, within the mask alone: every other pixel is the source's own, in its size, colours, bit
 * depth and transparency. A PNG, because a JPEG would encode all of it anew.
 */
import { unlink, writeFile } from 'node:fs/promises';
import type { Placement } from '@shared/model/measures';
import sharp, { type Sharp } from 'sharp';
import type { Mask } from './mask';
import { decoderOf, type Opened, PictureProblem, type Raw, rawOf } from './open-picture';
import { DiskProblem, pngWithProfile, writeWhole } from './write-picture';

export interface CompositeInput {
  readonly source: Opened;
  readonly answer: Opened;
  readonly placement: Placement;
  /** Feathered. */
  readonly mask: Mask;
  readonly target: string;
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint16Array;
}

/** Spaces whose numbers a PNG can hold. */
const KEPT_SPACES = new Set(['srgb', 'rgb', 'rgb16', 'b-w', 'grey16']);

/** Answers what of the source could not be kept, one sentence each. */
export async function writeComposite(input: CompositeInput): Promise<readonly string[]> {
  const { space, depth, icc, pages } = input.source.metadata;
  const isKept = KEPT_SPACES.has(space ?? '');
  const isGrey = space === 'b-w' || space === 'grey16';
  const isDeep = isKept && depth === 'ushort';
  const canvas = await canvasOf(input.source, { isKept, isDeep });
  const profile = isKept && !isGrey && icc !== undefined ? icc : null;
  const answer = await answerIn(input, profile);
  blend(canvas, answer, input);
  const png = await encoded(canvas);
  await writeWhole(input.target, profile === null ? png : pngWithProfile(png, profile));
  return [
    ...(isKept ? [] : [`The source is ${space === 'cmyk' ? 'CMYK' : 'not RGB'}; the composite is RGB.`]),
    ...(isGrey ? ['The source is grey; the composite has colours, so that the edit may have some.'] : []),
    ...((pages ?? 1) > 1 && input.source.mimeType !== 'image/tiff'
      ? ['The source is animated; the composite uses its first frame.']
      : []),
  ];
}

async function canvasOf(source: Opened, how: { isKept: boolean; isDeep: boolean }): Promise<Canvas> {
  // Without its profile the numbers stay as they are; what no PNG can hold is converted through it.
  const decoder = decoderOf(source, { ignoreIcc: how.isKept });
  try {
    if (!how.isDeep) return await rawOf(decoder.toColourspace('srgb'), source.which);
    const { data, info } = await decoder
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const wide = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
    return { data: wide, width: info.width, height: info.height, channels: info.channels };
  } catch {
    throw new PictureProblem('unreadable', source.which);
  }
}

function encoded({ data, width, height, channels }: Canvas): Promise<Buffer> {
  const raw = { width, height, channels: channels === 4 ? 4 : 3 } as const;
  const picture = sharp(data, { raw, limitInputPixels: false });
  return (data instanceof Uint16Array ? picture.toColourspace('rgb16') : picture)
    .png({ compressionLevel: 6 })
    .toBuffer();
}

interface PlacedAnswer {
  readonly raw: Raw;
  /** Of what was decoded, which may be smaller than the answer. */
  readonly placement: Placement;
}

/** In the colours of the source's profile, and no larger than it will lie there: between pixels only interpolation is left. */
async function answerIn(
  { answer, placement, target }: CompositeInput,
  profile: Buffer | null,
): Promise<PlacedAnswer> {
  const width = Math.max(1, Math.round(answer.width * Math.min(1, placement.scaleX)));
  const height = Math.max(1, Math.round(answer.height * Math.min(1, placement.scaleY)));
  // Enlarged it would be moved by half a pixel: libvips then counts from the corner of a pixel, not from its middle.
  const decoded = decoderOf(answer);
  const isReduced = width < answer.width || height < answer.height;
  const sized = isReduced ? decoded.resize(width, height, { fit: 'fill', fastShrinkOnLoad: false }) : decoded;
  return {
    raw: await (profile === null
      ? rawOf(sized.toColourspace('srgb'), 'answer')
      : converted(sized, profile, target)),
    placement: {
      ...placement,
      scaleX: (placement.scaleX * answer.width) / width,
      scaleY: (placement.scaleY * answer.height) / height,
    },
  };
}

/** sharp takes profiles from files only. */
async function converted(picture: Sharp, profile: Buffer, target: string): Promise<Raw> {
  const file = `${target}.icc`;
  try {
    await writeFile(file, profile);
  } catch (error) {
    throw new DiskProblem('not written', { cause: error });
  }
  try {
    return await rawOf(picture.withIccProfile(file), 'answer');
  } finally {
    await unlink(file).catch(() => undefined);
  }
}

function blend(canvas: Canvas, { raw, placement }: PlacedAnswer, { mask }: CompositeInput): void {
  const { width, height, channels, data } = canvas;
  const full = data instanceof Uint16Array ? 257 : 1;
  const colour = [0, 0, 0, 255];
  for (let y = 0; y < height; y++) {
    const v = (y + 0.5 - placement.shiftY) / placement.scaleY - 0.5;
    for (let x = 0; x < width; x++) {
      const weight = (mask.weights[y * width + x] ?? 0) / 255;
      if (weight === 0) continue;
      const u = (x + 0.5 - placement.shiftX) / placement.scaleX - 0.5;
      if (u < -0.5 || v < -0.5 || u > raw.width - 0.5 || v > raw.height - 0.5) continue;
      sample(raw, { u, v }, colour);
      const part = (weight * (colour[3] ?? 255)) / 255;
      const at = (y * width + x) * channels;
      for (let channel = 0; channel < 3; channel++) {
        const before = data[at + channel] ?? 0;
        data[at + channel] = Math.round(before + ((colour[channel] ?? 0) * full - before) * part);
      }
    }
  }
}

/** Cubic convolution (Keys 1981, a = -0.5), clamped to what a pixel can be. */
function sample({ width, height, channels, data }: Raw, at: { u: number; v: number }, into: number[]): void {
  const left = Math.floor(at.u);
  const top = Math.floor(at.v);
  const across = cubic(at.u - left);
  const down = cubic(at.v - top);
  const colours = channels < 3 ? 1 : 3;
  const hasAlpha = channels === 2 || channels === 4;
  for (let channel = 0; channel < colours + (hasAlpha ? 1 : 0); channel++) {
    let sum = 0;
    for (let row = 0; row < 4; row++) {
      const y = Math.max(0, Math.min(height - 1, top + row - 1));
      let line = 0;
      for (let column = 0; column < 4; column++) {
        const x = Math.max(0, Math.min(width - 1, left + column - 1));
        line += (data[(y * width + x) * channels + channel] ?? 0) * (across[column] ?? 0);
      }
      sum += line * (down[row] ?? 0);
    }
    into[channel === colours ? 3 : channel] = Math.max(0, Math.min(255, sum));
  }
  if (colours === 1) into[1] = into[2] = into[0] ?? 0;
}

function cubic(t: number): readonly [number, number, number, number] {
  const t2 = t * t;
  const t3 = t2 * t;
  return [(-t3 + 2 * t2 - t) / 2, (3 * t3 - 5 * t2 + 2) / 2, (-3 * t3 + 4 * t2 + t) / 2, (t3 - t2) / 2];
}
