/**
 * Reads the library into the gallery's index once somebody looks, and then the words of new jobs behind the runs: a few
 * milliseconds at a time, with pauses, so that the journal never waits.
 */
import type { Clock } from '../../engine/ports';
import type { Store } from '../../store/store';
import type { EventHub } from '../event-hub';

/** Between two steps of the words. */
const PAUSE_MS = 10;
/** After jobs ended: there will be more of them. */
const REST_MS = 2000;

export interface CatchUpParts {
  readonly store: Pick<Store, 'galleryStep'>;
  readonly events: Pick<EventHub, 'subscribe'>;
  readonly clock: Clock;
  onError(error: unknown): void;
}

export function createCatchUp({ store, events, clock, onError }: CatchUpParts) {
  let first: Promise<void> | null = null;
  let cancelTimer: (() => void) | null = null;
  let unsubscribe: (() => void) | null = null;
  let isClosed = false;

  function goOn(delayMs: number): void {
    if (cancelTimer === null && !isClosed) {
      cancelTimer = clock.setTimer(delayMs, () => {
        cancelTimer = null;
        void step();
      });
    }
  }

  async function step(): Promise<void> {
    try {
      if ((await store.galleryStep()) !== 'done') {
        goOn(PAUSE_MS);
      }
    } catch (error) {
      if (!isClosed) {
        onError(error);
      }
    }
  }

  async function read(): Promise<void> {
    // Each step is a call of its own: the journal's come between.
    while ((await store.galleryStep()) === 'reading');
    unsubscribe = events.subscribe(({ kind }) => {
      if (kind === 'jobs' || kind === 'run') {
        goOn(REST_MS);
      }
    });
    goOn(PAUSE_MS);
  }

  return {
    /** Begins at the first call; resolves once the index is whole. The words follow. */
    ready(): Promise<void> {
      first ??= read().catch((error: unknown) => {
        first = null;
        throw error;
      });
      return first;
    },
    close(): void {
      isClosed = true;
      cancelTimer?.();
      unsubscribe?.();
    },
  };
}
