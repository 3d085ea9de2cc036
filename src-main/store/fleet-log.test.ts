import type { Endpoint, KeyState } from '@shared/model/endpoint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryPaths } from '../library';
import { openDatabase } from './database/open-database';
import type { NewFleetEvent, Store } from './store';
import { DRIVERS, type Library, temporaryLibrary } from './testing/library-fixture';

const OUT: KeyState = {
  status: 'FULLY_EXHAUSTED',
  since: 1,
  until: 2,
  strikes: 3,
  exhausted: 7,
  reason: { kind: 'quota_day', message: 'Used up.' },
};

const EVENT: NewFleetEvent = {
  kind: 'keyState',
  at: 10,
  keyId: 'k',
  keyTail: 'wxyz',
  keyLabel: 'work',
  endpointName: 'Relay',
  from: 'AVAILABLE',
  to: 'FULLY_EXHAUSTED',
  until: 2,
};

function endpoint(id: string): Endpoint {
  return {
    id,
    name: id,
    provider: 'openai',
    baseUrl: '',
    apiVersion: '',
    enabled: true,
    weight: 1,
    limits: {},
    timeoutMs: 1000,
    options: {},
    demo: false,
  };
}

describe.each(DRIVERS)('the fleet in a library, on %s', (driver) => {
  let library: Library;
  let store: Store;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
  });
  afterEach(() => library.remove());

  it('keeps the states of keys across a restart, also of keys that are stored nowhere', async () => {
    await store.saveKeyStates(new Map([['env-1', OUT]]));
    await store.saveKeyStates(new Map([['k', { status: 'AVAILABLE', since: 4 }]]));
    store = await library.open();
    expect(await store.keyStates()).toEqual(
      new Map<string, KeyState>([
        ['env-1', OUT],
        ['k', { status: 'AVAILABLE', since: 4 }],
      ]),
    );
    await store.removeKey('k');
    expect([...(await store.keyStates()).keys()]).toEqual(['env-1']);
  });

  it('numbers events, and tells the newest first', async () => {
    const back: NewFleetEvent = { ...EVENT, at: 20, from: 'FULLY_EXHAUSTED', to: 'AVAILABLE' };
    const [first] = await store.addFleetEvents([EVENT]);
    const [second] = await store.addFleetEvents([back]);
    store = await library.open();
    expect(await store.fleetEvents(10)).toEqual([second, first]);
    expect(await store.fleetEvents(1)).toEqual([{ ...back, id: second?.id }]);
  });

  it('forgets events beyond the newest few thousand', async () => {
    await store.addFleetEvents(Array.from({ length: 5_100 }, (_, at) => ({ ...EVENT, at })));
    const kept = await store.fleetEvents(10_000);
    expect(kept).toHaveLength(5_000);
    expect(kept.at(-1)?.at).toBe(100);
  });

  it('passes over states, events and keys that it cannot read, and says so', async () => {
    const rate: NewFleetEvent = {
      kind: 'rateLearned',
      at: 30,
      keyId: 'k',
      keyTail: 'wxyz',
      keyLabel: 'work',
      endpointName: 'Relay',
      model: 'm',
      perMinute: 12.5,
    };
    const stored = await store.addFleetEvents([EVENT, rate]);
    await store.saveKeyStates(new Map([['k', OUT]]));
    await store.close();
    const { db } = openDatabase(libraryPaths(library.dir).database, { driver });
    db.exec(`
      INSERT INTO fleet_events (at, value) VALUES (40, 'no json'), (40, '{"kind":"moonrise"}'), (40, 'null');
      INSERT INTO key_states (id, value) VALUES ('odd', '{"status":"ASLEEP"}');
      INSERT INTO keys (id, value) VALUES ('broken', 'no json');
    `);
    db.close();
    const notes: string[] = [];
    store = await library.open({ onNote: (sentence) => notes.push(sentence) });
    expect(await store.fleetEvents(10)).toEqual(stored.toReversed());
    expect(await store.keyStates()).toEqual(new Map([['k', OUT]]));
    expect(notes.map((note) => note.split(' in the library')[0])).toEqual([
      'Event 5',
      'Event 4',
      'Event 3',
      'The state of key odd',
    ]);
    expect((await store.sendHistory(50, 0)).learned).toEqual([{ keyId: 'k', model: 'm', perMinute: 12.5 }]);
    await store.removeQuotaGroup('g');
  });

  it('moves an endpoint among the others', async () => {
    for (const id of ['a', 'b', 'c', 'd']) {
      await store.saveEndpoint(endpoint(id));
    }
    const order = async () => (await store.endpoints()).map(({ id }) => id).join('');
    await store.moveEndpoint('d', 0);
    expect(await order()).toBe('dabc');
    await store.moveEndpoint('d', 2);
    expect(await order()).toBe('abdc');
    await store.moveEndpoint('a', 99);
    await store.moveEndpoint('nobody', 0);
    await store.saveEndpoint(endpoint('e'));
    store = await library.open();
    expect(await order()).toBe('bdcae');
    await store.removeEndpoint('d');
    await store.moveEndpoint('e', 1);
    await store.moveEndpoint('c', -1);
    expect(await order()).toBe('cbea');
  });

  it('keeps quota groups, whose keys stand for themselves when a group goes', async () => {
    const group = {
      id: 'g',
      name: 'Account',
      limits: { requestsPerDay: 9, models: { m: { requestsPerMinute: 2 } } },
    };
    await store.saveQuotaGroup(group);
    const key = { id: 'k', label: '', tail: 'wxyz', endpointIds: ['a'], paused: false, fingerprint: 'f' };
    await store.saveKey({ ...key, groupId: 'g' });
    await store.saveKey({ ...key, id: 'other', groupId: 'h' });
    store = await library.open();
    expect(await store.quotaGroups()).toEqual([group]);
    await store.removeQuotaGroup('g');
    expect(await store.quotaGroups()).toEqual([]);
    expect((await store.keys()).map(({ groupId }) => groupId)).toEqual([undefined, 'h']);
  });
});
