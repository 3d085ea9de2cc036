/**
 * Where the owner of a library is to be reached by other processes of the same user: a socket in the library, which is
 * a private folder, or a named pipe on Windows. A file beside it says where, because not every path fits a socket.
 */
import { createHash } from 'node:crypto';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makePrivate, meetingPlace } from '../meeting-place';

/** Bytes of `sun_path` that every system has (macOS: 104, Linux: 108), its final zero aside. */
const LONGEST_SOCKET_PATH = 103;

export function addressFile(libraryDir: string): string {
  return join(libraryDir, 'engine.address');
}

/** Where the owner is to listen. */
export function addressFor(libraryDir: string, platform: NodeJS.Platform = process.platform): string {
  const name = createHash('sha256').update(libraryDir).digest('hex').slice(0, 24);
  if (platform === 'win32') {
    return `\\\\.\\pipe\\brushfleet-${name}`;
  }
  const beside = join(libraryDir, 'engine.sock');
  return Buffer.byteLength(beside) <= LONGEST_SOCKET_PATH ? beside : join(meetingPlace(), `${name}.sock`);
}

/**
 * Makes room for the socket: what lies there belonged to an owner that is gone, for whoever comes here owns the library.
 * Rejects where others could listen in.
 */
export async function prepareAddress(address: string, libraryDir: string): Promise<void> {
  const folder = dirname(address);
  if (process.platform === 'win32') {
    return;
  }
  if (folder !== libraryDir) {
    await makePrivate(folder);
  }
  await rm(address, { force: true });
}

/** Only its user may connect, and others learn where. */
export async function publishAddress(address: string, libraryDir: string): Promise<void> {
  if (process.platform !== 'win32') {
    await chmod(address, 0o600);
  }
  await writeFile(addressFile(libraryDir), address, { mode: 0o600 });
}

/** Null: nobody listens. */
export async function readAddress(libraryDir: string): Promise<string | null> {
  try {
    const address = (await readFile(addressFile(libraryDir), 'utf8')).trim();
    return address === '' ? null : address;
  } catch {
    return null;
  }
}

export async function withdrawAddress(address: string, libraryDir: string): Promise<void> {
  await rm(addressFile(libraryDir), { force: true });
  if (process.platform !== 'win32') {
    await rm(address, { force: true });
  }
}
