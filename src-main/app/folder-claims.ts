/**
 * One run at a time writes into a folder, whatever name leads to it and whichever library the run is of: two would give
 * their pictures and tables the same names, and what one has paid for would be replaced by the other's. A claim is a
 * socket that its run listens at, named after the folder itself: it ends with the process, however that ends.
 */
import { createHash, randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, rename, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../refusal';
import type { StoredRun } from '../store/store';

export interface FolderClaim {
  release(): Promise<void>;
}

const UNCLAIMED: FolderClaim = { release: () => Promise.resolve() };

/** Somebody else may be clearing away the same abandoned socket. */
const TRIES = 5;

/**
 * Throws a Refusal where another run writes. A machine on which nobody can listen does without claims. Requests of the
 * studio and of sessions have folders of the library's own.
 */
export async function claimFolder(
  { outputDir, origin }: Pick<StoredRun, 'outputDir' | 'origin'>,
  onError: (error: unknown) => void,
): Promise<FolderClaim> {
  if (origin !== 'dataset') {
    return UNCLAIMED;
  }
  try {
    const path = await claimAddress(outputDir);
    for (let tried = 0; tried < TRIES; tried += 1) {
      const server = await listenAt(path);
      if (server !== null) {
        return { release: () => new Promise((done) => void server.close(() => done())) };
      }
      if (await isAnswered(path)) {
        throw claimed(outputDir);
      }
      await clearAbandoned(path);
    }
    throw claimed(outputDir);
  } catch (error) {
    if (error instanceof Refusal) {
      throw error;
    }
    onError(error);
    return UNCLAIMED;
  }
}

/** Before anything is made for a run that could not start. Throws a Refusal. */
export async function refuseClaimed(outputDir: string): Promise<void> {
  const path = await claimAddress(outputDir).catch(() => null);
  if (path !== null && (await isAnswered(path))) {
    throw claimed(outputDir);
  }
}

function claimed(outputDir: string): Refusal {
  return new Refusal(
    'BAD_INPUT',
    `Another run writes into ${outputDir} at this moment, by another name of that folder or from another library: ` +
      'wait for it, or choose another folder.',
    'outputDir',
  );
}

/** By what the folder is: links to it, and another spelling, lead to the same. Short, for not every path fits a socket. */
export async function claimAddress(outputDir: string): Promise<string> {
  const { dev, ino } = await stat(outputDir, { bigint: true });
  const name = `f-${createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 16)}`;
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\brushfleet-${name}`;
  }
  return join(await privateFolder(), name);
}

async function privateFolder(): Promise<string> {
  const folder = join(tmpdir(), `brushfleet-${process.getuid?.() ?? 0}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid } = await lstat(folder);
  if (uid !== process.getuid?.()) {
    throw new Error(`${folder} belongs to another user.`);
  }
  await chmod(folder, 0o700);
  return folder;
}

/** Null: something has that name. */
function listenAt(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    // A run keeps its process alive by what it does.
    server.listen(path, () => resolve(server)).unref();
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Busy ones are there; whatever else goes wrong (a path too long, no descriptors left) is no sign of anybody.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EAGAIN' || code === 'EBUSY'));
  });
}

/** Its process died. Somebody who was faster may listen there by now: what is moved away is asked once more. */
async function clearAbandoned(path: string): Promise<void> {
  const moved = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(path, moved);
  } catch {
    return;
  }
  await ((await isAnswered(moved)) ? rename(moved, path) : rm(moved, { force: true }));
}
