/**
 * Results whose file was whole when the process died, between the journal's note of its hash and the note that its job
 * is done: the file is found under its final or its temporary name, believed by its hash alone, and kept.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReceivedFile } from '../engine/ports';
import { formerWhoseName, resultName, wholeName } from '../temporary-name';

/** An attempt whose file was noted as whole and whose end nobody noted. */
export interface Receipt {
  readonly attemptId: number;
  readonly jobId: number;
  readonly runId: number;
  /** Output folder of its run, absolute. */
  readonly dir: string;
  readonly stem: string;
  /** Of the library. */
  readonly mark: string;
  readonly file: ReceivedFile;
}

/**
 * `adopted`: the file stands whole under its final name, and durably so. `lost`: it is not there. `later`: its folder
 * is out of reach just now, as on a disk that is not connected.
 */
export type Adoption = 'adopted' | 'lost' | 'later';

export function adoptFile(receipt: Receipt): Adoption {
  const { dir, file } = receipt;
  const final = join(dir, file.fileName);
  try {
    statSync(dir);
    if (!hasHash(final, file.sha256)) {
      const temporary = temporaryNames(receipt).find((name) => hasHash(join(dir, name), file.sha256));
      if (temporary === undefined) {
        return 'lost';
      }
      renameSync(join(dir, temporary), final);
    }
    syncFolder(dirname(final));
    return 'adopted';
  } catch {
    // The job stays unknown, and its file where it is.
    return 'later';
  }
}

function temporaryNames(receipt: Receipt): readonly string[] {
  return [resultName(receipt), wholeName(receipt), `${formerWhoseName(receipt)}.part`];
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
