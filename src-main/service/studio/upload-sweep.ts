/**
 * Removes files that browsers sent once nothing names them any more: no dataset, run, tree or request of the library, and
 * no page that is logged in. Looks when the service starts and every hour after; what came within a day stays.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../engine/ports';
import type { Store } from '../../store/store';

export interface UploadSweepOptions {
  /** Of all uploads: each has a folder below it. */
  readonly root: string;
  readonly clock: Pick<Clock, 'wallNow' | 'setTimer'>;
  readonly store: Pick<Store, 'namedUploads'>;
  /** Whether it is being sent, or a page may still name what lies in it. */
  isInUse(folder: string): boolean;
  onError(error: unknown): void;
}

export interface UploadSweep {
  /** Rejects never. */
  sweep(): Promise<void>;
  /** Sweeps no more; resolves when it is not at it. */
  stop(): Promise<void>;
}

const KEPT_MS = 24 * 60 * 60 * 1000;
const EVERY_MS = 60 * 60 * 1000;
/** Names of uploads; anything else is not ours. */
const UPLOAD = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function createUploadSweep(options: UploadSweepOptions): UploadSweep {
  const { root, clock, store, isInUse } = options;
  let underWay: Promise<void> | null = null;
  let isStopped = false;
  let cancel = (): void => undefined;

  async function carryOut(): Promise<void> {
    const old = await oldUploads();
    const named = old.length === 0 ? new Set<string>() : await namedIn(store);
    for (const name of old.filter((one) => !named.has(one))) {
      const folder = join(root, name);
      // A page may have come back to it while the library was read.
      if (!isInUse(folder) && !isStopped) {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }

  async function oldUploads(): Promise<readonly string[]> {
    const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory() && UPLOAD.test(entry.name));
    const old: string[] = [];
    for (const { name } of names) {
      const folder = join(root, name);
      const found = await stat(folder).catch(() => null);
      if (found !== null && clock.wallNow() - found.mtimeMs >= KEPT_MS && !isInUse(folder)) {
        old.push(name);
      }
    }
    return old;
  }

  function sweep(): Promise<void> {
    underWay ??= carryOut()
      .catch(options.onError)
      .finally(() => {
        underWay = null;
        cancel();
        if (!isStopped) {
          cancel = clock.setTimer(EVERY_MS, () => void sweep());
        }
      });
    return underWay;
  }

  return {
    sweep,
    async stop() {
      isStopped = true;
      cancel();
      await underWay;
    },
  };
}

async function namedIn(store: Pick<Store, 'namedUploads'>): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for (let after: number | null = null; ; ) {
    const { folders, next } = await store.namedUploads(after);
    folders.forEach((folder) => named.add(folder));
    if (next === null) {
      return named;
    }
    after = next;
  }
}
