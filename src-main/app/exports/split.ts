/** Which rows are for training, which for validation, which for testing. Pure. */
import { createHash } from 'node:crypto';
import type { Splits } from '@shared/model/export';

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/**
 * Rows in the order of a hash of seed and row, dealt out by share, so that a row is whole in one split whatever its
 * variants, and the same rows are dealt the same way. A share that is not 0 gets at least one row where there are enough.
 */
export function splitRows(rows: Iterable<string>, splits: Splits | undefined): ReadonlyMap<string, Split> {
  const distinct = [...new Set(rows)];
  if (splits === undefined) {
    return new Map(distinct.map((row) => [row, 'train']));
  }
  const ordered = distinct
    .map((row) => ({ row, place: placeOf(row, splits.seed) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  const sizeOf = (percent: number): number =>
    percent === 0 || distinct.length < SPLITS.length
      ? 0
      : Math.max(1, Math.round((distinct.length * percent) / 100));
  const validation = sizeOf(splits.validation);
  const test = sizeOf(splits.test);
  return new Map(
    ordered.map(({ row }, at) => [
      row,
      at < validation ? 'validation' : at < validation + test ? 'test' : 'train',
    ]),
  );
}

function placeOf(row: string, seed: number): string {
  return createHash('sha256').update(`${seed}\0${row}`).digest('hex');
}
