/** A copy that every provider takes: upright, one picture, 8-bit sRGB, PNG or JPEG, not too large. It says what it changed. */
import type { Prepared, PrepareOrder } from './lab-orders';
import { decoderOf, type Opened, openPicture, PictureProblem } from './open-picture';
import { writeWhole } from './write-picture';

const MOST_PIXELS = 50_000_000;
const QUALITY = 92;
/** Formats that lost what they could lose already: their copy may be a JPEG. */
const LOSSY = new Set(['image/jpeg', 'image/heic', 'image/avif']);

export async function preparePicture(order: PrepareOrder, limitPixels: number): Promise<Prepared> {
  const source = await openPicture(order.source, { which: 'picture', limitPixels });
  const { width, height } = withinBound(source, order.mostPixels ?? MOST_PIXELS);
  const isJpeg = order.asPng !== true && LOSSY.has(source.mimeType) && !source.metadata.hasAlpha;
  const sized = decoderOf(source)
    .resize(width, height, { fit: 'fill', fastShrinkOnLoad: false })
    .toColourspace('srgb');
  const picture = isJpeg ? sized.jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' }) : sized.png();
  let bytes: Buffer;
  try {
    bytes = await picture.toBuffer();
  } catch {
    throw new PictureProblem('unreadable', 'picture');
  }
  const path = `${order.target}.${isJpeg ? 'jpg' : 'png'}`;
  await writeWhole(path, bytes);
  const mimeType = isJpeg ? 'image/jpeg' : 'image/png';
  return { path, mimeType, width, height, notes: changesTo(source, { width, height }) };
}

function withinBound(source: Opened, mostPixels: number): { width: number; height: number } {
  const factor = Math.min(1, Math.sqrt(mostPixels / (source.width * source.height)));
  const side = (pixels: number): number => (factor === 1 ? pixels : Math.max(1, Math.floor(pixels * factor)));
  return { width: side(source.width), height: side(source.height) };
}

function changesTo(source: Opened, to: { width: number; height: number }): string[] {
  const { metadata, width, height } = source;
  const { orientation = 1, pages = 1, depth, space, icc } = metadata;
  const isPaged = pages > 1;
  return [
    ...(to.width === width
      ? []
      : [`It was made smaller, from ${width} × ${height} to ${to.width} × ${to.height} pixels.`]),
    ...(orientation === 1 ? [] : ['It was turned upright.']),
    ...(isPaged && source.mimeType === 'image/tiff' ? ['Its first page was used.'] : []),
    ...(isPaged && source.mimeType !== 'image/tiff'
      ? [`It is animated: the first of its ${pages} frames was used.`]
      : []),
    ...(depth === 'ushort' || depth === 'float' ? ['Its colours were reduced to 8 bits.'] : []),
    ...(space === 'cmyk' ? ['Its CMYK colours were converted to sRGB.'] : []),
    ...(icc !== undefined && space !== 'cmyk' && !isStandard(icc)
      ? ['Its colours were converted to sRGB.']
      : []),
  ];
}

/** By the name in its description, which is Latin-1 in version 2 profiles and UTF-16 in version 4 (ICC.1, 9.2.41). */
function isStandard(profile: Buffer): boolean {
  return profile.includes('sRGB', 0, 'latin1') || profile.includes(Buffer.from('sRGB', 'utf16le').swap16());
}
