/**
 * What a worker's result files share: memory for bytes on their way, a bound on how many wait for the disk, and the
 * flushing of folders, one call for all that were renamed meanwhile.
 */
import { type Deferred, deferred } from '../deferred';
import { syncFolder } from '../durable-folder';
import { CHUNK_BYTES } from '../providers/base64-stream';
import { alignedBuffer } from './aligned-memory';
import type { CachedFolders } from './temporary-file';

/**
 * Of one worker: bytes that may wait to be written, or as a complete file to become durable; beyond, nothing more is
 * read and no slot becomes free. Neither waits for anything that is yet to be read.
 */
const BUDGET_BYTES = 10 * 1024 * 1024;
/** Of one worker: bytes of unfinished pictures that are kept to be written in one piece at their end. */
const HELD_BYTES = 8 * 1024 * 1024;
/** Of one worker: bytes of answers that their folder refused, until they are handed on. */
const REFUSED_BYTES = 128 * 1024 * 1024;
/** Unused memory that is kept for the next answers: some 18 MB. */
const MAX_FREE_CHUNKS = 256;

export interface Disk {
  lend(): Buffer;
  giveBack(chunk: Buffer): void;
  /** So many bytes of a picture that is still arriving are kept (negative: no longer). */
  hold(bytes: number): void;
  /** More is kept than should be: who keeps some and has more coming writes it now. */
  readonly isCrowded: boolean;
  readonly cachedFolders: CachedFolders;
  /** Whether there is room to keep so many bytes that a folder refused (negative: they are kept no longer). */
  keepRefused(bytes: number): boolean;
  /** So many bytes wait for the disk from now on (negative: no longer). */
  wait(bytes: number): void;
  /** Settles when what waits is well within the budget; undefined: it is. */
  pressure(): Promise<void> | undefined;
  /** Resolves when all renames in `folder` before this call are durable. */
  syncFolder(folder: string): Promise<void>;
}

export interface DiskOptions {
  readonly budgetBytes?: number;
  readonly heldBytes?: number;
}

export function createDisk({ budgetBytes = BUDGET_BYTES, heldBytes = HELD_BYTES }: DiskOptions = {}): Disk {
  const free: Buffer[] = [];
  const syncs = new Map<string, FolderSync>();
  let keptBytes = 0;
  let waitingBytes = 0;
  let refusedBytes = 0;
  let relief: Deferred<void> | null = null;

  return {
    lend: () => free.pop() ?? alignedBuffer(CHUNK_BYTES),
    giveBack(chunk) {
      if (free.length < MAX_FREE_CHUNKS) {
        free.push(chunk);
      }
    },
    hold(bytes) {
      keptBytes += bytes;
    },
    get isCrowded() {
      return keptBytes > heldBytes;
    },
    cachedFolders: new Set(),
    keepRefused(bytes) {
      const hasRoom = refusedBytes + bytes <= REFUSED_BYTES;
      refusedBytes += hasRoom ? bytes : 0;
      return hasRoom;
    },
    wait(bytes) {
      waitingBytes += bytes;
      if (waitingBytes <= budgetBytes / 2) {
        relief?.resolve();
        relief = null;
      }
    },
    pressure() {
      if (waitingBytes > budgetBytes) {
        relief ??= deferred();
      }
      return relief?.promise;
    },
    syncFolder(folder) {
      const known = syncs.get(folder) ?? createFolderSync(folder, () => syncs.delete(folder));
      syncs.set(folder, known);
      return known.sync();
    },
  };
}

interface FolderSync {
  sync(): Promise<void>;
}

/** While one flush runs, the next is shared by all who ask. */
function createFolderSync(folder: string, onIdle: () => void): FolderSync {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function begin(): Promise<void> {
    next = null;
    const flush = syncFolder(folder).finally(() => {
      if (running === flush) {
        running = null;
        onIdle();
      }
    });
    running = flush;
    return flush;
  }

  return {
    sync() {
      if (running === null) {
        return begin();
      }
      next ??= running.then(begin, begin);
      return next;
    },
  };
}
