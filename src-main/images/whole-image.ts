/** Whether an image file is whole: one that was cut off while it was written is not (picture-walk.ts). */
import { type FileHandle, open } from 'node:fs/promises';
import { readAt, readFileHeader } from './file-header';
import type { ImageSize } from './measure';
import { type Ending, hastyWalkOf, isClosed, type PictureWalk, TAIL_BYTES, walkOf } from './picture-walk';

export interface WholeImage {
  readonly mimeType: string;
  /** Of its real format, without the dot. */
  readonly extension: string;
  readonly sizeBytes: number;
  readonly pixels: ImageSize;
}

/** Read at once: the parts of a picture are mostly much larger, those of a GIF smaller. */
const SHOWN_BYTES = 4096;

/** Null: no image, cut off, or of a kind whose end cannot be told. Rejects when it cannot be read. */
export async function readWholeImage(path: string): Promise<WholeImage | null> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const { type, pixels } = await readFileHeader(handle, size);
    if (type === null || pixels === null || (await isWholeFile(handle, size, type.mimeType)) !== true) {
      return null;
    }
    return { ...type, sizeBytes: size, pixels };
  } finally {
    await handle.close();
  }
}

/** By the rule for those that arrive, so that what was kept is not asked for again. Null: its type does not tell. */
export async function isWholeFile(
  handle: FileHandle,
  size: number,
  mimeType: string,
): Promise<boolean | null> {
  const walk = walkOf(mimeType);
  return walk === null ? null : goThrough(walk, handle, size);
}

/** The same at a glance, for each of very many files: hastyWalkOf says what it does not see. */
export async function seemsWhole(
  handle: FileHandle,
  size: number,
  mimeType: string,
): Promise<boolean | null> {
  const walk = hastyWalkOf(mimeType);
  return walk === null ? null : goThrough(walk, handle, size);
}

async function goThrough(walk: PictureWalk, handle: FileHandle, size: number): Promise<boolean> {
  let shown: { readonly at: number; readonly bytes: Buffer } = { at: 0, bytes: Buffer.alloc(0) };
  let step = walk.next();
  while (step.done !== true) {
    const { at, length, mayEnd } = step.value;
    if (at + length > size) {
      if (mayEnd !== true) {
        return false;
      }
      step = walk.next(null);
      continue;
    }
    if (at < shown.at || at + length > shown.at + shown.bytes.length) {
      shown = { at, bytes: await readAt(handle, at, Math.max(length, SHOWN_BYTES)) };
    }
    const wanted = shown.bytes.subarray(at - shown.at, at - shown.at + length);
    if (wanted.length < length) {
      // It was made shorter meanwhile.
      return false;
    }
    step = walk.next(wanted);
  }
  const ending = step.value;
  return ending !== null && isClosed(ending, size, await tailOf(handle, size, ending));
}

async function tailOf(handle: FileHandle, size: number, { closedBy }: Ending): Promise<Buffer> {
  return closedBy === undefined
    ? Buffer.alloc(0)
    : readAt(handle, Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
}
