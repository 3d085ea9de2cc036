/** Where the library is, what lies where in it, and who owns it: one process at a time. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

/** `BRUSHFLEET_HOME`, else the platform's folder for programs' data. */
export function libraryDir(env: Environment, platform: NodeJS.Platform, home: string): string {
  const chosen = env['BRUSHFLEET_HOME'];
  if (chosen !== undefined && chosen !== '') {
    return chosen;
  }
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Brushfleet');
    case 'win32':
      return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Brushfleet');
    default:
      return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'brushfleet');
  }
}

export interface LibraryPaths {
  readonly root: string;
  readonly logs: string;
  readonly thumbnails: string;
  /** Images unpacked from Parquet files. */
  readonly embedded: string;
  /** Images that were pasted. */
  readonly pasted: string;
}

export function libraryPaths(root: string): LibraryPaths {
  return {
    root,
    logs: join(root, 'logs'),
    thumbnails: join(root, 'thumbnails'),
    embedded: join(root, 'embedded'),
    pasted: join(root, 'pasted'),
  };
}

export type Claim =
  | { readonly kind: 'owned'; release(): Promise<void> }
  | { readonly kind: 'busy'; readonly pid: number; readonly sentence: string };

const ownerSchema = z.object({ pid: z.number().int(), startedAt: z.string(), token: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** Claims the library for this process. A claim whose process is gone is taken over. */
export async function acquireLibrary(root: string): Promise<Claim> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const lock = join(root, 'owner.json');
  const mine: Owner = { pid: process.pid, startedAt: startOf(process.pid) ?? '', token: randomUUID() };
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (await claim(lock, mine)) {
      return { kind: 'owned', release: () => release(lock, mine) };
    }
    const owner = await readOwner(lock);
    if (owner !== null && isAlive(owner)) {
      return {
        kind: 'busy',
        pid: owner.pid,
        sentence: `The library ${root} is in use by another Brushfleet (process ${owner.pid}). Close it, or set BRUSHFLEET_HOME to another folder.`,
      };
    }
    await removeStale(lock, owner);
  }
  throw new Error(`The library ${root} could not be claimed: remove ${lock} if no Brushfleet is running.`);
}

/** A link appears whole or not at all, and fails when the name is taken: of two at once exactly one wins. */
async function claim(lock: string, mine: Owner): Promise<boolean> {
  const draft = `${lock}.${mine.token}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    await link(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function release(lock: string, mine: Owner): Promise<void> {
  if ((await readOwner(lock))?.token === mine.token) {
    await rm(lock, { force: true });
  }
}

/** Moves the dead owner's claim away, unless another process has claimed the library meanwhile. */
async function removeStale(lock: string, stale: Owner | null): Promise<void> {
  const aside = `${lock}.${randomUUID()}.stale`;
  await rename(lock, aside).catch(() => undefined);
  const moved = await readOwner(aside);
  if (moved !== null && moved.token !== stale?.token) {
    await link(aside, lock).catch(() => undefined);
  }
  await rm(aside, { force: true });
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

/** A process id is used again after a while: the same id with another start time is another process. */
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

/** Field 22 of /proc/<pid>/stat, in clock ticks since boot; null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
