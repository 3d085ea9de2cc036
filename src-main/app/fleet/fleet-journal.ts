/** Keeps what the pool tells: states of keys for the next session, and the log of changes for people. */
import type { FleetEvent, KeyState } from '@shared/model/endpoint';
import type { Pool, PoolEvent } from '../../engine/pool/pool';
import type { Clock } from '../../engine/ports';
import type { Log } from '../../log';
import type { NewFleetEvent, Store } from '../../store/store';
import { timeWords } from '../clock-words';

export interface FleetJournalOptions {
  readonly store: Pick<Store, 'keyStates' | 'saveKeyStates' | 'addFleetEvents'>;
  readonly pool: Pick<Pool, 'onEvent' | 'keyStates'>;
  readonly clock: Pick<Clock, 'wallNow'>;
  readonly log: Pick<Log, 'info' | 'error'>;
  endpointName(endpointId: string): string;
  /** Undefined: it is gone. */
  key(keyId: string): Named | undefined;
  /** It is in the library. */
  onEvent(event: FleetEvent): void;
  /** Something looks different now. */
  onChange(): void;
}

interface Named {
  readonly tail: string;
  readonly label: string;
}

export interface FleetJournal {
  /** Writes down what waits; hears nothing more. */
  close(): Promise<void>;
}

export function createFleetJournal(options: FleetJournalOptions): FleetJournal {
  let states = new Map<string, KeyState>();
  let events: NewFleetEvent[] = [];
  let writing: Promise<void> = Promise.resolve();
  let isScheduled = false;

  function noteFault(error: unknown): void {
    options.log.error('fleet', `states of keys could not be saved: ${String(error)}`);
  }

  /** All that happens in one turn is one write; the writes keep their order. */
  function schedule(): void {
    if (!isScheduled) {
      isScheduled = true;
      writing = writing.then(write).catch(noteFault);
    }
  }

  async function write(): Promise<void> {
    isScheduled = false;
    const [newStates, newEvents] = [states, events];
    states = new Map();
    events = [];
    if (newStates.size > 0) {
      await options.store.saveKeyStates(newStates);
    }
    if (newEvents.length > 0) {
      for (const event of await options.store.addFleetEvents(newEvents)) {
        options.onEvent(event);
      }
    }
  }

  /** What changes without being news: strikes, rests after an answer. */
  async function saveTheRest(live: ReadonlyMap<string, KeyState>): Promise<void> {
    const known = await options.store.keyStates();
    const unsaved = [...live].filter(([id, state]) => !isSameState(known.get(id), state));
    if (unsaved.length > 0) {
      await options.store.saveKeyStates(new Map(unsaved));
    }
  }

  function hear(event: PoolEvent): void {
    options.onChange();
    const told = describe(event, options);
    // What a request under way still says of a key that was removed meanwhile concerns nobody.
    if (told === null) {
      return;
    }
    if (event.kind === 'keyState') {
      states.set(event.keyId, event.state);
    }
    // Nor is a rest that the settings ask for after each answer news to a person, or a wait that became longer.
    const isQuiet =
      event.kind === 'keyState' && (event.state.status === 'COOLDOWN' || event.from === event.state.status);
    if (!isQuiet) {
      options.log.info('fleet', lineOf(told));
      events.push(told);
    }
    schedule();
  }

  const unsubscribe = options.pool.onEvent(hear);
  return {
    async close() {
      // To look at the states may bring keys back, which is news.
      const live = options.pool.keyStates();
      unsubscribe();
      await writing;
      await saveTheRest(live).catch(noteFault);
    },
  };
}

/** One that nothing was ever known of is as good as unsaved. */
function isSameState(known: KeyState | undefined, state: KeyState): boolean {
  if (known === undefined) {
    return state.status === 'AVAILABLE' && state.strikes === undefined && state.exhausted === undefined;
  }
  return (
    known.status === state.status &&
    known.since === state.since &&
    known.until === state.until &&
    known.strikes === state.strikes &&
    known.exhausted === state.exhausted
  );
}

/** Null: it is about a key that is gone. */
function describe(event: PoolEvent, { clock, key, endpointName }: FleetJournalOptions): NewFleetEvent | null {
  const at = clock.wallNow();
  if (event.kind === 'endpointRest') {
    const { kind, endpointId, rest } = event;
    const named = { endpointId, endpointName: endpointName(endpointId) };
    return { kind, at, ...named, ...(rest === null ? {} : { rest }) };
  }
  const named = key(event.keyId);
  if (named === undefined) {
    return null;
  }
  const whose = { at, keyId: event.keyId, keyTail: named.tail, keyLabel: named.label };
  if (event.kind === 'rateLearned') {
    const { kind, endpointId, model, perMinute } = event;
    return { kind, ...whose, endpointName: endpointName(endpointId), model, perMinute };
  }
  const { kind, state, from, endpointId } = event;
  return {
    kind,
    ...whose,
    ...(endpointId === null ? {} : { endpointName: endpointName(endpointId) }),
    from,
    to: state.status,
    ...(state.reason === undefined ? {} : { reason: state.reason }),
    ...(state.until === undefined ? {} : { until: state.until }),
  };
}

/** `key …a1b2: TEMPORARILY_EXHAUSTED, quota_minute, until 14:05:10` */
export function lineOf(event: NewFleetEvent): string {
  switch (event.kind) {
    case 'keyState':
      return [`key …${event.keyTail}: ${event.to}`, event.reason?.kind, until(event.until, event.at)]
        .filter((part) => part !== undefined)
        .join(', ');
    case 'endpointRest':
      return event.rest === undefined
        ? `endpoint ${event.endpointName}: is back`
        : `endpoint ${event.endpointName}: rests (${event.rest.reason}), ${until(event.rest.until, event.at)}`;
    case 'rateLearned':
      return `key …${event.keyTail}: ${Math.round(event.perMinute)} requests a minute found for ${event.model}`;
  }
}

function until(wall: number | undefined, at: number): string | undefined {
  return wall === undefined ? undefined : `until ${timeWords(wall, at)}`;
}
