/** What the first bytes of an image file tell, with as few of them read as it takes. */
import type { FileHandle } from 'node:fs/promises';
import { type ImageSize, liesSideways, measureHeader } from './measure';
import { type ImageType, isMovingWebp, sniffImage } from './sniff';

export interface FileHeader {
  /** Null: no image. */
  readonly type: ImageType | null;
  /** Null: its header is broken, or does not say within its first bytes. */
  readonly pixels: ImageSize | null;
  /** Its EXIF says that width and height change places when it is shown. */
  readonly isSideways: boolean;
  /** Several pictures in one file, in a format that is mostly still: a moving WebP. */
  readonly isMoving: boolean;
}

/** Pixels of most images stand within this. */
const HEADER_BYTES = 4096;
/** Those of nearly all others, which a large EXIF block or colour profile comes before. */
const LONGEST_HEADER_BYTES = 128 * 1024;

/** `size`: of the file, bytes. Rejects when it cannot be read. */
export async function readFileHeader(handle: FileHandle, size: number): Promise<FileHeader> {
  const first = told(await readAt(handle, 0, Math.min(size, HEADER_BYTES)));
  return first.type === null || first.pixels !== null || size <= HEADER_BYTES
    ? first
    : told(await readAt(handle, 0, Math.min(size, LONGEST_HEADER_BYTES)));
}

/** Fewer bytes than asked for at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  // With memory of its own, as measuring wants it: no copy is made there.
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

/** `header`: the first bytes, as many as there are. */
export function told(header: Uint8Array): FileHeader {
  const measured = measureHeader(header);
  return {
    type: sniffImage(header),
    pixels: measured === null ? null : { width: measured.width, height: measured.height },
    isSideways: measured !== null && liesSideways(measured),
    isMoving: isMovingWebp(header),
  };
}
