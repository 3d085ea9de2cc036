/** What became of keys and endpoints: the last state of each key, and the log of their changes. Never a secret. */
import { z } from 'zod';
import { type FleetEvent, fleetEventSchema, type KeyState, keyStateSchema } from '@shared/model/endpoint';
import type { Db } from './database/driver';
import { type Note, readJson } from './database/json-column';
import type { NewFleetEvent } from './store';

/** Older ones are of no use to anybody. */
const EVENTS_KEPT = 5_000;

/** Call the writes inside a transaction. */
export function createFleetLog(db: Db, note: Note) {
  const states = db.prepare<{ id: string; value: string }>('SELECT id, value FROM key_states');
  const saveState = db.prepare(
    'INSERT INTO key_states (id, value) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value',
  );
  const addEvent = db.prepare('INSERT INTO fleet_events (at, value) VALUES (?, ?)');
  const events = db.prepare<{ id: number; value: string }>(
    'SELECT id, value FROM fleet_events ORDER BY id DESC LIMIT ?',
  );
  const forgetEvents = db.prepare('DELETE FROM fleet_events WHERE id <= ?');

  return {
    keyStates: (): ReadonlyMap<string, KeyState> =>
      new Map(
        states.all().flatMap(({ id, value }) => {
          const state = readJson<KeyState>(value, keyStateSchema, { what: `The state of key ${id}`, note });
          return state === null ? [] : [[id, state] as const];
        }),
      ),
    saveKeyStates(changed: ReadonlyMap<string, KeyState>): void {
      for (const [id, state] of changed) {
        saveState.run(id, JSON.stringify(state));
      }
    },
    addFleetEvents(added: readonly NewFleetEvent[]): readonly FleetEvent[] {
      const stored = added.map((event) => {
        const { lastId } = addEvent.run(Math.round(event.at), JSON.stringify(event));
        return { ...event, id: lastId };
      });
      forgetEvents.run((stored.at(-1)?.id ?? 0) - EVENTS_KEPT);
      return stored;
    },
    fleetEvents: (limit: number): readonly FleetEvent[] =>
      events
        .all(limit)
        .flatMap(({ id, value }) => readJson(value, numbered(id), { what: `Event ${id}`, note }) ?? []),
  };
}

/** An event does not know its number before it is stored. */
function numbered(id: number): z.ZodType<FleetEvent> {
  return z.preprocess((event) => (typeof event === 'object' ? { ...event, id } : event), fleetEventSchema);
}
