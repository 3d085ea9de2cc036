/**
 * Who may send now: one bound over all callers, and besides it semaphores by name that other services share. A request
 * holds all it needs or nothing, and nothing while it waits for a key, a window or a backoff. Callers take turns; nobody
 * polls. Pure: the clock is handed in.
 */
import type { Pass } from '../app/sessions/passes';
import type { Clock } from '../engine/ports';
import { createLanes, type Gone, type Place } from './lanes';

export interface SlotRequest {
  /** Lanes take turns. */
  readonly lane: object;
  /** What it waits for besides a slot, its model: requests of one lane and one such name are served in their order. */
  readonly line?: string;
  /** Taken besides the global one. */
  readonly semaphoreId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Granted {
  readonly kind: 'granted';
  /** For its session: by this it gives its slot up while it cannot be sent, and takes it again. */
  readonly pass: Pass;
  /** It has none and is to get none any more: the service stops, or its semaphore was removed. */
  onGone(listener: (why: Gone) => void): void;
  release(): void;
}

export type Slot =
  | Granted
  /** By its caller, while it waited. */
  | { readonly kind: 'cancelled' }
  | Gone;

export interface SemaphoreStanding {
  readonly semaphoreId: string;
  readonly limit: number;
  /** Requests of this service and leases of others. */
  readonly inUse: number;
  readonly leases: number;
  readonly waiting: number;
}

export interface Lease {
  readonly id: string;
  /** Wall clock, ms. */
  readonly expiresAt: number;
}

export type LeaseAnswer =
  | { readonly kind: 'leased'; readonly lease: Lease }
  | { readonly kind: 'unknown' }
  /** Every slot is taken; the first lease runs out then, absent: only requests hold it. */
  | { readonly kind: 'full'; readonly retryAfterMs?: number };

interface Semaphore {
  limit: number;
  /** Requests of this service that hold a slot. */
  held: number;
  readonly leases: Map<string, { readonly expiresAt: number; cancel(): void }>;
  waiting: number;
  isRemoved: boolean;
}

/**
 * Of one lane and one model, let in and not to be sent now. What is let in is in the library, and a session looks through a bounded
 * number for those that can be sent.
 */
const MOST_RESTING = 16;

export type Semaphores = ReturnType<typeof createSemaphores>;

export function createSemaphores(options: {
  readonly clock: Pick<Clock, 'wallNow' | 'setTimer'>;
  /** Over all callers. */
  readonly limit: number;
  newId(): string;
}) {
  const { clock } = options;
  const named = new Map<string, Semaphore>();
  let inUse = 0;
  let waiting = 0;
  let isClosed = false;

  const usedOf = ({ held, leases }: Semaphore): number => held + leases.size;
  const lanes = createLanes<Semaphore>({
    mostResting: Math.min(options.limit, MOST_RESTING),
    isFree: (one) => inUse < options.limit && (one === null || usedOf(one) < one.limit),
    gone(one) {
      if (isClosed) {
        return { kind: 'closed' };
      }
      return one?.isRemoved === true ? { kind: 'unknown' } : null;
    },
    count(one, change) {
      inUse += change.held;
      waiting += change.waiting;
      if (one !== null) {
        one.held += change.held;
        one.waiting += change.waiting;
      }
    },
  });

  function acquire({ lane, line = '', semaphoreId, signal }: SlotRequest): Promise<Slot> {
    const semaphore = semaphoreId === undefined ? null : named.get(semaphoreId);
    if (semaphore === undefined) {
      return Promise.resolve({ kind: 'unknown' });
    }
    if (signal?.aborted === true) {
      return Promise.resolve({ kind: 'cancelled' });
    }
    if (isClosed) {
      return Promise.resolve({ kind: 'closed' });
    }
    return new Promise((resolve) => {
      const leave = (): void => {
        place.release();
        resolve({ kind: 'cancelled' });
      };
      signal?.addEventListener('abort', leave, { once: true });
      const settle = (slot: Slot): void => {
        signal?.removeEventListener('abort', leave);
        resolve(slot);
      };
      const place: Place = lanes.enter(
        { lane, line, key: semaphore, group: semaphoreId ?? '' },
        { in: () => settle(slotOf(place)), gone: settle },
      );
      place.start();
    });
  }

  const slotOf = (place: Place): Slot => ({
    kind: 'granted',
    pass: place,
    onGone: (listener) => place.onGone(listener),
    release: () => place.release(),
  });

  function standingOf(semaphoreId: string, semaphore: Semaphore): SemaphoreStanding {
    const { limit, leases, waiting: own } = semaphore;
    return { semaphoreId, limit, inUse: usedOf(semaphore), leases: leases.size, waiting: own };
  }

  function lease(semaphoreId: string, ttlMs: number): LeaseAnswer {
    const semaphore = named.get(semaphoreId);
    if (semaphore === undefined) {
      return { kind: 'unknown' };
    }
    if (usedOf(semaphore) >= semaphore.limit) {
      const first = Math.min(...[...semaphore.leases.values()].map(({ expiresAt }) => expiresAt));
      return Number.isFinite(first)
        ? { kind: 'full', retryAfterMs: Math.max(0, first - clock.wallNow()) }
        : { kind: 'full' };
    }
    const id = options.newId();
    const expiresAt = clock.wallNow() + ttlMs;
    const cancel = clock.setTimer(ttlMs, () => {
      semaphore.leases.delete(id);
      lanes.grant();
    });
    semaphore.leases.set(id, { expiresAt, cancel });
    return { kind: 'leased', lease: { id, expiresAt } };
  }

  return {
    acquire,
    global: () => ({ limit: options.limit, inUse, waiting }),
    list: (): SemaphoreStanding[] => [...named].map(([id, one]) => standingOf(id, one)),
    get(semaphoreId: string): SemaphoreStanding | undefined {
      const one = named.get(semaphoreId);
      return one === undefined ? undefined : standingOf(semaphoreId, one);
    },
    /** False: there is one of that id already. */
    register(semaphoreId: string, limit: number): boolean {
      if (named.has(semaphoreId)) {
        return false;
      }
      named.set(semaphoreId, { limit, held: 0, leases: new Map(), waiting: 0, isRemoved: false });
      return true;
    },
    /** What holds a slot keeps it, also beyond a lower limit. False: there is none of that id. */
    update(semaphoreId: string, limit: number): boolean {
      const one = named.get(semaphoreId);
      if (one === undefined) {
        return false;
      }
      one.limit = limit;
      lanes.grant();
      return true;
    },
    /** Who waits for it is told that it is unknown. False: there is none of that id. */
    remove(semaphoreId: string): boolean {
      const one = named.get(semaphoreId);
      named.delete(semaphoreId);
      one?.leases.forEach(({ cancel }) => cancel());
      if (one !== undefined) {
        one.isRemoved = true;
        lanes.expel();
      }
      return one !== undefined;
    },
    lease,
    /** False: it ran out, was given back before, or never was. */
    giveBack(semaphoreId: string, leaseId: string): boolean {
      const leases = named.get(semaphoreId)?.leases;
      leases?.get(leaseId)?.cancel();
      const isThere = leases?.delete(leaseId) ?? false;
      lanes.grant();
      return isThere;
    },
    /** What waits is told; what holds a slot keeps it. */
    close(): void {
      isClosed = true;
      lanes.expel();
      named.forEach(({ leases }) => leases.forEach(({ cancel }) => cancel()));
    },
  };
}
