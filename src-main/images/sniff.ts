/** What an image really is, by its first bytes: names, extensions and content types of strangers are not believed. */

export interface ImageType {
  /** e.g. `image/jpeg`. */
  readonly mimeType: string;
  /** Without the dot, e.g. `jpg`. */
  readonly extension: string;
}

/** As many bytes as `sniffImage` looks at. */
export const SNIFF_BYTES = 64;

/** Every type this module names, e.g. to find a file whose ending is not known. */
const TYPES = {
  png: { mimeType: 'image/png', extension: 'png' },
  jpeg: { mimeType: 'image/jpeg', extension: 'jpg' },
  webp: { mimeType: 'image/webp', extension: 'webp' },
  gif: { mimeType: 'image/gif', extension: 'gif' },
  avif: { mimeType: 'image/avif', extension: 'avif' },
  heic: { mimeType: 'image/heic', extension: 'heic' },
  bmp: { mimeType: 'image/bmp', extension: 'bmp' },
  tiff: { mimeType: 'image/tiff', extension: 'tiff' },
} as const satisfies Record<string, ImageType>;

const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIC_BRANDS = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis']);

/** The image type of `bytes` (its first 64 suffice), or null when it is none of the raster formats known here. */
export function sniffImage(bytes: Uint8Array): ImageType | null {
  const ascii = (start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n') return TYPES.png;
  if (ascii(0, 3) === '\xff\xd8\xff') return TYPES.jpeg;
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return TYPES.webp;
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a') return TYPES.gif;
  if (ascii(0, 4) === 'II*\0' || ascii(0, 4) === 'MM\0*') return TYPES.tiff;
  if (isBitmap(bytes)) return TYPES.bmp;
  return ascii(4, 8) === 'ftyp' ? sniffIsoMedia(bytes, ascii) : null;
}

/** Whether a WebP moves, by the animation flag of its VP8X chunk (RFC 9649, 2.7); the first 21 bytes suffice. */
export function isMovingWebp(bytes: Uint8Array): boolean {
  const chunk = String.fromCharCode(...bytes.subarray(12, 16));
  const flags = bytes[20] ?? 0;
  return sniffImage(bytes) === TYPES.webp && chunk === 'VP8X' && Math.floor(flags / 2) % 2 === 1;
}

/** "BM" alone begins many a text; the four reserved bytes of the header are zero in every bitmap. */
function isBitmap(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x42 &&
    bytes[1] === 0x4d &&
    bytes.length >= 26 &&
    bytes.subarray(6, 10).every((byte) => byte === 0)
  );
}

/** ISO/IEC 14496-12: a box of major brand, version, then compatible brands of four characters. */
function sniffIsoMedia(bytes: Uint8Array, ascii: (start: number, end: number) => string): ImageType | null {
  const boxEnd = Math.min(
    new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0),
    bytes.length,
    SNIFF_BYTES,
  );
  const brands = [ascii(8, 12)];
  for (let at = 16; at + 4 <= boxEnd; at += 4) brands.push(ascii(at, at + 4));
  if (brands.some((brand) => AVIF_BRANDS.has(brand))) return TYPES.avif;
  return brands.some((brand) => HEIC_BRANDS.has(brand)) ? TYPES.heic : null;
}
