/** `brushfleet library` on a library whose database is gone. The rest of it is tested on the built program. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import { openStoreInProcess } from '../../store/sqlite-store';
import type { CliLibrary } from './library-port';
import { openOwnLibrary } from './own-library';

let libraryDir = '';
let library: CliLibrary;
beforeEach(async () => {
  libraryDir = await mkdtemp(join(tmpdir(), 'brushfleet-own-'));
  const opened = await openOwnLibrary(libraryDir);
  if (opened.kind === 'refused') {
    throw new Error(opened.sentence);
  }
  ({ library } = opened);
});
afterEach(async () => {
  await library.close();
  await rm(libraryDir, { recursive: true, force: true });
});

it('is not made where there is none', async () => {
  const nowhere = join(libraryDir, 'nowhere');
  expect(await openOwnLibrary(nowhere)).toEqual({
    kind: 'refused',
    sentence: `There is no library yet: ${nowhere} does not exist.`,
  });
  expect(existsSync(nowhere)).toBe(false);
});

it('is told as damage where it was closed before, and its copy taken back', async () => {
  await expect(library.check()).rejects.toThrow('There is no library yet');
  await openStoreInProcess({ libraryDir }).close();
  expect(await library.check()).toBeNull();
  await rm(libraryPaths(libraryDir).database);
  expect(await library.check()).toMatch(/brushfleet\.db is missing or empty: restore its backup/);
  expect(await library.restore()).toMatch(
    /^The library is as it was closed at \S+; its database was missing\. /,
  );
  expect(await library.check()).toBeNull();
});
