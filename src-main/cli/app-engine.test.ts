import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NOBODY_LISTENS, picturePlan } from '../app/testing/picture-plan';
import { openTestLibrary, type TestLibrary } from '../app/testing/test-library';
import { AppEngine } from './app-engine';
import type { CliEngine, RefusedRun, RunFolderRequest } from './engine-port';

let library: TestLibrary;
beforeEach(async () => {
  library = await openTestLibrary();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
});

const END: RefusedRun = { kind: 'refused', sentence: 'Of the window.' };

/** A run whose library a window takes over while its file is read. */
async function handedOver(given: {
  readonly next: Partial<CliEngine>;
  onReopen?(engine: AppEngine): Promise<void>;
}) {
  const path = join(library.folder, 'rows.csv');
  await writeFile(path, ['prompt', ...Array.from({ length: 3500 }, (_, row) => `cat ${row}`)].join('\n'));
  const engine = new AppEngine({
    app: library.app,
    openDoor: async () => null,
    onInterrupt: () => () => undefined,
    onNote: () => undefined,
    async reopen() {
      await given.onReopen?.(engine);
      // Nothing else is asked of it here.
      return { kind: 'ok', engine: given.next as CliEngine };
    },
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
  return { engine, request };
}

it('goes on through a window that takes the library over while the file is read, as it was asked', async () => {
  const asked: unknown[] = [];
  const { engine, request } = await handedOver({
    next: {
      async runFolder(one) {
        asked.push(one);
        return END;
      },
      stop: async () => void asked.push('stop'),
    },
  });
  expect(await engine.runFolder(request)).toEqual(END);
  expect(asked).toEqual([request]);
});

it.each(['while the library is closed', 'while the window opens it'])(
  'sends nothing through the window when it is interrupted %s',
  async (moment) => {
    const told: string[] = [];
    const { engine, request } = await handedOver({
      next: {
        runFolder: async () => {
          told.push('run');
          return END;
        },
        stop: async () => void told.push('stop'),
      },
      onReopen: async (one) => (moment === 'while the window opens it' ? one.stop() : undefined),
    });
    const { app } = library;
    const close = app.close.bind(app);
    vi.spyOn(app, 'close').mockImplementation(async () => {
      await close();
      if (moment === 'while the library is closed') {
        await engine.stop();
      }
    });
    expect(await engine.runFolder(request)).toEqual(END);
    expect(told).toEqual(['stop', 'run']);
  },
);

it('goes on through it with a check as well, also where no row was looked at yet', async () => {
  const asked: unknown[] = [];
  const { engine, request } = await handedOver({
    next: {
      async checkFolder(one) {
        asked.push(one);
        return END;
      },
    },
  });
  vi.restoreAllMocks();
  const check = { ...request, onReport: () => void engine.handOver() };
  expect(await engine.checkFolder(check)).toEqual(END);
  expect(asked).toEqual([check]);
});
