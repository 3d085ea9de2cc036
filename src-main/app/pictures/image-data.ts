/** The part of a file that holds its pixels, as a hash: metadata may come and go, a picture that was edited has another. */
import { createHash } from 'node:crypto';
import type { RecipeNote } from '@shared/model/recipe-note';
import { sniffImage } from '../../images/sniff';
import { jpegSegments } from './jpeg-segments';
import { pngChunks } from './png-chunks';
import { webpChunks } from './webp-chunks';

/** A note within its picture says of which pixels it is: other programs keep metadata of pictures they change. */
export type EmbeddedNote = RecipeNote & { readonly data: string };

const WEBP_PIXELS = new Set(['VP8 ', 'VP8L', 'ALPH', 'ANMF']);

/** Lower-case hex; null: another format, or damaged. */
export function imageDataSha256(bytes: Buffer): string | null {
  const parts = pixelParts(bytes);
  if (parts === null) {
    return null;
  }
  const hash = createHash('sha256');
  parts.forEach((part) => hash.update(part));
  return hash.digest('hex');
}

function pixelParts(bytes: Buffer): readonly Buffer[] | null {
  switch (sniffImage(bytes)?.extension ?? '') {
    case 'png':
      return pngChunks(bytes)?.flatMap(({ type, data }) => (type === 'IDAT' ? [data] : [])) ?? null;
    case 'jpg': {
      const scan = jpegSegments(bytes)?.at(-1)?.end;
      return scan === undefined ? null : [bytes.subarray(scan)];
    }
    case 'webp':
      return webpChunks(bytes)?.flatMap(({ type, data }) => (WEBP_PIXELS.has(type) ? [data] : [])) ?? null;
    default:
      return null;
  }
}
