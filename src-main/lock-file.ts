/**
 * A file that says which process has something, for one process at a time: of two that ask at once exactly one gets it,
 * and what a process that is gone has left passes on, at whatever step that ended.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

export type Lock =
  | { readonly kind: 'owned'; release(): Promise<void> }
  | { readonly kind: 'busy'; readonly pid: number };

const ownerSchema = z.object({ pid: z.number().int(), startedAt: z.string(), token: z.string() });
type Owner = Readonly<z.infer<typeof ownerSchema>>;

/** What a lock file says. `identity` is of this very file: one made later under its name has another. */
type Found =
  | { readonly kind: 'held'; readonly pid: number }
  | { readonly kind: 'stale'; readonly identity: string }
  /** Gone again, or still being written. */
  | { readonly kind: 'unsettled' };

const TRIES = 200;
const WAIT_MS = 20;
/** Where files appear empty before they have content, it is written within this time. */
const WRITTEN_WITHIN_MS = 2000;

/** Its folder exists. Who is told `busy` may ask again. */
export async function acquireLock(lock: string): Promise<Lock> {
  const mine = newOwner();
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (await claim(lock, mine)) {
      return { kind: 'owned', release: () => release(lock, mine) };
    }
    const found = await look(lock);
    switch (found.kind) {
      case 'held':
        return { kind: 'busy', pid: found.pid };
      case 'stale':
        await removeStale(lock, found.identity);
        break;
      case 'unsettled':
        await sleep(WAIT_MS);
    }
  }
  throw new Error(`${lock} could not be claimed: remove it if no Brushfleet is running.`);
}

function newOwner(): Owner {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? '', token: randomUUID() };
}

/** A link appears whole or not at all, and fails when the name is taken: of two at once exactly one wins. */
async function claim(lock: string, mine: Owner): Promise<boolean> {
  const draft = `${lock}.${mine.token}`;
  const content = JSON.stringify(mine);
  await writeFile(draft, content, { mode: 0o600 });
  try {
    return await succeeds('EEXIST', () => link(draft, lock));
  } catch {
    // A file system without links. Its files appear before their content, which `look` allows for.
    return await succeeds('EEXIST', () => writeFile(lock, content, { mode: 0o600, flag: 'wx' }));
  } finally {
    await rm(draft, { force: true });
  }
}

async function succeeds(exceptFor: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === exceptFor) {
      return false;
    }
    throw error;
  }
}

async function release(lock: string, mine: Owner): Promise<void> {
  if ((await readOwner(lock))?.token === mine.token) {
    await rm(lock, { force: true });
  }
}

/**
 * Removes the lock of a dead process, and no other's. Who finds a stale lock may have been overtaken by others that did
 * the same and by a new owner since; so the right to remove this very file is claimed first, by its identity, which no
 * later file shares. Of several that claim it one gets it; if that one dies holding it, the right to its right is
 * claimed in turn.
 */
async function removeStale(lock: string, identity: string): Promise<void> {
  const rights: string[] = [];
  for (let over = identity; ; ) {
    const right = `${lock}.${over}.takeover`;
    if (await claim(right, newOwner())) {
      rights.push(right);
      break;
    }
    const holder = await look(right);
    if (holder.kind !== 'stale') {
      await sleep(WAIT_MS);
      return;
    }
    rights.push(right);
    over = holder.identity;
  }
  const found = await look(lock);
  if (found.kind === 'stale' && found.identity === identity) {
    await rm(lock, { force: true });
  }
  // Without that lock these rights allow nothing any more.
  await Promise.all(rights.map((right) => rm(right, { force: true })));
}

async function look(lock: string): Promise<Found> {
  const owner = await readOwner(lock);
  if (owner !== null) {
    return isAlive(owner) ? { kind: 'held', pid: owner.pid } : { kind: 'stale', identity: owner.token };
  }
  // No owner can be read: it is gone, is being written, or lost its content to a power failure.
  const file = await stat(lock).catch(() => null);
  return file === null || Date.now() - file.mtimeMs < WRITTEN_WITHIN_MS
    ? { kind: 'unsettled' }
    : { kind: 'stale', identity: `${file.ino}-${file.mtimeMs}` };
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

/** A process id is used again after a while: the same id with another start is another process. */
function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') {
      return false;
    }
  }
  const start = startOf(owner.pid);
  return start === null || owner.startedAt === '' || start === owner.startedAt;
}

/** The boot, and within it field 22 of /proc/<pid>/stat, in clock ticks; null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in field 2 may hold blanks and parentheses.
    const ticks = fields.slice(fields.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot}:${ticks}`;
  } catch {
    return null;
  }
}
