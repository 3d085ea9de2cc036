/**
 * Results whose file was whole when the process died, between the journal's note of its hash and the note that its job
 * is done: the file is found under its final or its temporary name, believed by its hash alone, and kept.
 */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolderNow } from '../../durable-folder';
import type { ReceivedFile } from '../../engine/ports';
import { keptName, needsNoName } from '../../images/keep-picture';
import { formerWhoseName, resultName, wholeName } from '../../temporary-name';

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

/** `onKept` hears by what name a file is kept that somebody put in its place meanwhile. */
export function adoptFile(receipt: Receipt, onKept: (fileName: string) => void): Adoption {
  const { dir, file } = receipt;
  const final = join(dir, file.fileName);
  try {
    statSync(dir);
    if (!hasHash(final, file.sha256)) {
      const temporary = temporaryNames(receipt).find((name) => hasHash(join(dir, name), file.sha256));
      if (temporary === undefined) {
        return 'lost';
      }
      keepWhatLies(receipt, onKept);
      renameSync(join(dir, temporary), final);
    }
    syncFolderNow(dirname(final));
    return 'adopted';
  } catch {
    // The job stays unknown, and its file where it is.
    return 'later';
  }
}

/** What `makeRoom` of keep-picture.ts does, in one go: nobody uses the database meanwhile. That it is not the result is known. */
function keepWhatLies({ dir, file: { fileName } }: Receipt, onKept: (fileName: string) => void): void {
  const final = join(dir, fileName);
  const found = lstatSync(final, { throwIfNoEntry: false });
  if (found === undefined || needsNoName(found)) {
    return;
  }
  let number = 1;
  while (existsSync(join(dir, keptName(fileName, 'found', number)))) {
    number += 1;
  }
  const name = keptName(fileName, 'found', number);
  renameSync(final, join(dir, name));
  syncFolderNow(dirname(final));
  onKept(name);
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
