/**
 * What a session's next requests will go by in the library, known before they are in it: so they are leased, and their
 * attempts journalled, in the commit that adds them, not in one that has to wait for it.
 */
import type { RequestPlace, SessionStore } from '../../store/studio/session-store';

export interface ReservedPlaces {
  /** For the next `count` requests, in a row from here; null: it is not known yet, the library will say. */
  take(count: number): RequestPlace | null;
  /** The row after the last one that the library has said. */
  learn(nextRow: number): void;
  /** What was taken last is not in the library. */
  lose(): void;
}

/** Numbers cost nothing and may remain unused. */
const BLOCK = 2000;
const LOW = 1000;

export function createReservedPlaces(
  store: Pick<SessionStore, 'reserveJobs'>,
  onError: (error: unknown) => void,
): ReservedPlaces {
  let nextRow: number | null = null;
  let nextId = 0;
  let endId = 0;
  let isReserving = false;

  async function reserve(): Promise<void> {
    isReserving = true;
    try {
      nextId = await store.reserveJobs(BLOCK);
      endId = nextId + BLOCK;
    } catch (error) {
      onError(error);
    }
    isReserving = false;
  }

  function reserveIfLow(): void {
    if (endId - nextId < LOW && !isReserving) {
      void reserve();
    }
  }

  return {
    take(count) {
      if (nextRow === null || endId - nextId < count) {
        return null;
      }
      const place = { jobId: nextId, row: nextRow };
      nextId += count;
      nextRow += count;
      reserveIfLow();
      return place;
    },
    learn(row) {
      nextRow = row;
      // The library has counted on: numbers of a run ascend.
      endId = nextId;
      reserveIfLow();
    },
    lose() {
      nextRow = null;
    },
  };
}
