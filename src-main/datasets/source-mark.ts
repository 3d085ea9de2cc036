/** Tells one state of a file from every other without reading it. */
import { stat } from 'node:fs/promises';
import type { DatasetFormat } from '@shared/model/run';

/** Goes up when the same bytes would be read as other rows. */
const READER_VERSION = 2;

/**
 * Device, inode, size and change time in nanoseconds, and the format it is read as where one was chosen. Null for
 * folders, whose files may change without a trace, and for what cannot be looked at.
 */
export async function sourceMark(file: {
  readonly path: string;
  readonly format?: DatasetFormat;
}): Promise<string | null> {
  const found = await stat(file.path, { bigint: true }).catch(() => null);
  if (found?.isFile() !== true) return null;
  return [READER_VERSION, file.format ?? '', found.dev, found.ino, found.size, found.mtimeNs].join(':');
}

/** The same file, untouched, whichever version of the reader marked it. */
export function marksSameFile(mark: string, other: string): boolean {
  return afterVersion(mark) === afterVersion(other);
}

const afterVersion = (mark: string): string => mark.slice(mark.indexOf(':'));
