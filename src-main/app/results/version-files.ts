/**
 * The files of versions. A result gets another name in three steps, each safe to die after: the new name is linked to
 * the same bytes and made durable, the library is told, the old name is taken away. At every moment each result the
 * library knows stands whole under the name it knows.
 */
import { copyFile, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isThere } from '../../file-facts';
import { hasHash } from '../../images/file-sha256';
import { createDisk } from '../../transport/disk';

/** A result of a job, as it lies on disk. */
export interface KeptFile {
  /** Name of the job's results without extension. */
  readonly stem: string;
  /** Below the output folder. */
  readonly fileName: string;
  readonly sha256: string;
}

/** `000012.v3.png` for the third of `000012`. */
export function versionName({ stem, fileName }: Pick<KeptFile, 'stem' | 'fileName'>, number: number): string {
  return `${stem}.v${number}${extensionOf(fileName)}`;
}

export function isVersionName({ stem, fileName }: Pick<KeptFile, 'stem' | 'fileName'>): boolean {
  return fileName.startsWith(`${stem}.v`) && /^\.v\d+\.\w+$/.test(fileName.slice(stem.length));
}

/** The name a job's present result has. */
export function presentName({ stem, fileName }: Pick<KeptFile, 'stem' | 'fileName'>): string {
  return `${stem}${extensionOf(fileName)}`;
}

function extensionOf(fileName: string): string {
  return /\.\w+$/.exec(fileName)?.[0] ?? '';
}

const disk = createDisk();

/** `taken`: another file has that name. `gone`: there is no such file to name. */
export type Named = 'named' | 'taken' | 'gone';

/** Gives a file a second name, durably. The first stays. Rejects with what the file system says. */
export async function nameToo(outputDir: string, file: KeptFile, name: string): Promise<Named> {
  const from = join(outputDir, file.fileName);
  const to = join(outputDir, name);
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      return 'gone';
    }
    if (code === 'EEXIST' || (await isThere(to))) {
      // Its name from before a crash, perhaps.
      return (await isSame(from, to, file.sha256)) ? 'named' : 'taken';
    }
    // FAT and some shared folders know no second names.
    await copyDurably(from, to);
  }
  await disk.syncFolder(dirname(to));
  return 'named';
}

/** Takes the first name away; that it could not be is nobody's loss. */
export async function forgetName(outputDir: string, fileName: string): Promise<void> {
  await rm(join(outputDir, fileName), { force: true }).catch(() => undefined);
}

export async function isWhole(outputDir: string, { fileName, sha256 }: KeptFile): Promise<boolean> {
  return hasHash(join(outputDir, fileName), sha256);
}

async function isSame(from: string, to: string, sha256: string): Promise<boolean> {
  const [one, other] = await Promise.all([stat(from), stat(to)]);
  const isOneFile = one.ino !== 0 && one.ino === other.ino && one.dev === other.dev;
  return isOneFile || hasHash(to, sha256);
}

async function copyDurably(from: string, to: string): Promise<void> {
  const unfinished = `${to}.part`;
  try {
    await copyFile(from, unfinished);
    const handle = await open(unfinished, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
}
