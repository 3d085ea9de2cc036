/**
 * Whether an image file has the end that its format asks for: a file that was cut off while it was written does not. What
 * lies behind the end is no fault, as it is none when a picture is received (picture-end.ts), or what was paid for once
 * would be made again. Only a GIF has to stop there: its end is one byte, which may stand anywhere.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { readAt, readFileHeader } from './file-header';
import type { ImageSize } from './measure';
import { TAIL_BYTES } from './picture-end';

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
      return hasPngEnd(handle, size);
    case 'image/jpeg': {
      const tail = await readAt(handle, Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
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

/** Whether there are pixels and, walked to from chunk to chunk, a whole IEND behind them. */
async function hasPngEnd(handle: FileHandle, size: number): Promise<boolean> {
  let hasPixels = false;
  for (let at = PNG_SIGNATURE_BYTES; at + PNG_CHUNK_FRAME <= size; ) {
    const frame = await readAt(handle, at, 8);
    const chunk = frame.toString('latin1', 4, 8);
    at += frame.readUInt32BE(0) + PNG_CHUNK_FRAME;
    if (chunk === 'IEND') {
      return hasPixels && at <= size;
    }
    hasPixels ||= chunk === 'IDAT';
  }
  return false;
}
