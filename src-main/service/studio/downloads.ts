/**
 * Files that a call would have saved where the user says: they are written here, and the page fetches them when the call
 * has ended. A folder goes as one ZIP. What nobody fetches within the hour is removed, and all of it at the next start.
 */
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { zipFile } from '../../app/exports/zip-file';
import type { Clock } from '../../engine/ports';

export interface Offer {
  readonly id: string;
  readonly name: string;
}

export interface Downloads {
  /** Where a call may write a file of that name. */
  file(callId: string, suggestedName: string): Promise<string>;
  /** A folder that a later call may fill. */
  folder(name: string): Promise<string>;
  /** The folder is what this call makes. */
  claim(callId: string, folder: string): void;
  /** Nothing more is written by the call. `isDone` false: it failed or was stopped, and has nothing to offer. */
  ended(callId: string, isDone: boolean): Promise<void>;
  offers(callId: string): readonly Offer[];
  /** Null: there is none, or it is not whole yet. */
  find(id: string): { readonly path: string; readonly name: string } | null;
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

export interface DownloadsOptions {
  /** Of this login alone. */
  readonly root: string;
  readonly clock: Pick<Clock, 'setTimer'>;
  newId(): string;
}

interface Entry {
  readonly callId: string;
  /** A file, or a folder that is packed when the call ends. */
  path: string;
  name: string;
  isReady: boolean;
  forget: () => void;
}

const KEPT_MS = 60 * 60 * 1000;

export function createDownloads({ root, clock, newId }: DownloadsOptions): Downloads {
  const entries = new Map<string, Entry>();

  async function place(): Promise<string> {
    const folder = join(root, newId());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  function add(callId: string, path: string): void {
    entries.set(newId(), { callId, path, name: basename(path), isReady: false, forget: () => undefined });
  }

  async function remove(id: string): Promise<void> {
    const entry = entries.get(id);
    entries.delete(id);
    entry?.forget();
    if (entry !== undefined) {
      await rm(dirname(entry.path), { recursive: true, force: true });
    }
  }

  async function finish(id: string, entry: Entry): Promise<void> {
    const found = await stat(entry.path).catch(() => null);
    if (found === null) {
      await remove(id);
      return;
    }
    if (found.isDirectory()) {
      entry.path = await packed(entry.path);
      entry.name = basename(entry.path);
    }
    entry.isReady = true;
    entry.forget = clock.setTimer(KEPT_MS, () => void remove(id).catch(() => undefined));
  }

  return {
    async file(callId, suggestedName) {
      const path = join(await place(), basename(suggestedName));
      add(callId, path);
      return path;
    },
    async folder(name) {
      const path = join(await place(), basename(name));
      await mkdir(path, { mode: 0o700 });
      return path;
    },
    claim(callId, folder) {
      const isOurs = folder.startsWith(root + sep);
      if (isOurs && ![...entries.values()].some(({ path }) => path === folder)) {
        add(callId, folder);
      }
    },
    async ended(callId, isDone) {
      for (const [id, entry] of entries) {
        if (entry.callId === callId && !entry.isReady) {
          await (isDone ? finish(id, entry) : remove(id));
        }
      }
    },
    offers: (callId) =>
      [...entries].flatMap(([id, entry]) =>
        entry.callId === callId && entry.isReady ? [{ id, name: entry.name }] : [],
      ),
    find(id) {
      const entry = entries.get(id);
      return entry?.isReady === true ? { path: entry.path, name: entry.name } : null;
    },
    remove,
    async close() {
      [...entries.values()].forEach(({ forget }) => forget());
      entries.clear();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The ZIP beside the folder, which is removed. */
async function packed(folder: string): Promise<string> {
  const target = `${folder}.zip`;
  const handle = await open(target, 'wx', 0o600);
  try {
    const zip = zipFile(handle);
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        const path = join(entry.parentPath, entry.name);
        await zip.deflate(relative(dirname(folder), path).split(sep).join('/'), path);
      }
    }
    await zip.end();
  } finally {
    await handle.close();
  }
  await rm(folder, { recursive: true, force: true });
  return target;
}
