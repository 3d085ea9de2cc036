/**
 * A restore that ends early, at each of its steps: nothing opens the library as an empty one, the copy and the damaged
 * database are kept, and the restore can be asked again.
 */
import fs, {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { libraryPaths } from '../../library';
import { openStoreInProcess } from '../sqlite-store';
import { errorOf, flipPages } from '../testing/damage';
import { finishNext, type Library, plannedRun, temporaryLibrary } from '../testing/library-fixture';
import { backupPath, restoreBackup } from './backup';

/** `refused`: one call is. `killed`: that call and all that would have followed never happen. */
type Fault = 'refused' | 'killed';

const disk = vi.hoisted(() => ({
  fault: null as 'refused' | 'killed' | null,
  /** Calls that change something and still succeed. */
  left: 0,
}));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs & { readonly default: typeof fs }>();
  const refuse = (): void => {
    throw Object.assign(new Error('The disk refuses.'), { code: 'ENOSPC' });
  };
  const isOver = (): boolean => {
    if (disk.fault === null) {
      return false;
    }
    disk.left -= 1;
    return disk.fault === 'killed' ? disk.left < 0 : disk.left === -1;
  };
  type Call = (...args: readonly unknown[]) => unknown;
  const gated = (name: 'chmodSync' | 'fsyncSync' | 'renameSync' | 'rmSync' | 'utimesSync'): Call => {
    const call = real[name] as Call;
    return (...args) => (isOver() ? refuse() : call(...args));
  };
  const changed = {
    copyFileSync: (from: string, to: string, mode: number): void => {
      if (!isOver()) {
        return real.copyFileSync(from, to, mode);
      }
      // Half of it.
      real.writeFileSync(to, real.readFileSync(from).subarray(0, 8192));
      refuse();
    },
    chmodSync: gated('chmodSync'),
    fsyncSync: gated('fsyncSync'),
    renameSync: gated('renameSync'),
    rmSync: gated('rmSync'),
    utimesSync: gated('utimesSync'),
  };
  return { ...real, ...changed, default: { ...real.default, ...changed } };
});

let sound: Library;
let runId = 0;
beforeAll(async () => {
  sound = temporaryLibrary('node');
  const store = await sound.open();
  ({ id: runId } = await plannedRun(store, 400));
  await finishNext(store, runId);
  await store.close();
});
afterAll(() => sound.remove());

let dir = '';
let database = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'brushfleet-restore-'));
  ({ database } = libraryPaths(dir));
});
afterEach(() => {
  disk.fault = null;
  rmSync(dir, { recursive: true, force: true });
});

const open = async () => openStoreInProcess({ libraryDir: dir });

async function countsOf(): Promise<unknown> {
  const store = await open();
  try {
    return await store.counts(runId);
  } finally {
    await store.close();
  }
}

/** Answers whether it was, and how many calls could still have succeeded. */
function restoreOn(fault: Fault, calls: number): boolean {
  Object.assign(disk, { fault, left: calls });
  try {
    restoreBackup(dir);
    return true;
  } catch (error) {
    expect(error).toMatchObject({
      code: expect.stringMatching(/^DISK_/),
      message: expect.stringContaining(`could not be put in the place of ${database}`),
    });
    return false;
  } finally {
    disk.fault = null;
  }
}

/** Damaged, with a log that is another's to the copy. */
function damagedLibrary(): Buffer {
  rmSync(dir, { recursive: true });
  cpSync(sound.dir, dir, { recursive: true, preserveTimestamps: true });
  flipPages(database, 6);
  writeFileSync(`${database}-wal`, 'the log of what is damaged');
  return readFileSync(database);
}

describe('a restore', () => {
  it.each(['refused', 'killed'] as const)('%s at any step leaves nothing that opens empty', async (fault) => {
    const copy = readFileSync(backupPath(libraryPaths(sound.dir).database));
    let steps = 0;
    for (let isOver = false; !isOver; steps += 1) {
      const damaged = damagedLibrary();
      isOver = restoreOn(fault, steps);
      const isInPlace = fs.existsSync(database) && readFileSync(database).equals(copy);
      if (isInPlace) {
        expect(readdirSync(dir)).not.toContain('brushfleet.db-wal');
      } else {
        expect(await errorOf(open)).toMatchObject({
          code: 'CORRUPT',
          message: expect.stringMatching(/restore its backup of .* with "brushfleet library restore"/),
        });
        restoreBackup(dir);
      }
      expect(await countsOf(), `after ${steps} steps`).toMatchObject({ done: 1, pending: 399 });
      const kept = readdirSync(dir).filter((name) => /damaged-\d+\.db$/.test(name));
      expect(kept.map((name) => readFileSync(join(dir, name)).equals(damaged))).toContain(true);
      expect(readFileSync(backupPath(database)).equals(copy)).toBe(true);
      if (fault === 'refused') {
        expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
      }
    }
    // The copy, its rights, its time and itself to disk; two names and the folder; the copy's name and the folder.
    expect(steps).toBeGreaterThan(9);
  });

  it('for whose copy there is no room leaves everything where it was', () => {
    const damaged = damagedLibrary();
    const before = readdirSync(dir);
    // What may be left of an earlier one is taken away first.
    expect(restoreOn('refused', 1)).toBe(false);
    expect(readdirSync(dir)).toEqual(before);
    expect(readFileSync(database).equals(damaged)).toBe(true);
  });
});

it('leaves no answer lying that an attempt of another number would take for its own', async () => {
  damagedLibrary();
  const { spare } = libraryPaths(dir);
  fs.mkdirSync(spare);
  // Of the only attempt that the copy knows, and of later ones, whose numbers are given once more.
  ['1', '2', '10'].forEach((id) => writeFileSync(join(spare, `${id}.whole.part`), id));
  restoreBackup(dir);
  expect(readdirSync(spare)).toEqual(['1.whole.part']);
  expect(readdirSync(join(dir, 'brushfleet.damaged-1.spare')).toSorted()).toEqual([
    '10.whole.part',
    '2.whole.part',
  ]);
});

describe('a library that was closed once', () => {
  beforeEach(() => cpSync(sound.dir, dir, { recursive: true, preserveTimestamps: true }));

  it.each([
    ['missing', () => rmSync(database)],
    ['empty', () => truncateSync(database)],
  ])('whose database is %s is not begun anew', async (_what, lose) => {
    lose();
    const before = readdirSync(dir);
    expect(await errorOf(open)).toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(
        /brushfleet\.db is missing or empty: restore its backup of \d{4}-\d\d-\d\d \d\d:\d\d with "brushfleet library restore", or move .+brushfleet\.db away to start a new library\.$/,
      ),
    });
    expect(readdirSync(dir)).toEqual(before);
    restoreBackup(dir);
    expect(await countsOf()).toMatchObject({ done: 1, pending: 399 });
  });

  it('is begun anew once its copy is moved away as well', async () => {
    rmSync(database);
    rmSync(backupPath(database));
    const store = await open();
    expect(await store.runs()).toEqual([]);
    await store.close();
  });
});
