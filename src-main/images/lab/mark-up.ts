/** A copy of a picture with a region outlined and tinted magenta, which hardly any picture holds: for models that take no masks. */
import sharp from 'sharp';
import type { MarkedUp, MarkUpOrder } from './lab-orders';
import { blurred, readMask } from './mask';
import { decoderOf, openPicture, rawOf } from './open-picture';
import { writeWhole } from './write-picture';

const MAGENTA = [255, 0, 255] as const;
/** What is below must still be seen. */
const TINT = 0.35;
/** The outline's width, as a part of the longest side. */
const OUTLINE = 1 / 300;

export async function markUpPicture(order: MarkUpOrder, limitPixels: number): Promise<MarkedUp> {
  const source = await openPicture(order.source, { which: 'source', limitPixels });
  const mask = await readMask(order.mask, source);
  const { width, height } = source;
  const raw = await rawOf(
    decoderOf(source).flatten({ background: '#ffffff' }).toColourspace('srgb'),
    'source',
  );
  const outline = Math.max(2, Math.max(width, height) * OUTLINE);
  const soft = await blurred(mask, outline / 2);
  const marked = new Uint8Array(width * height * 3);
  const colour = raw.channels < 3 ? 0 : 1;
  for (let at = 0; at < width * height; at++) {
    const weight = (mask.weights[at] ?? 0) / 255;
    const isOutline = weight < 0.5 && (soft[at] ?? 0) > 12;
    const part = isOutline ? 1 : TINT * weight;
    for (const channel of [0, 1, 2] as const) {
      const before = raw.data[at * raw.channels + channel * colour] ?? 0;
      marked[at * 3 + channel] = Math.round(before + (MAGENTA[channel] - before) * part);
    }
  }
  const png = await sharp(marked, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .png({ compressionLevel: 6 })
    .toBuffer();
  await writeWhole(order.target, png);
  return { width, height };
}
