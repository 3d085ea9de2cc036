/**
 * A result on its way to disk: whole and fsynced under a temporary name, then renamed, then the folder fsynced. A
 * partial file never carries a final name.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Failure } from '@shared/model/failure';
import type { ReceivedFile } from '../engine/ports';
import { measureImage } from '../images/measure';
import { sniffImage } from '../images/sniff';

export interface TemporaryResult {
  readonly file: ReceivedFile;
  /** Gives the file its final name. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export type Written =
  | { readonly kind: 'written'; readonly result: TemporaryResult }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface ResultTarget {
  readonly outputDir: string;
  readonly stem: string;
  readonly attemptId: number;
}

/** Writes the provider's bytes as they came; the extension is that of their real format. */
export async function writeResult(bytes: Uint8Array, target: ResultTarget): Promise<Written> {
  const type = sniffImage(bytes);
  if (type === null) {
    return {
      kind: 'failed',
      failure: { kind: 'malformed', message: 'The answer holds bytes that are no image.' },
    };
  }
  const size = measureImage(bytes);
  const fileName = `${target.stem}.${type.extension}`;
  const path = join(target.outputDir, fileName);
  const temporary = temporaryPath(target);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(temporary, bytes);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return { kind: 'failed', failure: storageFailure(error, target.outputDir) };
  }
  const file: ReceivedFile = {
    fileName,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    mimeType: type.mimeType,
    width: size?.width ?? 0,
    height: size?.height ?? 0,
    sizeBytes: bytes.byteLength,
  };
  return {
    kind: 'written',
    result: {
      file,
      commit: async () => {
        await rename(temporary, path);
        await syncDirectory(dirname(path));
      },
      discard: () => rm(temporary, { force: true }),
    },
  };
}

/** Where an attempt's bytes wait for their final name. */
export function temporaryPath(target: ResultTarget): string {
  return join(target.outputDir, `${target.stem}.${target.attemptId}.part`);
}

/** One sentence for what the disk refused. */
export function storageFailure(error: unknown, folder: string): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: 'the disk is full',
    EACCES: 'there is no permission to write',
    EPERM: 'there is no permission to write',
    EROFS: 'the file system is read-only',
    ENOENT: 'the folder is gone',
    ENOTDIR: 'the folder is gone',
  };
  const reason = reasons[code] ?? code;
  return { kind: 'storage', message: `Cannot save in ${folder}: ${reason}.`, providerCode: code };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'w', 0o644);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename is durable only once its folder is; Windows has no such call and needs none. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
