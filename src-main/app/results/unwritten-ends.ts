/**
 * Ends of attempts that a library without space could not write down, or whose folder did not take their result. What
 * came is nowhere else, and was paid for: it is kept and written as soon as there is space. Meanwhile its job is still
 * `sent`, and nobody sends it again. A result that its folder refused waits in the library, and in memory where that
 * has no space either.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AttemptEnd, Clock, Journal } from '../../engine/ports';
import { NotKept } from '../../engine/runs/not-kept';
import { StoreError } from '../../store/store-error';
import { spareName } from './found-whole';
import { writeDurably, writeEnd } from './write-end';

export interface UnwrittenEndsOptions {
  readonly store: Pick<Journal, 'received' | 'ended'>;
  /** Where what folders refused is kept. */
  readonly spareDir: string;
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Of results that are nowhere but in memory; beyond, they are lost. */
  readonly mostBytes?: number;
  /** Whether jobs of this run are being sent. */
  isUnderWay(runId: number): boolean;
  /** The attempt is on disk after all. */
  onWritten(end: AttemptEnd): void;
  onError(error: unknown): void;
}

export interface UnwrittenEnds {
  /**
   * `error` is why it could not be written. Resolves when as much of it as can be is on disk, with where a picture of it
   * lies; null: in no file.
   */
  note(end: AttemptEnd, error: unknown): Promise<string | null>;
  /** Tries all of them now. */
  again(): Promise<void>;
  /** Tries once more. */
  close(): Promise<void>;
}

const AGAIN_MS = 3000;
const MOST_BYTES = 256 * 1024 * 1024;

export function createUnwrittenEnds(options: UnwrittenEndsOptions): UnwrittenEnds {
  const { store, clock, onWritten, onError } = options;
  const ends = new Map<number, AttemptEnd>();
  let cancelTimer: (() => void) | null = null;
  let isClosed = false;
  let last: Promise<void> = Promise.resolve();

  function arm(): void {
    if (ends.size > 0 && !isClosed) {
      cancelTimer ??= clock.setTimer(AGAIN_MS, () => {
        cancelTimer = null;
        void writeAll();
      });
    }
  }

  function writeAll(): Promise<void> {
    last = last.then(async () => {
      for (const end of ends.values()) {
        // Its job would become pending behind all that the run has handed out.
        const isLater = end.next.kind === 'again' && options.isUnderWay(end.runId);
        const how = isLater ? 'later' : await write(end);
        if (how === 'no space') {
          break;
        }
        if (how === 'not now') {
          // The library may have had no space for it when it came.
          await toLibrary(end.attemptId, (held) => held);
        }
      }
      arm();
    });
    return last;
  }

  /** `no space`: in the library, for any of them. */
  async function write(end: AttemptEnd): Promise<'settled' | 'no space' | 'not now'> {
    let written: AttemptEnd;
    try {
      written = await writeEnd(store, end);
    } catch (error) {
      if (isForLackOfSpace(error)) {
        return 'no space';
      }
      if (error instanceof NotKept) {
        return 'not now';
      }
      ends.delete(end.attemptId);
      onError(error);
      return 'settled';
    }
    ends.delete(end.attemptId);
    try {
      onWritten(written);
    } catch (error) {
      onError(error);
    }
    return 'settled';
  }

  /** Queued behind the current write, so that nobody else holds this end. */
  function spare(attemptId: number): Promise<void> {
    last = last.then(() => toLibrary(attemptId, heldOrLost));
    return last;
  }

  async function toLibrary(attemptId: number, unless: (end: AttemptEnd) => AttemptEnd): Promise<void> {
    const end = ends.get(attemptId);
    if (end !== undefined && bytesOf(end) > 0) {
      const path = join(options.spareDir, spareName(attemptId));
      ends.set(attemptId, await spared(end, path).catch(() => unless(end)));
    }
  }

  function heldOrLost(end: AttemptEnd): AttemptEnd {
    const held = [...ends.values()].reduce((sum, one) => sum + bytesOf(one), 0);
    return held > (options.mostBytes ?? MOST_BYTES)
      ? { ...end, outcome: { kind: 'lost' }, next: { kind: 'unknown' } }
      : end;
  }

  return {
    async note(end, error) {
      if (isForLackOfSpace(error) || error instanceof NotKept) {
        ends.set(end.attemptId, end);
        arm();
        await spare(end.attemptId);
      }
      return lyingAt(ends.get(end.attemptId));
    },
    again: writeAll,
    async close() {
      isClosed = true;
      cancelTimer?.();
      await writeAll();
    },
  };
}

function bytesOf({ outcome }: AttemptEnd): number {
  return outcome.kind === 'done' ? (outcome.unplaced?.bytes?.byteLength ?? 0) : 0;
}

function lyingAt(end: AttemptEnd | undefined): string | null {
  const unplaced = end?.outcome.kind === 'done' ? end.outcome.unplaced : undefined;
  return unplaced === undefined || unplaced.bytes !== undefined ? null : (unplaced.spare ?? unplaced.path);
}

/** The same end, its result in the library instead of in memory. */
async function spared(end: AttemptEnd, path: string): Promise<AttemptEnd> {
  const { outcome } = end;
  if (outcome.kind !== 'done' || outcome.unplaced?.bytes === undefined) {
    return end;
  }
  const { bytes, ...unplaced } = outcome.unplaced;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeDurably(path, bytes);
  return { ...end, outcome: { ...outcome, unplaced: { ...unplaced, spare: path } } };
}

function isForLackOfSpace(error: unknown): boolean {
  return error instanceof StoreError && (error.code === 'DISK_FULL' || error.code === 'DISK_ERROR');
}
