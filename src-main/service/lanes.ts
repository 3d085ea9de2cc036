/**
 * The line for slots. Lanes take turns, each in its order. Who was let in gives his slot up while he cannot be sent, and
 * stands at the head of his lane when he wants it again.
 */
import type { Pass } from '../app/sessions/passes';

/** Nothing that waits is let in any more. */
export type Gone =
  /** There is no semaphore of that id, or it was removed. */
  | { readonly kind: 'unknown' }
  /** The service stops. */
  | { readonly kind: 'closed' };

export interface Place extends Pass {
  /** Takes a slot, or stands in line for one. */
  start(): void;
  /** It was let in, and is to get no slot any more while it has none. */
  onGone(listener: (why: Gone) => void): void;
  release(): void;
}

interface LanesOptions<Key> {
  /** Of one lane that were let in and hold no slot: with so many, no others of it are let in. */
  readonly mostResting: number;
  isFree(key: Key | null): boolean;
  /** Why nothing is let in for this any more; null: it is. */
  gone(key: Key | null): Gone | null;
  count(key: Key | null, change: { readonly held: number; readonly waiting: number }): void;
}

/** `idle`: answered, or not begun; it neither holds a slot nor waits for one. */
type State = 'idle' | 'queued' | 'held' | 'resting' | 'over';

interface Entry<Key> {
  readonly lane: object;
  readonly key: Key | null;
  state: State;
  /** It had a slot before. */
  isIn: boolean;
  granted(): void;
  gone(why: Gone): void;
}

export function createLanes<Key>(options: LanesOptions<Key>) {
  const lanes = new Map<object, Entry<Key>[]>();
  /** By lane: let in, and without a slot. */
  const resting = new Map<object, number>();
  const waiting = new Set<Entry<Key>>();
  const entries = new WeakMap<Pass, Entry<Key>>();

  const restingOf = (lane: object): number => resting.get(lane) ?? 0;
  const isAble = ({ lane, key, isIn }: Entry<Key>): boolean =>
    options.isFree(key) && (isIn || restingOf(lane) < options.mostResting);

  function count(entry: Entry<Key>, by: 1 | -1): void {
    const { state, key, lane } = entry;
    const waits = state === 'queued' || state === 'resting';
    options.count(key, { held: state === 'held' ? by : 0, waiting: waits ? by : 0 });
    if (waits && entry.isIn) {
      const left = restingOf(lane) + by;
      if (left === 0) {
        resting.delete(lane);
      } else {
        resting.set(lane, left);
      }
    }
  }

  function move(entry: Entry<Key>, state: State): void {
    if (entry.state === 'queued') {
      leaveLine(entry);
    }
    count(entry, -1);
    entry.state = state;
    entry.isIn ||= state === 'held';
    count(entry, 1);
    if (state === 'queued' || state === 'resting') {
      waiting.add(entry);
    } else {
      waiting.delete(entry);
    }
  }

  function leaveLine(entry: Entry<Key>): void {
    const left = (lanes.get(entry.lane) ?? []).filter((one) => one !== entry);
    if (left.length === 0) {
      lanes.delete(entry.lane);
    } else {
      lanes.set(entry.lane, left);
    }
  }

  function stand(entry: Entry<Key>): void {
    const queue = lanes.get(entry.lane) ?? [];
    if (entry.isIn) {
      queue.unshift(entry);
    } else {
      queue.push(entry);
    }
    lanes.set(entry.lane, queue);
    move(entry, 'queued');
  }

  /** Lanes whose first can go do so in turn: a lane that was served goes to the end of the row. */
  function grant(): void {
    for (let next = firstAble(); next !== null; next = firstAble()) {
      move(next, 'held');
      const queue = lanes.get(next.lane);
      if (queue !== undefined) {
        lanes.delete(next.lane);
        lanes.set(next.lane, queue);
      }
      next.granted();
    }
  }

  function firstAble(): Entry<Key> | null {
    for (const [entry] of lanes.values()) {
      if (entry !== undefined && isAble(entry)) {
        return entry;
      }
    }
    return null;
  }

  /** Whoever waits for what is gone is told. */
  function expel(): void {
    for (const entry of waiting) {
      tellGone(entry);
    }
  }

  function tellGone(entry: Entry<Key>): boolean {
    const why = options.gone(entry.key);
    if (why === null) {
      return false;
    }
    move(entry, entry.isIn ? 'idle' : 'over');
    entry.gone(why);
    return true;
  }

  function take(entry: Entry<Key>): boolean {
    if (entry.state === 'idle' || entry.state === 'resting') {
      if (tellGone(entry)) {
        return false;
      }
      // Nobody who waits for the same is overtaken: he is served as soon as there is a slot.
      if (isAble(entry) && (entry.isIn || !lanes.has(entry.lane))) {
        move(entry, 'held');
      } else {
        stand(entry);
      }
    }
    return entry.state === 'held';
  }

  const canHave = ({ state, key }: Entry<Key>): boolean =>
    state !== 'over' && state !== 'held' && options.gone(key) === null;

  function rest(entry: Entry<Key>): void {
    if (entry.state === 'held' || entry.state === 'idle') {
      move(entry, 'resting');
      tellGone(entry);
      grant();
    }
  }

  function end(entry: Entry<Key>, state: 'idle' | 'over'): void {
    if (entry.state !== 'over') {
      move(entry, state);
      grant();
    }
  }

  function enter(
    { lane, key, group }: { readonly lane: object; readonly key: Key | null; readonly group: string },
    on: { in(): void; gone(why: Gone): void },
  ): Place {
    let onGranted = on.in;
    const entry: Entry<Key> = {
      lane,
      key,
      state: 'idle',
      isIn: false,
      granted: () => onGranted(),
      gone: on.gone,
    };
    const place: Place = {
      group,
      get isHeld() {
        return entry.state === 'held';
      },
      start() {
        if (take(entry)) {
          on.in();
        }
      },
      take: () => take(entry),
      rest: () => rest(entry),
      leave: () => end(entry, 'idle'),
      release: () => end(entry, 'over'),
      yieldTo(other) {
        const next = entries.get(other);
        if (next !== undefined && entry.state === 'held' && next.key === key && canHave(next)) {
          move(entry, 'resting');
          move(next, 'held');
          tellGone(entry);
        }
      },
      onGranted(listener) {
        onGranted = listener;
      },
      onGone(listener) {
        entry.gone = listener;
      },
    };
    entries.set(place, entry);
    return place;
  }

  return { enter, grant, expel };
}
