/**
 * Paths from a dataset. Without these rules a shared CSV could send any file of this machine to a provider as an
 * "image": what a path names must be a regular file inside a folder the user has granted, after links are followed.
 */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { badInput, type Refused, shownReference } from './bad-input';

export interface PathPolicy {
  /** Absolute; relative paths resolve and must stay here. Blank: there is no file beside which they could lie. */
  readonly baseDir: string;
  /** Absolute folders the user granted besides. `all`: the command line's user may read whatever they can. */
  readonly roots: readonly string[] | 'all';
}

/** What a sentence calls the file. */
export type FileNoun = 'image' | 'audio file' | 'video';

const withArticle = (noun: FileNoun): string => (noun === 'video' ? 'a video' : `an ${noun}`);

export type ResolvedPath = { readonly kind: 'ok'; readonly path: string } | Refused;
export type ReadFile = { readonly kind: 'ok'; readonly bytes: Uint8Array } | Refused;

/** The real path of a regular file; `reference` is a path or a `file:` URL. Opens nothing. */
export async function resolveInputPath(
  reference: string,
  policy: PathPolicy,
  noun: FileNoun = 'image',
): Promise<ResolvedPath> {
  const shown = shownReference(reference);
  const plain = plainPath(reference);
  if (plain === null) {
    return badInput(`"${shown}" is not a path of this machine; copy the ${noun} beside the dataset.`);
  }
  if (!isAbsolute(plain) && policy.baseDir === '') {
    return badInput(
      `"${shown}" is a relative path but there is no file it is relative to; give the full path.`,
    );
  }
  const found = await realFile(resolve(policy.baseDir, plain));
  if (found === null) {
    return badInput(`The ${noun} "${shown}" does not exist or cannot be read; check its path.`);
  }
  if (!(await isGranted(found.path, policy))) {
    return badInput(
      `"${shown}" is outside the granted folders; grant its folder or move the ${noun} beside the dataset.`,
    );
  }
  if (!found.stats.isFile()) return badInput(noFile(shown, noun));
  return { kind: 'ok', path: found.path };
}

/** The bytes of a resolved path. */
export async function readRegularFile(path: string, maxBytes: number, shown: string): Promise<ReadFile> {
  return withRegularFile(path, { maxBytes, shown, noun: 'image' }, async (handle) => {
    try {
      return { kind: 'ok', bytes: await handle.readFile() };
    } finally {
      await handle.close();
    }
  });
}

/** As much of a file as is read at once; what is no longer is not worth keeping open. */
const START_BYTES = 128 * 1024;

export type OpenedFile =
  | {
      readonly kind: 'ok';
      readonly sizeBytes: number;
      readonly modifiedMs: number;
      /** The first bytes, or all of a small file. */
      readonly start: Uint8Array;
      read(target: Uint8Array, position: number): Promise<number>;
      /** Never rejects. */
      close(): Promise<void>;
    }
  | Refused;

/** A resolved path, kept open, so that what is read later is the file that was looked at. */
export function openRegularFile(
  path: string,
  maxBytes: number,
  shown: string,
  noun: FileNoun = 'image',
): Promise<OpenedFile> {
  return withRegularFile(path, { maxBytes, shown, noun }, async (handle, stats) => {
    const { size: sizeBytes, mtimeMs: modifiedMs } = stats;
    const read = async (target: Uint8Array, position: number): Promise<number> =>
      (await handle.read(target, 0, target.byteLength, position)).bytesRead;
    const close = (): Promise<void> => handle.close().catch(() => undefined);
    try {
      const start = new Uint8Array(Math.min(START_BYTES, sizeBytes));
      const got = await read(start, 0);
      return { kind: 'ok', sizeBytes, modifiedMs, start: start.subarray(0, got), read, close };
    } catch (error) {
      await close();
      throw error;
    }
  });
}

/** It is opened without blocking and looked at again, so swapping it meanwhile is in vain. `use` closes it. */
async function withRegularFile<T>(
  path: string,
  { maxBytes, shown, noun }: { maxBytes: number; shown: string; noun: FileNoun },
  use: (handle: FileHandle, stats: Stats) => Promise<T>,
): Promise<T | Refused> {
  try {
    // oxlint-disable-next-line no-bitwise -- flags of open(2)
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
    const handle = await open(path, flags);
    const stats = await handle.stat();
    const refusal = refusalOf(stats, maxBytes, { shown, noun });
    if (refusal !== null) {
      await handle.close();
      return refusal;
    }
    return await use(handle, stats);
  } catch {
    return badInput(`The ${noun} "${shown}" cannot be read; check its permissions.`);
  }
}

function refusalOf(
  stats: Stats,
  maxBytes: number,
  { shown, noun }: { readonly shown: string; readonly noun: FileNoun },
): Refused | null {
  if (!stats.isFile()) return badInput(noFile(shown, noun));
  return stats.size > maxBytes
    ? badInput(`The ${noun} "${shown}" is larger than ${megabytes(maxBytes)}; make it smaller.`)
    : null;
}

function noFile(shown: string, noun: FileNoun): string {
  return `"${shown}" is not a regular file, so it cannot be ${withArticle(noun)}.`;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / (1024 * 1024))} MB`;
}

/** A local path with this platform's separators, or null: UNC and device paths, foreign hosts, NUL. */
function plainPath(reference: string): string | null {
  const path = /^file:/i.test(reference) ? fromFileUrl(reference) : reference;
  if (path === null || path.trim() === '' || path.includes('\0')) return null;
  /* Datasets made on Windows say `images\a.png`; no path of ours contains a backslash on purpose. */
  const slashed = path.replaceAll('\\', '/');
  if (slashed.startsWith('//')) return null;
  return slashed.replaceAll('/', sep);
}

function fromFileUrl(reference: string): string | null {
  try {
    return fileURLToPath(reference);
  } catch {
    return null;
  }
}

async function realFile(path: string): Promise<{ path: string; stats: Stats } | null> {
  try {
    const real = await realpath(path);
    return { path: real, stats: await lstat(real) };
  } catch {
    return null;
  }
}

async function isGranted(real: string, policy: PathPolicy): Promise<boolean> {
  if (policy.roots === 'all') return true;
  const folders = policy.baseDir === '' ? policy.roots : [policy.baseDir, ...policy.roots];
  for (const folder of folders) {
    const root = await realpath(folder).catch(() => null);
    if (root !== null && isWithin(real, root)) return true;
  }
  return false;
}

function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
