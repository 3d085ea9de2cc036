/** Why an export could not be written, in one sentence. */
import { basename } from 'node:path';
import { Refusal } from '../../refusal';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space, or choose another disk',
  EDQUOT: 'your disk quota is used up; free some space',
  EFBIG: 'the disk cannot hold a file this large; choose another format or disk',
  EACCES: 'there is no permission to write there; choose another folder',
  EPERM: 'there is no permission to write there; choose another folder',
  EROFS: 'the file system is read-only; choose another folder',
  ENOENT: 'the folder is gone; choose another one',
  ENOTDIR: 'the folder is gone; choose another one',
  EBUSY: 'another program holds the file; close it there first',
  EIO: 'the disk reports an error; choose another one',
  ENAMETOOLONG: 'its name is too long for that disk; choose a shorter one',
};

/** What is no fault of the disk stays as it is: a bug, or a refusal with its own sentence. */
export function exportFailure(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code];
  return reason === undefined || error instanceof Refusal
    ? error
    : new Refusal('BAD_INPUT', `"${basename(path)}" was not written: ${reason}.`);
}
