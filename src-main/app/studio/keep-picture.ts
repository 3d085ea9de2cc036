/** Pictures that the studio keeps: by their hash, as they came, below the library's studio folder. */
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeAtomically } from '../../datasets/atomic-file';
import { hasSize } from '../../file-facts';
import { fileSha256 } from '../../images/file-sha256';
import { readAt } from '../../images/file-header';
import { sniffImage } from '../../images/sniff';
import { tellsItsEnd } from '../../images/picture-walk';
import { readWholeImage } from '../../images/whole-image';
import type { StoredFile } from '../../store/studio/studio-store';
import { FACTS_BYTES, type PictureFacts, pictureFacts } from './picture-facts';

/** The largest that is taken in. */
export const MOST_KEPT_BYTES = 256 * 1024 * 1024;

export type Kept =
  | { readonly kind: 'ok'; readonly picture: StoredFile; readonly facts: PictureFacts }
  /** One sentence that names the file. */
  | { readonly kind: 'refused'; readonly sentence: string };

/** `place`: a folder below the studio's. Rejects when the library's folder cannot be written. */
export async function keepBytes(folder: string, place: string, given: NamedBytes): Promise<Kept> {
  const refusal = refusalOf(given.name, given.bytes.byteLength, given.bytes);
  const facts = pictureFacts(given.bytes.subarray(0, FACTS_BYTES));
  if (refusal !== null || facts === null) {
    return { kind: 'refused', sentence: refusal ?? damaged(given.name) };
  }
  const sha256 = createHash('sha256').update(given.bytes).digest('hex');
  const file = `${place}/${sha256}.${facts.extension}`;
  const path = join(folder, file);
  if (!(await hasSize(path, given.bytes.byteLength))) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeAtomically(path, (handle) => handle.writeFile(given.bytes));
  }
  return whole(path, { given: given.name, file, facts, sha256, sizeBytes: given.bytes.byteLength });
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The same of a file of this machine, which is copied as it is. */
export async function keepFile(folder: string, place: string, from: string): Promise<Kept> {
  const name = basename(from);
  const start = await readStart(from).catch(() => null);
  if (start === null) {
    return {
      kind: 'refused',
      sentence: `"${name}" cannot be read: it is no longer there, or not permitted.`,
    };
  }
  const refusal = refusalOf(name, start.sizeBytes, start.bytes);
  if (refusal !== null) {
    return { kind: 'refused', sentence: refusal };
  }
  await mkdir(join(folder, place), { recursive: true, mode: 0o700 });
  const temporary = join(folder, place, `.${randomUUID()}`);
  try {
    await copyFile(from, temporary);
    // Of the copy: another program may be saving the file at this moment.
    const facts = await factsOfFile(temporary);
    if (facts === null) {
      return { kind: 'refused', sentence: damaged(name) };
    }
    const sha256 = await fileSha256(temporary);
    const file = `${place}/${sha256}.${facts.extension}`;
    await rename(temporary, join(folder, file));
    return await whole(join(folder, file), { given: name, file, facts, sha256, sizeBytes: facts.sizeBytes });
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Its facts as it lies there; null: it is gone, or no picture. */
export async function factsOfFile(path: string): Promise<(PictureFacts & { sizeBytes: number }) | null> {
  const start = await readStart(path).catch(() => null);
  const facts = start === null ? null : pictureFacts(start.bytes);
  return facts === null || start === null ? null : { ...facts, sizeBytes: start.sizeBytes };
}

interface Written {
  readonly given: string;
  readonly file: string;
  readonly facts: PictureFacts;
  readonly sha256: string;
  readonly sizeBytes: number;
}

async function whole(path: string, { given, file, facts, sha256, sizeBytes }: Written): Promise<Kept> {
  if (tellsItsEnd(facts.mimeType) && (await readWholeImage(path)) === null) {
    await rm(path, { force: true });
    return { kind: 'refused', sentence: damaged(given) };
  }
  const { width, height, mimeType } = facts;
  return { kind: 'ok', facts, picture: { file, width, height, mimeType, sizeBytes, sha256 } };
}

function refusalOf(name: string, sizeBytes: number, start: Uint8Array): string | null {
  if (sizeBytes === 0) {
    return `"${name}" is empty: it holds no picture.`;
  }
  if (sizeBytes > MOST_KEPT_BYTES) {
    return `"${name}" is larger than ${MOST_KEPT_BYTES / 1024 / 1024} MB: make it smaller first.`;
  }
  return sniffImage(start) !== null
    ? null
    : `"${name}" is not an image (PNG, JPEG, WebP, GIF, AVIF, HEIC, BMP or TIFF).`;
}

function damaged(name: string): string {
  return `"${name}" is cut off or damaged: save it again, or take another copy.`;
}

async function readStart(path: string): Promise<{ bytes: Buffer; sizeBytes: number }> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return { bytes: await readAt(handle, 0, Math.min(size, FACTS_BYTES)), sizeBytes: size };
  } finally {
    await handle.close();
  }
}
