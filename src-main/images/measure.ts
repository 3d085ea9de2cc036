/** Pixels of an image from its header; nothing is decoded. */
import { imageSize } from 'image-size';
import { sniffImage } from './sniff';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export interface MeasuredHeader extends ImageSize {
  /** EXIF; 1 is upright, and what a file without one has. */
  readonly orientation: number;
}

/** Stored pixels, before any EXIF rotation; null when `bytes` is no image of a known kind or its header is broken. */
export function measureImage(bytes: Uint8Array): ImageSize | null {
  const header = measureHeader(bytes);
  return header === null ? null : { width: header.width, height: header.height };
}

/** EXIF orientations from this on lie on their side (EXIF 2.3, 4.6.4 A). */
const FIRST_SIDEWAYS = 5;

/** Whether its EXIF says that width and height change places when it is shown. */
export function liesSideways({ orientation }: MeasuredHeader): boolean {
  return orientation >= FIRST_SIDEWAYS;
}

/** As `measureImage`, with the orientation. */
export function measureHeader(bytes: Uint8Array): MeasuredHeader | null {
  if (sniffImage(bytes) === null) return null;
  try {
    const { width, height, orientation = 1 } = imageSize(endingWithItsMemory(bytes));
    return width > 0 && height > 0 ? { width, height, orientation } : null;
  } catch {
    return null;
  }
}

/**
 * The library makes its views without an end (image-size 2.1.0, types/utils): in a part of a larger buffer it reads on
 * behind the part, where another picture's bytes may stand, and tells their size. Only at the end of the memory itself
 * does it fail as it should.
 */
function endingWithItsMemory(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset + bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
}
