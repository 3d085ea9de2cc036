/** What is attached to a question, as it comes from the disk. */
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Refusal } from '../../refusal';
import { keepFile } from './keep-attachment';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-attachments-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('is refused where it is larger than any provider takes, before it is read or copied', async () => {
  const path = join(folder, 'concert.mp3');
  const file = await open(path, 'w');
  // A hole: no disk is used.
  await file.truncate(2 * 1024 ** 3 + 1);
  await file.close();
  const kept = keepFile(path, 'concert.mp3', join(folder, 'kept'));
  await expect(kept).rejects.toBeInstanceOf(Refusal);
  await expect(kept).rejects.toThrow(/^concert\.mp3 is larger than 2 GB; attach a part of it\.$/);
  expect(await readdir(folder)).toEqual(['concert.mp3']);
});
