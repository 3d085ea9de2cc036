/** Whether an image file ends where its format says it does: a file that was cut off while it was written does not. */
import { type FileHandle, open } from 'node:fs/promises';
import { readAt, readFileHeader } from './file-header';
import type { ImageSize } from './measure';

export interface WholeImage {
  readonly mimeType: string;
  /** Of its real format, without the dot. */
  readonly extension: string;
  readonly sizeBytes: number;
  readonly pixels: ImageSize;
}

const PNG_SIGNATURE_BYTES = 8;
/** Length, type and checksum of a PNG chunk (PNG specification, 5.3). */
const PNG_CHUNK_FRAME = 12;
/** Some writers pad the end of a JPEG. */
const JPEG_TAIL = 64;

/** Null: no image, cut off, or of a kind whose end cannot be told. Rejects when it cannot be read. */
export async function readWholeImage(path: string): Promise<WholeImage | null> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const { type, pixels } = await readFileHeader(handle, size);
    if (type === null || pixels === null || !(await endsWhole(handle, size, type.mimeType))) {
      return null;
    }
    return { ...type, sizeBytes: size, pixels };
  } finally {
    await handle.close();
  }
}

async function endsWhole(handle: FileHandle, size: number, mimeType: string): Promise<boolean> {
  switch (mimeType) {
    case 'image/png':
      return (await pngEnd(handle, size)) === size;
    case 'image/jpeg': {
      const tail = await readAt(handle, Math.max(0, size - JPEG_TAIL), JPEG_TAIL);
      return tail.lastIndexOf(Buffer.from([0xff, 0xd9])) >= 0;
    }
    case 'image/webp':
      // RIFF: the size of everything behind it, odd ones padded.
      return size >= (await readAt(handle, 4, 4)).readUInt32LE(0) + 8;
    case 'image/gif':
      return (await readAt(handle, size - 1, 1))[0] === 0x3b;
    default:
      return false;
  }
}

/** Where the IEND chunk ends, walked to from chunk to chunk; -1: there is none. */
async function pngEnd(handle: FileHandle, size: number): Promise<number> {
  for (let at = PNG_SIGNATURE_BYTES; at + PNG_CHUNK_FRAME <= size; ) {
    const frame = await readAt(handle, at, 8);
    at += frame.readUInt32BE(0) + PNG_CHUNK_FRAME;
    if (frame.toString('latin1', 4, 8) === 'IEND') {
      return at;
    }
  }
  return -1;
}
