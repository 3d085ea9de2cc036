/** What the disk refused, in one sentence. */
import type { Failure } from '@shared/model/failure';

const NO_PERMISSION = ['there is no permission to write', 'give yourself permission to write there'] as const;
const GONE = ['the folder is gone', 'bring it back'] as const;
const BUSY = ['another program holds a file there', 'close that program'] as const;

/** Why it could not be saved, and what a person can do about it. */
const REASONS: Readonly<Record<string, readonly [reason: string, wayOut: string]>> = {
  ENOSPC: ['the disk is full', 'free some space'],
  EDQUOT: ['your disk quota is used up', 'free some space'],
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
  EROFS: ['the file system is read-only', 'make it writable'],
  EIO: ['the disk reports an error', 'check the disk'],
  ENOENT: GONE,
  ENOTDIR: GONE,
  EBUSY: BUSY,
  ENAMETOOLONG: ['the name of a file is too long for it', 'give its row a shorter one'],
  EISDIR: ['a folder has the name of a file', 'give that folder another'],
};

/** Why something that is there cannot be read. */
const READING: Readonly<Record<string, readonly [reason: string, wayOut: string]>> = {
  EACCES: ['there is no permission to read it', 'give yourself that permission'],
  EPERM: ['there is no permission to read it', 'give yourself that permission'],
  EIO: ['the disk reports an error', 'check the disk'],
  ESTALE: ['its network folder was disconnected', 'connect it again'],
  EMFILE: ['too many files are open', 'close other programs'],
  ENFILE: ['too many files are open', 'close other programs'],
  EBUSY: ['another program holds it', 'close that program'],
};

/** `error` is what a call of node:fs threw that wanted to write into `folder`. */
export function storageFailure(error: unknown, folder: string): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const [reason, wayOut] = REASONS[code] ?? [code, 'make sure it can be written'];
  const message = `Cannot save in ${folder}: ${reason}; ${wayOut}, then resume the run.`;
  return { kind: 'storage', message, providerCode: code };
}

/** `error` is what a call of node:fs threw that wanted to read what is at `path`. */
export function readFailure(error: unknown, path: string): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const [reason, wayOut] = READING[code] ?? [code, 'make sure it can be read'];
  const message = `Cannot read ${path}: ${reason}; ${wayOut}, then resume the run.`;
  return { kind: 'storage', message, providerCode: code };
}
