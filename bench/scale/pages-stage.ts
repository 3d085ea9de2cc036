/** Pages anywhere in the table, filtered or not: the slowest counts. */
import { EVERYTHING } from '@shared/model/gallery';
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
  const [, readMs] = await timed(() => readGallery(store));
  figures.push(note('gallery read before its first page, ms', readMs.toFixed(0)));
  figures.push(atMost('slowest page, gallery, ms', await slowestOfGallery(store), BAR_MS, 1));
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

/** As the screen has it done before it asks: the index is whole, words may be behind. */
async function readGallery(store: Store): Promise<void> {
  while ((await store.galleryStep()) === 'reading') {
    // Another few jobs.
  }
}

async function slowestOfGallery(store: Store): Promise<number> {
  const { snapshot, total } = await store.searchGallery(EVERYTHING);
  let worst = 0;
  for (let place = 0; place < PLACES; place += 1) {
    const [, ms] = await timed(() =>
      store.galleryPage({ query: EVERYTHING, snapshot }, offsetOf(place, total), LIMIT),
    );
    worst = Math.max(worst, ms);
  }
  return worst;
}

/** Evenly over the table, the first and the last page among them. */
function offsetOf(place: number, total: number): number {
  return Math.max(0, Math.floor(((total - LIMIT) * place) / (PLACES - 1)));
}
