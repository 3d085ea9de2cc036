import { createHash } from 'node:crypto';
import { link, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeRoom } from './keep-picture';

let folder: string;
let mine: Buffer;
let theirs: Buffer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-keep-'));
  [mine, theirs] = (await Promise.all(['red', 'blue'].map(picture))) as [Buffer, Buffer];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const picture = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 9, height: 4, channels: 3, background } })
    .png()
    .toBuffer();

const room = (fileName = '000002.png'): Promise<string | null> =>
  makeRoom(folder, {
    fileName,
    sizeBytes: mine.byteLength,
    sha256: createHash('sha256').update(mine).digest('hex'),
  });

describe('before a result takes its name', () => {
  it('a whole picture that lies there gets one of its own, never that of another', async () => {
    await mkdir(join(folder, 'a'));
    for (const name of ['a/000002.found.png', 'a/000002.found-2.png']) {
      await writeFile(join(folder, name), 'of an earlier time');
    }
    await writeFile(join(folder, 'a/000002.png'), theirs);
    expect(await room('a/000002.png')).toBe('a/000002.found-3.png');
    expect(await readFile(join(folder, 'a/000002.found-3.png'))).toEqual(theirs);
    expect(await readdir(join(folder, 'a'))).not.toContain('000002.png');
  });

  it.each([
    ['nothing', () => undefined],
    ['the same picture', () => mine],
    ['an empty file', () => Buffer.alloc(0)],
  ])('%s lies there: the name may be taken', async (_what, bytesOf) => {
    const bytes = bytesOf();
    await (bytes === undefined ? undefined : writeFile(join(folder, '000002.png'), bytes));
    expect(await room()).toBeNull();
    expect(await readdir(folder)).toEqual(bytes === undefined ? [] : ['000002.png']);
  });

  it.each([
    ['cut off for us', () => theirs.subarray(0, -5)],
    ['followed by what a camera adds', () => Buffer.concat([theirs, Buffer.alloc(200, 7)])],
    ['of a kind we do not make', () => Buffer.from('II*\0')],
  ])('one that is %s may be whole for another program, and is kept', async (_what, bytesOf) => {
    await writeFile(join(folder, '000002.png'), bytesOf());
    expect(await room()).toBe('000002.found.png');
    expect(await readFile(join(folder, '000002.found.png'))).toEqual(bytesOf());
  });

  it('one that stays under a second name needs no third', async () => {
    await writeFile(join(folder, '000002.v1.png'), theirs);
    await link(join(folder, '000002.v1.png'), join(folder, '000002.png'));
    expect(await room()).toBeNull();
    expect((await readdir(folder)).toSorted()).toEqual(['000002.png', '000002.v1.png']);
  });

  it.skipIf(process.platform === 'win32')('a link to a picture elsewhere stays a link', async () => {
    await writeFile(join(folder, 'elsewhere.png'), theirs);
    await symlink(join(folder, 'elsewhere.png'), join(folder, '000002.png'));
    expect(await room()).toBe('000002.found.png');
    expect((await lstat(join(folder, '000002.found.png'))).isSymbolicLink()).toBe(true);
  });
});
