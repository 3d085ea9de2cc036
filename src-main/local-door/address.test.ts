import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressFor, prepareAddress, publishAddress, readAddress, withdrawAddress } from './address';

let library = '';
beforeEach(async () => {
  library = await mkdtemp(join(tmpdir(), 'brushfleet-door-'));
});
afterEach(() => rm(library, { recursive: true, force: true }));

async function listenAt(address: string): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(address, resolve));
  return () => new Promise((resolve) => void server.close(() => resolve()));
}

describe('the address of an owner', () => {
  it('lies in the library where it fits', () => {
    expect(addressFor(library, 'linux')).toBe(join(library, 'engine.sock'));
  });

  it('lies in a private folder elsewhere where the library’s path is too long for a socket', async () => {
    const deep = join(library, 'x'.repeat(120));
    const address = addressFor(deep, 'linux');
    expect(Buffer.byteLength(address)).toBeLessThanOrEqual(103);
    expect(addressFor(join(library, 'y'.repeat(120)), 'linux')).not.toBe(address);
    await prepareAddress(address, deep);
    const close = await listenAt(address);
    // oxlint-disable-next-line no-bitwise -- permission bits
    expect((await stat(dirname(address))).mode & 0o777).toBe(0o700);
    await close();
    await rm(address, { force: true });
  });

  it('is a pipe of its own on Windows', () => {
    expect(addressFor('C:\\Users\\a\\lib', 'win32')).toMatch(/^\\\\\.\\pipe\\brushfleet-[0-9a-f]{24}$/);
  });

  it('is for its user alone once others can learn it, and gone when it is withdrawn', async () => {
    const address = addressFor(library, 'linux');
    // What an owner that died left there.
    await writeFile(address, 'stale');
    await prepareAddress(address, library);
    const close = await listenAt(address);
    await publishAddress(address, library);
    expect(await readAddress(library)).toBe(address);
    for (const file of [address, join(library, 'engine.address')]) {
      // oxlint-disable-next-line no-bitwise -- permission bits
      expect((await stat(file)).mode & 0o777, file).toBe(0o600);
    }
    await withdrawAddress(address, library);
    expect(await readAddress(library)).toBeNull();
    await close();
    await expect(readFile(address)).rejects.toThrow(/ENOENT/);
  });
});
