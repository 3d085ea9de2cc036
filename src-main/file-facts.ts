/** What one look at a path tells, links followed. What cannot be looked at is not there. */
import { access, stat } from 'node:fs/promises';

/** A file, folder or whatever else. */
export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Enough of a file that is named by its content: one that was cut off has another size. */
export async function hasSize(path: string, sizeBytes: number): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size === sizeBytes,
    () => false,
  );
}
