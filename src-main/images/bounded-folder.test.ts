import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../datasets/testing/temporary-folder';
import { type BoundedFolder, createBoundedFolder } from './bounded-folder';

const newFolder = temporaryFolders();
const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 21, 12);
let folder: string;
let now: number;
let bounded: BoundedFolder | null = null;

beforeEach(async () => {
  folder = join(await newFolder(), 'cache');
  now = START;
  await mkdir(join(folder, 'a'), { recursive: true });
});
afterEach(async () => {
  await bounded?.close();
  bounded = null;
});

const open = (mostBytes: number): BoundedFolder => {
  bounded = createBoundedFolder({
    folder,
    bounds: [
      { isOf: (name) => name.endsWith('.png'), mostBytes: 1000 },
      { isOf: () => true, mostBytes },
    ],
    wallNow: () => now,
    onError: (error) => expect.unreachable(String(error)),
  });
  return bounded;
};
/** 100 bytes, last used so many minutes ago. */
const put = async (name: string, minutesAgo: number): Promise<string> => {
  const path = join(folder, 'a', name);
  await writeFile(path, Buffer.alloc(100));
  const at = (now - minutesAgo * MINUTE) / 1000;
  await utimes(path, at, at);
  return path;
};
const names = async (): Promise<readonly string[]> => (await readdir(join(folder, 'a'))).toSorted();
const numbered = (count: number, ending = 'webp'): Promise<readonly string[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => put(`${at}.${ending}`, 100 - at)));

describe('a bounded folder', () => {
  it('left too large by an earlier session loses what was used least recently, at its first use', async () => {
    await numbered(10);
    const files = open(500);
    await files.use(join(folder, 'a', '9.webp'));
    await files.settled();
    // A tenth below its bound, so that the next file does not begin it all over again.
    expect(await names()).toEqual(['6.webp', '7.webp', '8.webp', '9.webp']);
  });

  it('is looked through again once what was added since has made it too large', async () => {
    await numbered(4);
    const files = open(500);
    await files.use(join(folder, 'a', '0.webp'));
    await files.settled();
    expect(await names()).toHaveLength(4);
    now += 5 * MINUTE;
    files.added(await put('new-1.webp', 0));
    await files.settled();
    expect(await names()).toHaveLength(5);
    files.added(await put('new-2.webp', 0));
    await files.settled();
    // The first was used again, five minutes before.
    expect(await names()).toEqual(['0.webp', '3.webp', 'new-1.webp', 'new-2.webp']);
  });

  it('never loses what is in use, however old it is', async () => {
    const [oldest = ''] = await numbered(10);
    const files = open(100);
    await files.use(oldest);
    await files.settled();
    expect(await names()).toEqual(['0.webp']);
    expect((await stat(oldest)).mtimeMs).toBe(START);
    // Once nobody uses it any more, its age counts again.
    now += 2 * MINUTE;
    files.added(await put('new.webp', 0));
    await files.settled();
    expect(await names()).toEqual(['new.webp']);
  });

  it('has bounds of their own for files of different kinds', async () => {
    await numbered(12, 'png');
    await put('old.webp', 1000);
    const files = open(500);
    await files.use(join(folder, 'a', '11.png'));
    await files.settled();
    expect(await names()).toHaveLength(10);
    expect(await names()).toContain('old.webp');
    expect(await names()).not.toContain('2.png');
  });

  it('loses what a crash left half written, and nothing that is being written', async () => {
    await put('crashed.webp.3.part', 120);
    await put('now.webp.4.part', 1);
    const files = open(500);
    await files.use(join(folder, 'a', 'x.webp'));
    await files.settled();
    expect(await names()).toEqual(['now.webp.4.part']);
  });
});
