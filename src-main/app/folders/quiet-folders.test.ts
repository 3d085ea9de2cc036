import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FolderTimes } from '../../store/store';
import { systemClock } from '../../system-clock';
import { isQuiet, noteQuiet, type QuietParts } from './quiet-folders';

const COUNTS = { pending: 3, leased: 0, sent: 0, done: 2, failed: 0, unknown: 0, cancelled: 0 };

let outputDir = '';
let noted: FolderTimes | null = null;
let warnings: string[] = [];

const store = {
  counts: () => Promise.resolve(COUNTS),
  quietFolders: () => Promise.resolve(noted),
  setQuietFolders: (_runId: number, times: FolderTimes | null) => {
    noted = JSON.parse(JSON.stringify(times)) as FolderTimes | null;
    return Promise.resolve();
  },
};
const run = () => ({ id: 1, outputDir });
const parts = (changed: Partial<QuietParts['store']> = {}): QuietParts => ({
  store: { ...store, ...changed },
  clock: systemClock,
  log: { warning: (_scope, sentence) => warnings.push(sentence) },
});

beforeEach(async () => {
  outputDir = await mkdtemp(join(tmpdir(), 'brushfleet-quiet-'));
  noted = null;
  warnings = [];
  await mkdir(join(outputDir, '__proto__'));
  await writeFile(join(outputDir, '000000.png'), 'one');
  await writeFile(join(outputDir, '__proto__', '000001.png'), 'two');
  await writeFile(join(outputDir, 'results.csv'), 'index');
});
afterEach(() => rm(outputDir, { recursive: true, force: true }));

describe('the folders of a run that stands still', () => {
  it('are as they were until something comes or goes, also in one below', async () => {
    expect(await isQuiet(store, run())).toBe(false);
    await noteQuiet(parts(), run());
    expect(await isQuiet(store, run())).toBe(true);
    await writeFile(join(outputDir, '000000.png'), 'changed in place');
    expect(await isQuiet(store, run())).toBe(true);
    await writeFile(join(outputDir, '__proto__', '000002.png'), 'new');
    expect(await isQuiet(store, run())).toBe(false);
  });

  it('are not known where they hold more or fewer pictures than it has results', async () => {
    await noteQuiet(parts(), run());
    expect(noted).toHaveLength(2);
    await writeFile(join(outputDir, '000002.png'), 'a stranger');
    await noteQuiet(parts(), run());
    expect(noted).toBeNull();
  });

  it('are not known where times are of whole seconds, for what comes within one is not seen', async () => {
    await utimes(outputDir, 4_000_000_000, 4_000_000_000);
    await noteQuiet(parts(), run());
    expect(noted).toBeNull();
  });

  it('are not known where the system leaves their times alone', async () => {
    const { mtimeMs } = await stat(join(outputDir, 'results.csv'));
    const before = (mtimeMs - 4000.5) / 1000;
    await utimes(outputDir, before, before);
    await noteQuiet(parts(), run());
    expect(noted).toBeNull();
    await rm(join(outputDir, 'results.csv'));
    await noteQuiet(parts(), run());
    expect(noted).toBeNull();
  });

  it('may be noted in vain: that is told to the log alone', async () => {
    await noteQuiet(parts({ setQuietFolders: () => Promise.reject(new Error('the disk is full')) }), run());
    expect(warnings).toEqual([`what ${outputDir} holds could not be noted: Error: the disk is full`]);
  });
});
