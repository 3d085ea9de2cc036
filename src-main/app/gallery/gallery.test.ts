import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GalleryReport } from '@shared/contract/gallery';
import type { RerunRequest } from '@shared/contract';
import { EVERYTHING, type GallerySelection } from '@shared/model/gallery';
import { Refusal } from '../../refusal';
import type { Store, StoredRun } from '../../store/store';
import { finishNext, type Library, plannedRun, temporaryLibrary } from '../../store/testing/library-fixture';
import { inFolder } from '../folders/folder-turns';
import { emptyTrash } from './empty-trash';
import { createGallery } from './gallery';

const ALL: GallerySelection = { kind: 'matching', query: EVERYTHING, except: [] };
const RESULTS = 6;

let library: Library;
let store: Store;
let run: StoredRun;
let touched: number[];
let asked: RerunRequest[];
let timers: (() => void)[];

beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  run = await plannedRun(store, RESULTS, library.dir);
  for (let at = 0; at < RESULTS; at += 1) {
    await finishNext(store, run.id);
  }
  [touched, asked, timers] = [[], [], []];
});
afterEach(() => library.remove());

const events = {
  touchJob: (_runId: number, jobId: number) => void touched.push(jobId),
  touchRun: () => undefined,
  subscribe: () => () => undefined,
};

function galleryOf(rerun: (request: RerunRequest) => Promise<never> = never) {
  const clock = {
    now: () => 0,
    wallNow: () => 0,
    setTimer: (_delayMs: number, callback: () => void) => {
      timers.push(callback);
      return () => undefined;
    },
  };
  return createGallery({
    store,
    events,
    clock,
    rerun: (request) => {
      asked.push(request);
      return rerun(request);
    },
    onError: (error) => {
      throw error;
    },
  });
}

/** What is answered is of no use here. */
const never = async (): Promise<never> => undefined as never;

async function lastOf(reports: AsyncIterable<GalleryReport>): Promise<GalleryReport> {
  let last: GalleryReport | undefined;
  for await (const report of reports) {
    last = report;
  }
  if (last === undefined) {
    throw new Error('Nothing was reported.');
  }
  return last;
}

describe('work on many results', () => {
  it('tells each job it changed, how many, and what undoes it', async () => {
    const gallery = galleryOf();
    const report = await lastOf(gallery.change(ALL, { kind: 'verdict', verdict: 'accepted' }, undefined));
    expect(report).toMatchObject({ done: RESULTS, total: RESULTS, changed: RESULTS, isOver: true });
    expect(touched).toHaveLength(RESULTS);
    const undone = await lastOf(gallery.undo(report.stepId ?? 0, undefined));
    expect(undone).toMatchObject({ changed: RESULTS, isOver: true });
    expect(await store.reviewCounts(run.id)).toMatchObject({ accepted: 0, unset: RESULTS });
    await lastOf(gallery.undo(undone.stepId ?? 0, undefined));
    expect(await store.reviewCounts(run.id)).toMatchObject({ accepted: RESULTS });
  });

  it('changes nothing twice, and says so', async () => {
    const gallery = galleryOf();
    await lastOf(gallery.change(ALL, { kind: 'addTag', name: 'x' }, undefined));
    const again = await lastOf(gallery.change(ALL, { kind: 'addTag', name: 'x' }, undefined));
    expect(again).toMatchObject({ changed: 0, skipped: RESULTS });
  });

  it('is done to the list that was seen, not to what came since', async () => {
    const gallery = galleryOf();
    const { snapshot, total } = await store.searchGallery(EVERYTHING);
    const seen: GallerySelection = {
      kind: 'matching',
      query: EVERYTHING,
      except: [],
      seen: { snapshot, total },
    };
    const late = await plannedRun(store, 2, join(library.dir, 'late'));
    await finishNext(store, late.id);
    const accept = () => lastOf(gallery.change(seen, { kind: 'verdict', verdict: 'accepted' }, undefined));
    expect(await accept()).toMatchObject({ changed: RESULTS, total: RESULTS });
    expect(await store.reviewCounts(late.id)).toMatchObject({ unset: 1 });
    for (let other = 0; other < 6; other += 1) {
      await store.searchGallery({ ...EVERYTHING, text: `${other}` });
    }
    await finishNext(store, late.id);
    await expect(accept()).rejects.toThrow('More results match by now than were selected');
  });

  it('counts what was left out among what was seen: another in its place is one that nobody has seen', async () => {
    const { total } = await store.searchGallery(EVERYTHING);
    const except = [...(await store.selectionIds(ALL, 0, 1))];
    const seen = { snapshot: 'kept no longer', total };
    const selection: GallerySelection = { kind: 'matching', query: EVERYTHING, except, seen };
    const accept = () =>
      lastOf(galleryOf().change(selection, { kind: 'verdict', verdict: 'accepted' }, undefined));
    expect(await accept()).toMatchObject({ changed: RESULTS - 1 });
    const late = await plannedRun(store, 1, join(library.dir, 'late'));
    await finishNext(store, late.id);
    await expect(accept()).rejects.toThrow('More results match by now than were selected');
    expect(await store.reviewCounts(late.id)).toMatchObject({ unset: 1 });
  });

  it('stops when nobody listens any more, and what was done by then can be undone', async () => {
    const stop = new AbortController();
    stop.abort();
    const report = await lastOf(galleryOf().change(ALL, { kind: 'trash' }, stop.signal));
    expect(report.changed).toBe(0);
    expect((await store.searchGallery(EVERYTHING)).trashed).toBe(0);
  });

  it('refuses in one sentence to undo what is forgotten', async () => {
    await expect(lastOf(galleryOf().undo(999, undefined))).rejects.toThrow(
      new Refusal('NOT_FOUND', 'This is too long ago to be undone.'),
    );
  });

  it('sends results again run by run, and tells what was refused', async () => {
    const report = await lastOf(galleryOf().rerun(ALL, undefined));
    expect(report).toMatchObject({ changed: RESULTS, skipped: 0 });
    expect(asked).toMatchObject([{ runId: run.id, which: { kind: 'jobs' } }]);
    const refusing = galleryOf(() => Promise.reject(new Refusal('BAD_INPUT', 'The folder is gone.')));
    expect(await lastOf(refusing.rerun(ALL, undefined))).toMatchObject({
      changed: 0,
      skipped: RESULTS,
      sentence: 'The folder is gone.',
    });
  });

  it('takes words in behind the scenes, step by step', async () => {
    const gallery = galleryOf();
    await gallery.ready();
    for (let timer = timers.pop(); timer !== undefined; timer = timers.pop()) {
      timer();
      await store.tags();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await store.searchGallery(EVERYTHING)).indexing).toBeNull();
  });
});

describe('emptying the trash', () => {
  it('hands each file to the system, keeps what it would not take, and never deletes one itself', async () => {
    await lastOf(galleryOf().change(ALL, { kind: 'trash' }, undefined));
    const given: string[] = [];
    const report = await lastOf(
      emptyTrash(
        {
          store,
          events,
          trash: async (paths) => {
            given.push(...paths);
            return paths
              .filter((path) => path.includes('000002'))
              .map((path) => ({ path, sentence: 'it is locked.' }));
          },
        },
        undefined,
      ),
    );
    expect(given).toHaveLength(RESULTS);
    expect(report).toMatchObject({
      changed: RESULTS - 1,
      skipped: 1,
      sentence: '1 stay in the trash: it is locked.',
    });
    expect(await store.searchGallery(EVERYTHING)).toMatchObject({ all: 0, trashed: 1 });
    expect(await store.counts(run.id)).toMatchObject({ cancelled: RESULTS - 1, done: 1, pending: 0 });
  });

  it('lets nobody restore a result, or begin a run in its folder, while the system takes its file', async () => {
    const gallery = galleryOf();
    const { stepId } = await lastOf(gallery.change(ALL, { kind: 'trash' }, undefined));
    const inTrash: GallerySelection = { ...ALL, query: { ...EVERYTHING, place: 'trash' } };
    const order: string[] = [];
    const late: Promise<unknown>[] = [];
    const emptied = lastOf(
      emptyTrash(
        {
          store,
          events,
          trash: async () => {
            late.push(
              lastOf(gallery.change(inTrash, { kind: 'restore' }, undefined)).then((report) => {
                order.push('restored');
                expect(report.changed).toBe(0);
              }),
              lastOf(gallery.undo(stepId ?? 0, undefined)).then((report) => {
                order.push('undone');
                expect(report.changed).toBe(0);
              }),
              inFolder(store, run.outputDir, async () => void order.push('begun')),
            );
            // Whoever does not wait has been served by then.
            await lastOf(gallery.change(inTrash, { kind: 'addTag', name: 'x' }, undefined));
            order.push('taken');
            return [];
          },
        },
        undefined,
      ),
    );
    expect(await emptied).toMatchObject({ changed: RESULTS });
    await Promise.all(late);
    expect(order[0]).toBe('taken');
    expect(order.slice(1).toSorted()).toEqual(['begun', 'restored', 'undone']);
    expect(await store.counts(run.id)).toMatchObject({ cancelled: RESULTS, done: 0 });
  });

  it('walks through folder after folder', async () => {
    const other = await plannedRun(store, 2, join(library.dir, 'other'));
    await finishNext(store, other.id);
    await finishNext(store, other.id);
    await lastOf(galleryOf().change(ALL, { kind: 'trash' }, undefined));
    const given: (readonly string[])[] = [];
    const trash = async (paths: readonly string[]) => {
      given.push(paths);
      return [];
    };
    const report = await lastOf(emptyTrash({ store, events, trash }, undefined));
    expect(report).toMatchObject({ done: RESULTS + 2, total: RESULTS + 2, changed: RESULTS + 2 });
    expect(given.map(({ length }) => length)).toEqual([RESULTS, 2]);
  });
});
