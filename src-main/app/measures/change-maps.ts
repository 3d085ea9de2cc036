/**
 * Where a result differs from its source, as a picture to lay over it: made when somebody looks, and kept with the previews.
 * Who goes through results fast wants the last one: it comes first, and what waits for long is dropped.
 */
import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isFile } from '../../file-facts';
import type { BoundedFolder } from '../../images/bounded-folder';
import type { PictureSource } from '../../images/lab/lab-orders';
import type { PictureLab } from '../../images/lab/picture-lab';
import type { Store } from '../../store/store';
import { createNewestFirst } from '../newest-first';
import type { RowSources } from './row-sources';

export interface ChangeMapsOptions {
  readonly store: Pick<Store, 'result' | 'jobsById'>;
  readonly lab: Pick<PictureLab, 'drift'>;
  readonly folder: string;
  readonly files: Pick<BoundedFolder, 'use' | 'added'>;
  /** Null: its run is gone. */
  rowOf(result: { runId: number; jobId: number; row: number }): Promise<RowSources | null>;
}

export interface ChangeMaps {
  /** Absolute path of a WebP of the first input's shape; null: there is nothing to compare it with, or it was dropped. */
  of(resultId: number): Promise<string | null>;
}

/** Part of every name: another way of drawing makes old files unknown. */
const RECIPE = 'inferno-1';
/** What is in sight, and its neighbours on both sides. */
const MOST_WAITING = 3;

export function createChangeMaps({ store, lab, folder, files, rowOf }: ChangeMapsOptions): ChangeMaps {
  const underWay = new Map<string, Promise<string | null>>();
  const inTurn = createNewestFirst(MOST_WAITING);

  async function make(source: PictureSource, answer: string, target: string): Promise<string | null> {
    await mkdir(folder, { recursive: true });
    const told = await lab.drift({ source, answer, mask: null, heatMap: target });
    if (told.kind === 'failed') return null;
    files.added(target);
    return target;
  }

  return {
    async of(resultId) {
      const found = await store.result(resultId);
      const [job] = found === null ? [] : await store.jobsById([found.jobId]);
      const row = job === undefined ? null : await rowOf({ runId: job.runId, jobId: job.id, row: job.row });
      const source = row?.first;
      const identity = source === undefined ? null : await identityOf(source);
      if (found === null || source === undefined || identity === null) return null;
      const name = createHash('sha256')
        .update([RECIPE, found.result.sha256, identity].join('\0'))
        .digest('hex');
      const target = join(folder, `${name}.webp`);
      await files.use(target);
      if (await isFile(target)) return target;
      const known = underWay.get(target);
      const made =
        known ??
        inTurn(() => make(source, found.path, target))
          // No room for it: the review goes on without.
          .catch(() => null)
          .finally(() => underWay.delete(target));
      underWay.set(target, made);
      return made;
    },
  };
}

/** Null: it is not there. */
async function identityOf(source: PictureSource): Promise<string | null> {
  if (typeof source !== 'string') return createHash('sha256').update(source).digest('hex');
  return stat(source).then(
    ({ mtimeMs, size }) => `${source}\0${mtimeMs}\0${size}`,
    () => null,
  );
}
