/**
 * A folder of files that can be made again at any time, kept below a size: what was used least recently goes first. Its size
 * is looked up when it is first used in a session and counted on from there; when a file was last used its own time tells,
 * which is set anew now and then, because file systems do not keep when a file was read.
 */
import { opendir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';

export interface Bound {
  /** By a file's name; each file counts for the first bound that it belongs to. */
  isOf(name: string): boolean;
  readonly mostBytes: number;
}

export interface BoundedFolderOptions {
  readonly folder: string;
  readonly bounds: readonly Bound[];
  wallNow(): number;
  onError(error: unknown): void;
}

export interface BoundedFolder {
  /** It is about to be looked for and read. Resolves at once, or when it is gone: what is there then stays for a while. */
  use(path: string): Promise<void>;
  /** It was written, and is about to be read. */
  added(path: string): void;
  /** Resolves when nothing is being looked through or removed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Who was told of a file has read it by then. */
const IN_USE_MS = 60_000;
/** How exactly a file tells when it was last used. */
const TOUCH_MS = 3_600_000;
/** What is removed at once, so that the next file does not begin it all over again. */
const LEFT = 0.9;
/** Where nothing may go yet, it is looked through again only then. */
const PAUSE_MS = 60_000;
/** Files of one minute are as old as each other. */
const MINUTE_MS = 60_000;
/** What a crash left half written; nothing takes as long to write. */
const ABANDONED_MS = 3_600_000;
const PART = /\.part$/;

interface FoundFile {
  readonly path: string;
  /** Of its bound; -1: it belongs to none. */
  readonly bound: number;
  readonly sizeBytes: number;
  readonly usedAt: number;
}

export function createBoundedFolder(options: BoundedFolderOptions): BoundedFolder {
  const { folder, bounds, wallNow } = options;
  /** By bound; null: not looked up yet. */
  let sizes: number[] | null = null;
  let lookedAt = -Infinity;
  let working: Promise<void> | null = null;
  let counting: Promise<void> = Promise.resolve();
  let isClosed = false;
  /** When it was used last, the longest ago first. */
  const inUse = new Map<string, number>();
  const removing = new Map<string, Promise<boolean>>();

  function note(path: string): void {
    const now = wallNow();
    const before = inUse.get(path);
    inUse.delete(path);
    inUse.set(path, now);
    for (const [other, at] of inUse) {
      if (now - at <= IN_USE_MS) break;
      inUse.delete(other);
    }
    if (before === undefined) void touch(path, now);
  }

  async function touch(path: string, now: number): Promise<void> {
    try {
      const { mtimeMs } = await stat(path);
      if (now - mtimeMs > TOUCH_MS) await utimes(path, now / 1000, now / 1000);
    } catch {
      // It is gone, or not ours to change: it is only a little older than it might be.
    }
  }

  async function count(path: string): Promise<void> {
    const bound = boundOf(path);
    const size = await stat(path).then(
      ({ size: bytes }) => bytes,
      () => 0,
    );
    if (sizes !== null && bound >= 0) sizes[bound] = (sizes[bound] ?? 0) + size;
  }

  const boundOf = (path: string): number => bounds.findIndex(({ isOf }) => isOf(path));
  const isOver = (): boolean => sizes?.some((size, at) => size > (bounds[at]?.mostBytes ?? Infinity)) ?? true;

  function tidySoon(): void {
    if (isClosed || working !== null || !isOver() || wallNow() - lookedAt < PAUSE_MS) return;
    lookedAt = wallNow();
    working = tidy()
      .catch(options.onError)
      .finally(() => {
        working = null;
      });
  }

  /** Twice through the folder, holding no list of it: once for how old what is in it is, once for what goes. */
  async function tidy(): Promise<void> {
    const ages = bounds.map(() => new Map<number, number>());
    const found = bounds.map(() => 0);
    for await (const { bound, sizeBytes, usedAt } of filesIn(folder)) {
      if (bound < 0) continue;
      found[bound] = (found[bound] ?? 0) + sizeBytes;
      const minute = Math.floor(usedAt / MINUTE_MS);
      ages[bound]?.set(minute, (ages[bound]?.get(minute) ?? 0) + sizeBytes);
    }
    sizes = found;
    if (!isOver()) return;
    const excess = found.map((size, at) => {
      const most = bounds[at]?.mostBytes ?? Infinity;
      return size > most ? size - LEFT * most : 0;
    });
    const last = excess.map((bytes, at) => lastToGo(ages[at] ?? new Map(), bytes));
    for await (const file of filesIn(folder)) {
      const wanted = excess[file.bound] ?? 0;
      const isOld = Math.floor(file.usedAt / MINUTE_MS) <= (last[file.bound] ?? -Infinity);
      if (wanted > 0 && isOld && (await remove(file))) {
        excess[file.bound] = wanted - file.sizeBytes;
        sizes[file.bound] = (sizes[file.bound] ?? 0) - file.sizeBytes;
      }
    }
  }

  async function remove({ path, usedAt }: FoundFile): Promise<boolean> {
    const now = wallNow();
    if (now - usedAt <= IN_USE_MS || now - (inUse.get(path) ?? -Infinity) <= IN_USE_MS) return false;
    const removed = unlink(path).then(
      () => true,
      // Where a program holds it open, some systems refuse: it goes the next time.
      () => false,
    );
    removing.set(path, removed);
    return removed.finally(() => removing.delete(path));
  }

  async function* filesIn(of: string): AsyncGenerator<FoundFile> {
    const entries = await opendir(of).catch(() => null);
    if (entries === null) return;
    for await (const entry of entries) {
      if (isClosed) return;
      const path = join(of, entry.name);
      if (entry.isDirectory()) {
        yield* filesIn(path);
        continue;
      }
      const facts = entry.isFile() ? await stat(path).catch(() => null) : null;
      if (facts === null) continue;
      const file = { path, bound: boundOf(path), sizeBytes: facts.size, usedAt: facts.mtimeMs };
      if (PART.test(path) && wallNow() - file.usedAt > ABANDONED_MS) {
        await remove(file);
      } else {
        yield file;
      }
    }
  }

  return {
    async use(path) {
      note(path);
      tidySoon();
      await removing.get(path);
    },
    added(path) {
      note(path);
      counting = counting.then(() => count(path)).then(tidySoon);
    },
    async settled() {
      await counting;
      while (working !== null) await working;
    },
    async close() {
      isClosed = true;
      await counting;
      await working;
    },
  };
}

/** The last minute whose files go, the oldest first, until so many bytes are gone. */
function lastToGo(ages: ReadonlyMap<number, number>, bytes: number): number {
  let left = bytes;
  let last = -Infinity;
  for (const [minute, size] of [...ages].sort(([one], [other]) => one - other)) {
    if (left <= 0) break;
    left -= size;
    last = minute;
  }
  return last;
}
