import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CHECKPOINT_PAGES, openDatabase, type OpenedDatabase } from './open-database';
import { createSoundness } from './soundness';

let folder: string;
let database: string;
let opened: OpenedDatabase;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brushfleet-soundness-'));
  database = join(folder, 'library.sqlite');
  opened = openDatabase(database);
});
afterEach(() => {
  opened.db.close();
  rmSync(folder, { recursive: true, force: true });
});

const autocheckpoint = () => opened.db.prepare('PRAGMA wal_autocheckpoint').get();

it('lets the log grow while the file is read, and no longer, also where it could not be read', async () => {
  const notes: string[] = [];
  let isNoted = (): void => undefined;
  const noted = new Promise<void>((resolve) => {
    isNoted = resolve;
  });
  let die = (_error: Error): void => undefined;
  const soundness = createSoundness({
    db: opened.db,
    database,
    isCheckDue: true,
    checkAside: () =>
      new Promise((_resolve, reject) => {
        die = reject;
      }),
    wallNow: () => 0,
    note(sentence) {
      notes.push(sentence);
      isNoted();
    },
    settle: () => undefined,
  });
  expect(autocheckpoint()).toEqual({ wal_autocheckpoint: 0 });
  die(new Error('The thread ran out of memory.'));
  await noted;
  expect(autocheckpoint()).toEqual({ wal_autocheckpoint: CHECKPOINT_PAGES });
  expect(notes).toEqual(['The database could not be checked: Error: The thread ran out of memory.']);
  expect([soundness.isKnownSound(), soundness.damage()]).toEqual([false, null]);
  soundness.end();
});
