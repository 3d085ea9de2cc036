/** Whether an image file is whole: one that was cut off while it was written is not (picture-walk.ts). */
import { type FileHandle, open } from 'node:fs/promises';
import { readAt, readFileHeader } from './file-header';
import type { ImageSize } from './measure';
import { hastyWalkOf, type PictureWalk, walkOf, type Wanted } from './picture-walk';

export interface WholeImage {
  readonly mimeType: string;
  /** Of its real format, without the dot. */
  readonly extension: string;
  readonly sizeBytes: number;
  readonly pixels: ImageSize;
}

/** Read at once: the parts of a picture are mostly much larger, those of a GIF smaller. */
const SHOWN_BYTES = 4096;
/** What writers and relays put behind the end of a picture is mostly shorter: few are read through for their last mark. */
const TAIL_BYTES = 4096;
const SEARCHED_BYTES = 256 * 1024;

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
  const file = { handle, size, shown: { at: 0, bytes: Buffer.alloc(0) } };
  let step = walk.next();
  while (step.done !== true) {
    const wanted = step.value;
    const seen = wanted.kind === 'bytes' ? await look(file, wanted) : await find(file, wanted);
    if (seen === null && !(wanted.kind === 'bytes' && wanted.mayEnd === true)) {
      return false;
    }
    step = walk.next(seen);
  }
  return step.value !== null && size >= step.value;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly size: number;
  /** Read last. */
  shown: { readonly at: number; readonly bytes: Buffer };
}

/** Null: it ends before. */
async function look(file: OpenFile, { at, length }: WantedOf<'bytes'>): Promise<Buffer | null> {
  if (at + length > file.size) {
    return null;
  }
  if (at < file.shown.at || at + length > file.shown.at + file.shown.bytes.length) {
    file.shown = { at, bytes: await readAt(file.handle, at, Math.max(length, SHOWN_BYTES)) };
  }
  const { shown } = file;
  const seen = shown.bytes.subarray(at - shown.at, at - shown.at + length);
  // It may have been made shorter meanwhile.
  return seen.length === length ? seen : null;
}

/** Where most have it, then from the first place on. Null: nowhere. */
async function find({ handle, size }: OpenFile, { at, mark }: WantedOf<'mark'>): Promise<Buffer | null> {
  const tail = await readAt(handle, Math.max(at, size - TAIL_BYTES), TAIL_BYTES);
  if (tail.includes(mark)) {
    return mark;
  }
  for (let from = at; from < size; from += SEARCHED_BYTES - mark.length + 1) {
    if ((await readAt(handle, from, SEARCHED_BYTES)).includes(mark)) {
      return mark;
    }
  }
  return null;
}

type WantedOf<K extends Wanted['kind']> = Extract<Wanted, { readonly kind: K }>;
