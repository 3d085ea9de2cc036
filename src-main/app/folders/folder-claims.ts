/**
 * One run at a time writes into a folder, whatever name leads to it and whichever library the run is of: two would give
 * their pictures and tables the same names, and what one has paid for would be replaced by the other's. A claim is a
 * socket that its run listens at, named after the folder itself: it ends with the process, however that ends.
 */
import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock } from '../../lock-file';
import { makePrivate, meetingPlace } from '../../meeting-place';
import { Refusal } from '../../refusal';
import type { StoredRun } from '../../store/store';

export interface FolderClaim {
  release(): Promise<void>;
}

const UNCLAIMED: FolderClaim = { release: () => Promise.resolve() };

/** Others who claim the same folder are done within milliseconds, unless they were halted. */
const TRIES = 250;
const WAIT_MS = 20;

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
    const server = await (process.platform === 'win32' ? listenAt(path) : listenAlone(path));
    if (server === null) {
      throw claimed(outputDir);
    }
    return { release: () => new Promise((done) => void server.close(() => done())) };
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
  const folder = meetingPlace();
  await makePrivate(folder);
  return join(folder, name);
}

/**
 * Null: somebody else listens there, or is about to. The socket of a process that died keeps its name, and one that is
 * only being made answers as little as that: so nobody looks, clears away and listens but with the lock of that name.
 * A pipe of Windows is gone with its process, and is made whole.
 */
async function listenAlone(path: string): Promise<Server | null> {
  for (let tried = 0; tried < TRIES && !(await isAnswered(path)); tried += 1) {
    const lock = await acquireLock(`${path}.lock`);
    if (lock.kind === 'busy') {
      await sleep(WAIT_MS);
      continue;
    }
    try {
      if (await isAnswered(path)) {
        return null;
      }
      await rm(path, { force: true });
      return await listenAt(path);
    } finally {
      await lock.release();
    }
  }
  return null;
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

/** There is no such name, nobody listens there, it is no socket, or none can have that name. */
const NOBODY: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ENOTSOCK',
  'EINVAL',
  'ENAMETOOLONG',
]);

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Whatever else goes wrong (too busy to take a call, another user's, no descriptors left here) leaves room for
    // somebody who is there.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(!NOBODY.has(code)));
  });
}
