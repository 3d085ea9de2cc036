/**
 * Results whose file was whole when the process died, between the journal's note of its hash and the note that its
 * job is done: the file is found by its final or its temporary name, believed by its hash, and kept.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OpenReceipt } from './journal-table';

/** Whether the file now stands whole under its final name. */
export function adoptFile(receipt: OpenReceipt): boolean {
  const final = join(receipt.outputDir, receipt.file.fileName);
  if (hasHash(final, receipt.file.sha256)) {
    return true;
  }
  const temporary = join(receipt.outputDir, `${receipt.stem}.${receipt.attemptId}.part`);
  if (!hasHash(temporary, receipt.file.sha256)) {
    return false;
  }
  renameSync(temporary, final);
  syncFolder(dirname(final));
  return true;
}

function hasHash(path: string, sha256: string): boolean {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex') === sha256;
  } catch {
    return false;
  }
}

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
