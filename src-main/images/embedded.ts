/** Images, sounds and films that came inside a dataset file: unpacked once into a folder of ours, named by their content. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sniffImage } from './sniff';
import { sniffMedia } from './sniff-media';

const PREFIX = 'embedded:';
const FILE_NAME = /^([0-9a-f]{64})\.[a-z0-9]{2,8}$/;

/** Stands where a file holds bytes that are none of these: loading it fails, so the row is never sent without its picture. */
export const UNREADABLE_EMBEDDED = `${PREFIX}unreadable`;

export interface EmbeddedFile {
  readonly path: string;
  readonly sha256: string;
}

export function isEmbeddedReference(reference: string): boolean {
  return reference.startsWith(PREFIX);
}

/** Where an `embedded:` reference lies below `embeddedDir`; null when it is not one this module made. */
export function embeddedFile(reference: string, embeddedDir: string): EmbeddedFile | null {
  const name = reference.slice(PREFIX.length);
  const sha256 = isEmbeddedReference(reference) ? FILE_NAME.exec(name)?.[1] : undefined;
  return sha256 === undefined ? null : { path: join(embeddedDir, name), sha256 };
}

/** Writes an image, a sound or a film below `embeddedDir` unless it is there, and answers its reference. */
export async function storeEmbedded(bytes: Uint8Array, embeddedDir: string): Promise<string> {
  const type = sniffImage(bytes) ?? sniffMedia(bytes, 'video') ?? sniffMedia(bytes, 'audio');
  if (type === null) return UNREADABLE_EMBEDDED;
  const name = `${createHash('sha256').update(bytes).digest('hex')}.${type.extension}`;
  const path = join(embeddedDir, name);
  if (await hasSize(path, bytes.byteLength)) return PREFIX + name;
  await mkdir(embeddedDir, { recursive: true });
  const temporary = join(embeddedDir, `.${randomUUID()}`);
  await writeFile(temporary, bytes);
  await rename(temporary, path);
  return PREFIX + name;
}

async function hasSize(path: string, size: number): Promise<boolean> {
  try {
    return (await stat(path)).size === size;
  } catch {
    return false;
  }
}
