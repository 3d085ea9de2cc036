/**
 * Paths from a dataset. Without these rules a shared CSV could send any file of this machine to a provider as an
 * "image": what a path names must be a regular file inside a folder the user has granted, after links are followed.
 */
import { constants, type Stats } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { badInput, type Refused, shownReference } from './bad-input';

export interface PathPolicy {
  /** Absolute; relative paths resolve and must stay here. Blank: there is no file beside which they could lie. */
  readonly baseDir: string;
  /** Absolute folders the user granted besides. `all`: the command line's user may read whatever they can. */
  readonly roots: readonly string[] | 'all';
}

export type ResolvedPath = { readonly kind: 'ok'; readonly path: string } | Refused;
export type ReadFile = { readonly kind: 'ok'; readonly bytes: Uint8Array } | Refused;

/** The real path of a regular file; `reference` is a path or a `file:` URL. Opens nothing. */
export async function resolveInputPath(reference: string, policy: PathPolicy): Promise<ResolvedPath> {
  const shown = shownReference(reference);
  const plain = plainPath(reference);
  if (plain === null) {
    return badInput(`"${shown}" is not a path of this machine; copy the image beside the dataset.`);
  }
  if (!isAbsolute(plain) && policy.baseDir === '') {
    return badInput(
      `"${shown}" is a relative path but there is no file it is relative to; give the whole path.`,
    );
  }
  const found = await realFile(resolve(policy.baseDir, plain));
  if (found === null) {
    return badInput(`The image "${shown}" does not exist or cannot be read; check its path.`);
  }
  if (!(await isGranted(found.path, policy))) {
    return badInput(
      `"${shown}" lies outside the granted folders; grant its folder or move the image beside the dataset.`,
    );
  }
  if (!found.stats.isFile()) return badInput(`"${shown}" is not a regular file, so it cannot be an image.`);
  return { kind: 'ok', path: found.path };
}

/** The bytes of a resolved path. It is opened without blocking and looked at again, so swapping it meanwhile is in vain. */
export async function readRegularFile(path: string, maxBytes: number, shown: string): Promise<ReadFile> {
  try {
    // oxlint-disable-next-line no-bitwise -- flags of open(2)
    const handle = await open(
      path,
      constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0),
    );
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return badInput(`"${shown}" is not a regular file, so it cannot be an image.`);
      if (stats.size > maxBytes) {
        return badInput(`The image "${shown}" is larger than ${megabytes(maxBytes)}; make it smaller.`);
      }
      return { kind: 'ok', bytes: await handle.readFile() };
    } finally {
      await handle.close();
    }
  } catch {
    return badInput(`The image "${shown}" cannot be read; check its permissions.`);
  }
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
