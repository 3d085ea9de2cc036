/**
 * A result that is there and cannot be read: whether it is whole nobody knows. It is neither believed nor paid for
 * again; what was to be done with it waits until it can be read.
 */
import type { Failure } from '@shared/model/failure';
import { Refusal } from '../../refusal';
import { readFailure } from '../../transport/storage-failure';

export class Unreadable extends Refusal {
  readonly failure: Failure;

  constructor(error: unknown, path: string) {
    const failure = readFailure(error, path);
    super('BAD_INPUT', failure.message, 'outputDir');
    this.failure = failure;
  }
}

/** For what a call of node:fs threw over `path`: null where nothing is there; else throws an Unreadable. */
export function nullIfGone(error: unknown, path: string): null {
  if (isGone(error)) {
    return null;
  }
  throw new Unreadable(error, path);
}

export function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The system refused, whatever is in the file; not: its bytes make no sense, or it is no file at all. */
export function isRefusedBySystem(error: unknown): boolean {
  const { syscall, code } = error as NodeJS.ErrnoException;
  return syscall !== undefined && code !== 'EISDIR' && !isGone(error);
}
