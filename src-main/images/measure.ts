/** Pixels of an image from its header; nothing is decoded. */
import { imageSize } from 'image-size';
import { sniffImage } from './sniff';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Stored pixels, before any EXIF rotation; null when `bytes` is no image of a known kind or its header is broken. */
export function measureImage(bytes: Uint8Array): ImageSize | null {
  if (sniffImage(bytes) === null) return null;
  try {
    const { width, height } = imageSize(bytes);
    return width > 0 && height > 0 ? { width, height } : null;
  } catch {
    return null;
  }
}
