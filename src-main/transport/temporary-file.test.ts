import { randomBytes } from 'node:crypto';
import { access, constants, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alignedBuffer } from './aligned-memory';
import { type CachedFolders, type Piece, TemporaryFile } from './temporary-file';

const ROOM = 64 * 1024;

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-file-'));
  path = join(folder, 'a', '000001.7.part');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** In memory that held other things before. */
function piece(bytes: Buffer, memory = alignedBuffer(ROOM)): Piece {
  memory.fill(0xee);
  bytes.copy(memory);
  return { memory, length: bytes.length };
}

async function written(writes: readonly (readonly Piece[])[], cachedFolders: CachedFolders = new Set()) {
  const file = new TemporaryFile(folder, cachedFolders);
  for (const pieces of writes) {
    await file.write(path, pieces);
  }
  await file.flush();
  await file.close();
  return readFile(path);
}

/** Some file systems in memory take what a disk refuses. */
async function isRefused(memory: Buffer): Promise<boolean> {
  const file = await open(
    join(folder, 'tried'),
    constants.O_CREAT | constants.O_WRONLY | (constants.O_DIRECT ?? 0),
  );
  const refused = await file.write(memory, 0, 4096, 0).then(
    () => false,
    () => true,
  );
  await file.close();
  return refused;
}

describe('a temporary file', () => {
  it.each([1, 4095, 4096, 4097, ROOM])('of %i bytes holds these and nothing behind them', async (length) => {
    const bytes = randomBytes(length);
    expect(await written([[piece(bytes)]])).toEqual(bytes);
    expect(await written([[piece(bytes)]], new Set([folder]))).toEqual(bytes);
  });

  it('holds its pieces in their order, written together or one by one', async () => {
    const bytes = randomBytes(3 * ROOM + 1000);
    const pieces = [0, 1, 2, 3].map((at) => piece(bytes.subarray(at * ROOM, (at + 1) * ROOM)));
    expect(await written([pieces])).toEqual(bytes);
    expect(await written(pieces.map((one) => [one]))).toEqual(bytes);
    expect(await written([pieces.slice(0, 2), pieces.slice(2)])).toEqual(bytes);
  });

  it('takes pieces that end anywhere, which no disk could write around its cache', async () => {
    const bytes = randomBytes(40_000);
    const parts = [bytes.subarray(0, 5000), bytes.subarray(5000, 9096), bytes.subarray(9096)];
    expect(await written(parts.map((part) => [piece(part)]))).toEqual(bytes);
    expect(await written([parts.map((part) => piece(part))])).toEqual(bytes);
  });

  it('is written all the same where the system refuses to go around its cache, and it is not asked again', async () => {
    const bytes = randomBytes(20_000);
    const cachedFolders: CachedFolders = new Set();
    // Memory that begins between two pages is refused as a file system is that cannot do it at all.
    const odd = (): Buffer => alignedBuffer(ROOM).subarray(16);
    expect(await written([[piece(bytes, odd())]], cachedFolders)).toEqual(bytes);
    expect([...cachedFolders]).toEqual((await isRefused(odd())) ? [folder] : []);
    expect(await written([[piece(bytes, odd())], [piece(bytes, odd())]], cachedFolders)).toEqual(
      Buffer.concat([bytes, bytes]),
    );
  });

  it('makes the folder of its name, but not the one that all results are in', async () => {
    await rm(folder, { recursive: true });
    await expect(written([[piece(randomBytes(10))]])).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(access(folder)).rejects.toThrow('ENOENT');
  });
});
