/** What the pool tells, on a real database: saved at once, in order, and nothing after the close. */
import type { FleetEvent } from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPool, type Pool, type PoolEvent } from '../../engine/pool/pool';
import { createVirtualClock, type VirtualClock } from '../../engine/testing/virtual-clock';
import type { Store } from '../../store/store';
import { type Library, temporaryLibrary } from '../../store/testing/library-fixture';
import { createFleetJournal, type FleetJournal, lineOf } from './fleet-journal';
import { testEndpoint } from '../testing/test-library';

const NOON = new Date(2026, 5, 10, 12, 0, 0).getTime();
const QUOTA: Failure = {
  kind: 'quota_minute',
  message: 'Slow down.',
  retryAfterMs: 50_000,
  httpStatus: 429,
};

let library: Library;
let store: Store;
let clock: VirtualClock;
let pool: Pool;
let journal: FleetJournal;
let names: Map<string, { tail: string; label: string }>;
let lines: string[];
let told: FleetEvent[];
let changes: number;

beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  clock = createVirtualClock({ startsAtWall: NOON });
  pool = createPool({ clock, random: () => 0 });
  names = new Map([
    ['k', { tail: 'a1b2', label: 'first' }],
    ['l', { tail: 'c3d4', label: 'second' }],
  ]);
  [lines, told, changes] = [[], [], 0];
  journal = createFleetJournal({
    store,
    pool,
    clock,
    log: { info: (_, line) => lines.push(line), error: (_, line) => lines.push(`error: ${line}`) },
    endpointName: () => 'Relay',
    key: (id) => names.get(id),
    onEvent: (event) => told.push(event),
    onChange: () => (changes += 1),
  });
  const keys = [...names.keys()].map((id) => ({
    id,
    endpointIds: ['e'],
    paused: false,
    state: { status: 'AVAILABLE', since: 1 } as const,
  }));
  pool.setFleet([testEndpoint()], keys);
});
afterEach(async () => {
  await journal.close();
  await library.remove();
});

/** Answers which key it was. */
function refuse(failure: Failure): string {
  const answer = pool.lease({ provider: 'openai', model: 'm' });
  if (answer.kind !== 'granted') {
    throw new Error(`No lease: ${answer.kind}`);
  }
  pool.settle(answer.lease.id, { kind: 'failed', failure });
  return answer.lease.keyId ?? '';
}

it('saves a state at once, and tells and logs what happened without the secret', async () => {
  const keyId = refuse(QUOTA);
  await expect.poll(() => told).toHaveLength(1);
  expect(await store.keyStates()).toEqual(new Map([[keyId, pool.keyStates().get(keyId)]]));
  const { tail, label } = names.get(keyId) ?? {};
  expect(await store.fleetEvents(10)).toEqual(told);
  expect(told).toEqual([
    {
      kind: 'keyState',
      id: 1,
      at: NOON,
      keyId,
      keyTail: tail,
      keyLabel: label,
      endpointName: 'Relay',
      from: 'AVAILABLE',
      to: 'TEMPORARILY_EXHAUSTED',
      reason: QUOTA,
      until: NOON + 50_000,
    },
  ]);
  expect(lines).toEqual([`key …${tail}: TEMPORARILY_EXHAUSTED, quota_minute, until 12:00:50`]);
  expect(changes).toBe(1);
});

it('writes the last state of a turn once, and all events in their order', async () => {
  const keyId = refuse(QUOTA);
  pool.clearKey(keyId);
  const other = refuse({ kind: 'no_credit', message: 'Pay.', httpStatus: 402 });
  await expect.poll(() => told).toHaveLength(3);
  expect(told.map((event) => event.kind === 'keyState' && [event.keyId, event.to])).toEqual([
    [keyId, 'TEMPORARILY_EXHAUSTED'],
    [keyId, 'AVAILABLE'],
    [other, 'FAILED_INIT'],
  ]);
  expect((await store.keyStates()).get(keyId)?.status).toBe('AVAILABLE');
});

it('says nothing of a key that was removed while its request was under way', async () => {
  names.clear();
  refuse(QUOTA);
  await journal.close();
  expect(lines).toEqual([]);
  expect(await store.fleetEvents(10)).toEqual([]);
});

it('writes at the close what changed without being news, and nothing after it', async () => {
  const keyId = refuse({ ...QUOTA, retryAfterMs: 1_000 });
  await clock.advance(2_000);
  expect(pool.keyStates().get(keyId)).toMatchObject({ status: 'AVAILABLE', strikes: 1 });
  const answer = pool.lease({ provider: 'openai', model: 'm' });
  const again = pool.lease({ provider: 'openai', model: 'm' });
  for (const one of [answer, again]) {
    if (one.kind === 'granted') {
      pool.settle(one.lease.id, { kind: 'ok' });
    }
  }
  expect(pool.keyStates().get(keyId)).not.toHaveProperty('strikes');
  await journal.close();
  expect((await store.keyStates()).get(keyId)).toEqual(pool.keyStates().get(keyId));
  const before = [await store.keyStates(), await store.fleetEvents(10)];
  pool.clearKey(keyId);
  refuse(QUOTA);
  await clock.flush();
  expect([await store.keyStates(), await store.fleetEvents(10)]).toEqual(before);
});

it('names the day of a moment that is not today, and what befell an endpoint', () => {
  const at = NOON;
  const rest = { reason: 'ban', until: at + 300_000 } as const;
  const relay = { kind: 'endpointRest', at, endpointId: 'e', endpointName: 'Relay' } as const;
  expect(lineOf({ ...relay, rest })).toBe('endpoint Relay: rests (ban), until 12:05:00');
  expect(lineOf(relay)).toBe('endpoint Relay: is back');
  const whose = { at, keyId: 'k', keyTail: 'a1b2', keyLabel: '' };
  expect(
    lineOf({
      kind: 'keyState',
      ...whose,
      from: 'AVAILABLE',
      to: 'FULLY_EXHAUSTED',
      until: at + 86_400_000,
    }),
  ).toBe('key …a1b2: FULLY_EXHAUSTED, until 11 Jun 12:00:00');
  expect(lineOf({ kind: 'rateLearned', ...whose, endpointName: 'Relay', model: 'm', perMinute: 41.7 })).toBe(
    'key …a1b2: 42 requests a minute found for m',
  );
});

it('goes on after a write that failed', async () => {
  const heard = new Set<(event: PoolEvent) => void>();
  let isBroken = true;
  const saved: string[] = [];
  const own = createFleetJournal({
    store: {
      keyStates: async () => new Map(),
      saveKeyStates: async (states) => {
        if (isBroken) {
          throw new Error('disk full');
        }
        saved.push(...states.keys());
      },
      addFleetEvents: async () => [],
    },
    pool: {
      keyStates: () => new Map(),
      onEvent(listener) {
        heard.add(listener);
        return () => heard.delete(listener);
      },
    },
    clock,
    log: { info: () => undefined, error: (_, line) => lines.push(line) },
    endpointName: () => 'Relay',
    key: (id) => names.get(id),
    onEvent: () => undefined,
    onChange: () => undefined,
  });
  const tell = (keyId: string): void =>
    heard.forEach((listener) =>
      listener({
        kind: 'keyState',
        keyId,
        endpointId: null,
        from: 'FAILED_INIT',
        state: { status: 'AVAILABLE', since: 1 },
      }),
    );
  tell('k');
  await clock.flush();
  isBroken = false;
  tell('l');
  await own.close();
  expect(saved).toEqual(['l']);
  expect(lines).toEqual(['states of keys could not be saved: Error: disk full']);
  expect(heard.size).toBe(0);
});
