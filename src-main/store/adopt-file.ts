/**
 * Results whose file was whole when the process died, between the journal's note of its hash and the note that its job
 * is done: the file is found under its final or its temporary name, believed by its hash alone, and kept.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReceivedFile } from '../engine/ports';

/** An attempt whose file was noted as whole and whose end nobody noted. */
export interface Receipt {
  readonly attemptId: number;
  readonly jobId: number;
  readonly runId: number;
  /** Output folder of its run, absolute. */
  readonly dir: string;
  readonly stem: string;
  readonly file: ReceivedFile;
}

/** Whether the file now stands whole under its final name, and durably so. */
export function adoptFile({ dir, stem, attemptId, file }: Receipt): boolean {
  const final = join(dir, file.fileName);
  try {
    if (!hasHash(final, file.sha256)) {
      // The name the transport gives a file on its way (transport/result-file.ts).
      const temporary = join(dir, `${stem}.${attemptId}.part`);
      if (!hasHash(temporary, file.sha256)) {
        return false;
      }
      renameSync(temporary, final);
    }
    syncFolder(dirname(final));
    return true;
  } catch {
    // A folder that cannot be written just now: the job stays unknown, and its file where it is.
    return false;
  }
}

function hasHash(path: string, sha256: string): boolean {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex') === sha256;
  } catch {
    return false;
  }
}

/** A rename is durable only once its folder is; Windows has no such call and needs none. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') {
    return;
  }
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
