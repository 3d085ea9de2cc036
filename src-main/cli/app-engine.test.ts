import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NOBODY_LISTENS, picturePlan } from '../app/testing/picture-plan';
import { openTestLibrary, type TestLibrary } from '../app/testing/test-library';
import { AppEngine } from './app-engine';
import type { CliEngine, RunEnd, RunFolderRequest } from './engine-port';

let library: TestLibrary;
beforeEach(async () => {
  library = await openTestLibrary();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
});

const END: RunEnd = { kind: 'refused', sentence: 'Of the window.' };

it('goes on through a window that takes the library over while the file is read, as it was asked', async () => {
  const path = join(library.folder, 'rows.csv');
  await writeFile(path, ['prompt', ...Array.from({ length: 3500 }, (_, row) => `cat ${row}`)].join('\n'));
  const asked: RunFolderRequest[] = [];
  const next: Pick<CliEngine, 'runFolder'> = {
    async runFolder(request) {
      asked.push(request);
      return END;
    },
  };
  const engine = new AppEngine({
    app: library.app,
    openDoor: async () => null,
    onInterrupt: () => () => undefined,
    onNote: () => undefined,
    // Nothing else is asked of it here.
    reopen: async () => ({ kind: 'ok', engine: next as CliEngine }),
  });
  const { store } = library.app;
  const add = store.addRows.bind(store);
  vi.spyOn(store, 'addRows').mockImplementation(async (...rows) => {
    engine.handOver();
    return add(...rows);
  });
  const request: RunFolderRequest = {
    ...picturePlan(library, { source: { kind: 'file', path }, resume: false }),
    fleet: { endpoints: [], keys: [] },
    ...NOBODY_LISTENS,
  };
  expect(await engine.runFolder(request)).toEqual(END);
  expect(asked).toEqual([request]);
});
