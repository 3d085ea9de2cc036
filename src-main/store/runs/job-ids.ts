/**
 * Numbers of jobs. All come from one count, so that whoever is given some ahead of time may name a job before it is in
 * the library, and nobody else gets the same.
 */
import type { Db } from '../database/driver';

export interface JobIds {
  /** The first of `count` numbers in a row that no job has or will get otherwise. */
  take(count: number): number;
}

export function createJobIds(db: Db): JobIds {
  let last: number | null = null;
  return {
    take(count) {
      // Read when it is first needed: opening is to look at no table.
      last ??= db.prepare<{ id: number | null }>('SELECT max(id) AS id FROM jobs').get()?.id ?? 0;
      const first = last + 1;
      last += count;
      return first;
    },
  };
}
