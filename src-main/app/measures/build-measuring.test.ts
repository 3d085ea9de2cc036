/** What results are compared with, over a real store. */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import type { Store } from '../../store/store';
import {
  fileOf,
  finishNext,
  type Library,
  newJobs,
  newRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { buildMeasuring } from './build-measuring';

let library: Library;
let store: Store;
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
});
afterEach(() => library.remove());

/** A reading of the same file; answers its id. */
async function reading(image: string): Promise<number> {
  const { dir } = library;
  const { id } = await store.createDataset({
    name: 'cats.csv',
    format: 'csv',
    sourcePath: join(dir, 'cats.csv'),
    baseDir: dir,
  });
  await writeFile(join(dir, image), image);
  const rows = [0, 1].map((row) => ({ row, index: row, fields: { instruction: 'darker', image } }));
  await store.addRows(id, rows);
  await store.finishDataset(id, ['instruction', 'image'], []);
  return id;
}

describe('results', () => {
  it('are compared with the rows of the reading their run is on by then', async () => {
    const run = await store.createRun(newRun(await reading('before.png'), library.dir));
    await store.planJobs(run.id, newJobs(2));
    const compared: string[][] = [];
    const measuring = buildMeasuring({
      foundation: {
        store,
        paths: libraryPaths(library.dir),
        models: { find: () => undefined },
        log: { error: (_topic, sentence) => expect(sentence).toBe('') },
      },
      lab: {
        measure({ sources }) {
          compared.push(sources.map((source) => basename(String(source))));
          return Promise.resolve({ kind: 'failed', sentence: 'Closed.', isPicture: false });
        },
        same: () => Promise.resolve({ kind: 'failed', sentence: 'Closed.', isPicture: false }),
      },
      events: { touchJob: () => undefined },
      isOn: () => true,
      imageRoots: () => [],
    });
    const measureNext = async (): Promise<void> => {
      const jobId = await finishNext(store, run.id);
      const [job] = await store.jobsById([jobId]);
      await writeFile(join(library.dir, fileOf(job?.stem ?? '').fileName), 'a picture');
      measuring.onEnded({ jobId, next: { kind: 'done' } });
      await measuring.settled();
    };
    await measureNext();
    await store.setRunDataset(run.id, await reading('after.png'));
    await measureNext();
    await measuring.close();
    expect(compared).toEqual([['before.png'], ['after.png']]);
  });
});
