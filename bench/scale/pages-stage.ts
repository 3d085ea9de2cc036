/** Pages anywhere in the table, filtered or not: the slowest counts. */
import type { JobQuery } from '../../src-main/store/runs/job-pages';
import type { Store } from '../../src-main/store/store';
import { openStore } from '../../src-main/store/store-client';
import { atMost, type Figure, note } from '../pool/figures';
import { timed } from './gauges';
import { libraryDir, type Scene } from './scene';

const BAR_MS = 50;
const LIMIT = 100;
const PLACES = 41;

type Filter = Pick<JobQuery, 'state' | 'failureKind'>;

const FILTERS: readonly (readonly [string, Filter])[] = [
  ['all', {}],
  ['done', { state: 'done' }],
  ['pending', { state: 'pending' }],
  ['failed', { state: 'failed' }],
  ['failed of one kind', { state: 'failed', failureKind: 'blocked' }],
];

export async function pagesStage(scene: Scene): Promise<readonly Figure[]> {
  const [store, openMs] = await timed(() => openStore({ libraryDir: libraryDir(scene) }));
  const [run] = await store.runs();
  if (run === undefined) {
    throw new Error('Start a run first.');
  }
  const figures = [note('library opened, ms', openMs.toFixed(0))];
  for (const [name, filter] of FILTERS) {
    figures.push(
      atMost(`slowest page, ${name}, ms`, await slowest(store, { runId: run.id, ...filter }), BAR_MS, 1),
    );
  }
  const { total } = await store.gallery(0, 1);
  let gallery = 0;
  for (let place = 0; place < PLACES; place += 1) {
    const [, ms] = await timed(() => store.gallery(offsetOf(place, total), LIMIT));
    gallery = Math.max(gallery, ms);
  }
  figures.push(atMost('slowest page, gallery, ms', gallery, BAR_MS, 1));
  const [groups, groupMs] = await timed(() => store.failureGroups(run.id));
  figures.push(note(`groups of failures (${groups.length}), ms`, groupMs.toFixed(0)));
  const [, rowMs] = await timed(() => store.rows(run.datasetId, scene.rows - LIMIT, LIMIT));
  figures.push(atMost('page of the dataset, ms', rowMs, BAR_MS, 1));
  await store.close();
  return figures;
}

async function slowest(store: Store, filter: Omit<JobQuery, 'offset' | 'limit'>): Promise<number> {
  const { total } = await store.jobs({ ...filter, offset: 0, limit: 1 });
  let worst = 0;
  for (let place = 0; place < PLACES; place += 1) {
    const [, ms] = await timed(() => store.jobs({ ...filter, offset: offsetOf(place, total), limit: LIMIT }));
    worst = Math.max(worst, ms);
  }
  return worst;
}

/** Evenly over the table, the first and the last page among them. */
function offsetOf(place: number, total: number): number {
  return Math.max(0, Math.floor(((total - LIMIT) * place) / (PLACES - 1)));
}
