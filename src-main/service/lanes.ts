/**
 * The lines for slots. Lanes take turns. In a lane, those that wait for the same stand in one line, in their order, so
 * that a model whose keys rest does not hold up the others of its batch. Who was let in gives his slot up while he cannot
 * be sent, and stands at the head of his lane when he wants it again.
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
  /** Of one line that were let in and hold no slot: with so many, no others of it are let in. */
  readonly mostResting: number;
  /** Null: for one that needs nothing besides; false for it is false for all. */
  isFree(key: Key | null): boolean;
  /** Why nothing is let in for this any more; null: it is. */
  gone(key: Key | null): Gone | null;
  count(key: Key | null, change: { readonly held: number; readonly waiting: number }): void;
}

/** `idle`: answered, or not begun; it neither holds a slot nor waits for one. */
type State = 'idle' | 'queued' | 'held' | 'resting' | 'over';

interface Entry<Key> {
  readonly lane: object;
  readonly line: Line<Key>;
  /** Those that came before have a lower one. */
  readonly rank: number;
  readonly key: Key | null;
  state: State;
  /** It had a slot before. */
  isIn: boolean;
  granted(): void;
  gone(why: Gone): void;
}

interface Line<Key> {
  queue: readonly Entry<Key>[];
  /** Let in, and without a slot. */
  resting: number;
}

export interface Standing<Key> {
  /** Lanes take turns. */
  readonly lane: object;
  /** In the lane: those of one name wait for the same. */
  readonly line: string;
  readonly key: Key | null;
  /** By this the session knows whose place serves whose request. */
  readonly group: string;
}

export function createLanes<Key>(options: LanesOptions<Key>) {
  const lines = new WeakMap<object, Map<string, Line<Key>>>();
  /** Lanes in which somebody stands; the first is served next. */
  const row = new Set<object>();
  const waiting = new Set<Entry<Key>>();
  const entries = new WeakMap<Pass, Entry<Key>>();
  let entered = 0;

  const linesOf = (lane: object): readonly Line<Key>[] => [...(lines.get(lane)?.values() ?? [])];
  const isAble = ({ line, key, isIn }: Entry<Key>): boolean =>
    options.isFree(key) && (isIn || line.resting < options.mostResting);

  function lineOf(lane: object, name: string): Line<Key> {
    const ofLane = lines.get(lane) ?? new Map<string, Line<Key>>();
    lines.set(lane, ofLane);
    const line = ofLane.get(name) ?? { queue: [], resting: 0 };
    ofLane.set(name, line);
    return line;
  }

  function count(entry: Entry<Key>, by: 1 | -1): void {
    const { state, key, line } = entry;
    const waits = state === 'queued' || state === 'resting';
    options.count(key, { held: state === 'held' ? by : 0, waiting: waits ? by : 0 });
    if (waits && entry.isIn) {
      line.resting += by;
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
    const { lane, line } = entry;
    line.queue = line.queue.filter((one) => one !== entry);
    if (linesOf(lane).every(({ queue }) => queue.length === 0)) {
      row.delete(lane);
    }
  }

  function stand(entry: Entry<Key>): void {
    const { lane, line, isIn } = entry;
    line.queue = isIn ? [entry, ...line.queue] : [...line.queue, entry];
    row.add(lane);
    move(entry, 'queued');
  }

  /** Lanes with one that can go take turns: a lane that was served goes to the end of the row. */
  function grant(): void {
    for (let next = firstAble(); next !== null; next = firstAble()) {
      move(next, 'held');
      if (row.delete(next.lane)) {
        row.add(next.lane);
      }
      next.granted();
    }
  }

  function firstAble(): Entry<Key> | null {
    if (!options.isFree(null)) {
      return null;
    }
    for (const lane of row) {
      const [first] = linesOf(lane)
        .flatMap(({ queue: [head] }) => (head !== undefined && isAble(head) ? [head] : []))
        .toSorted(byTurn);
      if (first !== undefined) {
        return first;
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
      if (isAble(entry) && (entry.isIn || entry.line.queue.length === 0)) {
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
    { lane, line, key, group }: Standing<Key>,
    on: { in(): void; gone(why: Gone): void },
  ): Place {
    let onGranted = on.in;
    entered += 1;
    const entry: Entry<Key> = {
      lane,
      line: lineOf(lane, line),
      rank: entered,
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

/** Who was let in before goes before who was not; among either, who came first. */
function byTurn(one: Entry<unknown>, other: Entry<unknown>): number {
  return Number(other.isIn) - Number(one.isIn) || one.rank - other.rank;
}
