/** Room behind the log: it grows to its size, and nothing that was committed is any the worse for it. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import { CHECKPOINT_PAGES } from '../database/open-database';
import { openStoreInProcess } from '../sqlite-store';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brushfleet-log-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A store whose timers fire when they are told to. */
function open(libraryDir: string) {
  const due: (() => void)[] = [];
  const store = openStoreInProcess({
    libraryDir,
    setTimer(_delayMs, callback) {
      due.push(callback);
      return () => due.splice(due.indexOf(callback), 1);
    },
  });
  const step = (): boolean => {
    const next = due.shift();
    next?.();
    return next !== undefined;
  };
  return { store, step };
}

const dataset = (name: string) => ({ name, format: 'csv', sourcePath: null, baseDir: null }) as const;
const logOf = (libraryDir: string): string => `${libraryPaths(libraryDir).database}-wal`;

it('is made step by step, up to where the log begins again', async () => {
  const { store, step } = open(folder);
  await store.createDataset(dataset('first'));
  const before = readFileSync(logOf(folder));
  step();
  expect(statSync(logOf(folder)).size).toBe(before.byteLength + 1024 * 1024);
  while (step()) {
    // Until it is whole.
  }
  expect(statSync(logOf(folder)).size).toBe(32 + CHECKPOINT_PAGES * 4120);
  expect(readFileSync(logOf(folder)).subarray(0, before.byteLength).equals(before)).toBe(true);
  await store.createDataset(dataset('second'));
  expect(statSync(logOf(folder)).size).toBe(32 + CHECKPOINT_PAGES * 4120);
  await store.close();
  expect(existsSync(logOf(folder))).toBe(false);
});

it('costs nothing of what was committed when the program dies', async () => {
  const { store, step } = open(folder);
  await store.createDataset(dataset('first'));
  step();
  await store.createDataset(dataset('second'));
  step();
  // What a process that is killed leaves.
  const left = mkdtempSync(join(tmpdir(), 'brushfleet-log-'));
  cpSync(folder, left, { recursive: true });
  await store.close();
  const again = open(left).store;
  expect((await again.datasets()).map(({ name }) => name).toSorted()).toEqual(['first', 'second']);
  await again.close();
  rmSync(left, { recursive: true, force: true });
});
