import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptEnd, AttemptStart } from '../../engine/ports';
import type { Store } from '../store';
import {
  doneEnd,
  DRIVERS,
  failedEnd,
  fileOf,
  type Library,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../testing/library-fixture';

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** A multiple of a quarter of an hour. */
const NOW = Date.UTC(2026, 10, 21, 12);

describe.each(DRIVERS)('the figures of what was sent, on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    runId = (await plannedRun(store, 20)).id;
  });
  afterEach(() => library.remove());

  const send = (sentAt: number, given: Partial<AttemptStart> = {}): Promise<AttemptStart> =>
    sendNext(store, runId, { sentAt, ...given });

  async function finish(
    sentAt: number,
    end: Partial<AttemptEnd> & { readonly costUsd?: number | null },
    from: Partial<AttemptStart> = {},
  ): Promise<void> {
    const start = await send(sentAt, from);
    await store.received(start.attemptId, fileOf('x'));
    const { costUsd, ...given } = end;
    await store.ended({ ...doneEnd(start, fileOf('x'), costUsd), ...given });
  }

  async function fail(
    sentAt: number,
    kind: 'overloaded' | 'bad_input',
    endedAt: number,
    from: Partial<AttemptStart> = {},
  ): Promise<void> {
    await store.ended({ ...failedEnd(await send(sentAt, from), kind), endedAt });
  }

  it('counts answers by endpoint and minute, those aside that never left', async () => {
    await finish(NOW - 90 * MINUTE, { endedAt: NOW - 61 * MINUTE });
    await finish(NOW - 90_000, { endedAt: NOW - 61_000 });
    await finish(NOW - 60_000, { endedAt: NOW - 59_000 });
    await fail(NOW - 58_000, 'overloaded', NOW - 57_000);
    await fail(NOW - 58_000, 'bad_input', NOW - 57_000);
    await fail(NOW - 58_000, 'overloaded', NOW - 1, { endpointId: 'other' });
    await send(NOW - 30_000);
    expect(await store.endpointMinutes(NOW - HOUR)).toEqual([
      { endpointId: 'other', minute: NOW - MINUTE, ok: 0, failed: 1 },
      { endpointId: 'relay', minute: NOW - 2 * MINUTE, ok: 1, failed: 0 },
      { endpointId: 'relay', minute: NOW - MINUTE, ok: 1, failed: 1 },
    ]);
  });

  it('adds up by key and model what was sent between two moments, and what was possibly charged', async () => {
    await finish(NOW - HOUR - 1, { endedAt: NOW, costUsd: 8 });
    await finish(NOW - HOUR, { endedAt: NOW, costUsd: 0.25 });
    await finish(NOW - 1, { endedAt: NOW, costUsd: 0.5 });
    await finish(NOW - 1, { endedAt: NOW, costUsd: 1 }, { keyId: 'key-2' });
    await finish(NOW - 1, { endedAt: NOW, costUsd: 2 }, { keyId: null });
    await send(NOW - 1, { priceUsd: 0.125 });
    await finish(NOW, { endedAt: NOW + 1, costUsd: 16 });
    const used = await store.usedBetween(NOW - HOUR, NOW);
    const by = (keyId: string | null) => used.find((one) => one.keyId === keyId);
    expect(used).toHaveLength(3);
    expect(by('key-1')).toMatchObject({ endpointId: 'relay', requests: 3, costUsd: 0.75, maybeUsd: 0.125 });
    expect(by('key-2')).toMatchObject({ requests: 1, costUsd: 1, maybeUsd: 0 });
    expect(by(null)).toMatchObject({ requests: 1, costUsd: 2 });
  });

  it('adds up what attempts cost that ended since, also those that began before', async () => {
    const since = NOW - HOUR;
    await finish(since - 9 * MINUTE, { endedAt: since - 1, costUsd: 1 });
    await finish(since - 90 * MINUTE, { endedAt: since, costUsd: 0.02 });
    await finish(NOW - 20 * MINUTE, { endedAt: NOW - 19 * MINUTE, costUsd: 0.04 });
    await finish(NOW - 20 * MINUTE, { endedAt: NOW - 19 * MINUTE, costUsd: null });
    await finish(NOW - 1_000, { endedAt: NOW, costUsd: 0.1 }, { endpointId: 'other' });
    expect(await store.endpointSpend(since)).toEqual([
      { endpointId: 'other', costUsd: 0.1 },
      { endpointId: 'relay', costUsd: 0.06 },
    ]);
  });

  it('tells what each key did at each endpoint', async () => {
    const since = NOW - HOUR;
    await finish(since - MINUTE, { endedAt: since - 1 });
    await finish(NOW - 40 * MINUTE, { endedAt: NOW - 39 * MINUTE });
    await finish(NOW - 20 * MINUTE, { endedAt: NOW - 19 * MINUTE });
    await fail(NOW - 10 * MINUTE, 'overloaded', NOW - 9 * MINUTE);
    await fail(NOW - 10 * MINUTE, 'bad_input', NOW - 9 * MINUTE);
    await fail(NOW - MINUTE, 'overloaded', NOW, { keyId: 'key-2' });
    await finish(NOW - MINUTE, { endedAt: NOW, costUsd: null }, { endpointId: 'other' });
    await finish(NOW - MINUTE, { endedAt: NOW }, { keyId: null });
    const figures = await store.keyFigures(since);
    expect(figures).toHaveLength(3);
    expect(figures).toEqual(
      expect.arrayContaining([
        { endpointId: 'relay', keyId: 'key-1', succeeded: 2, failed: 1, costUsd: 0.08 },
        { endpointId: 'relay', keyId: 'key-2', succeeded: 0, failed: 1, costUsd: 0 },
        { endpointId: 'other', keyId: 'key-1', succeeded: 1, failed: 0, costUsd: 0 },
      ]),
    );
  });

  it('knows the newest latencies of each endpoint, oldest first', async () => {
    for (const [ago, tookMs] of [
      [25 * 60, 1],
      [50, 2],
      [40, 3],
      [30, 4],
    ] as const) {
      await finish(NOW - ago * MINUTE, { endedAt: NOW, tookMs });
    }
    await finish(NOW - 45 * MINUTE, { endedAt: NOW, tookMs: 5 }, { endpointId: 'other', keyId: 'key-2' });
    await fail(NOW - MINUTE, 'overloaded', NOW);
    expect(await store.endpointLatencies(NOW, 2)).toEqual([
      { endpointId: 'other', keyId: 'key-2', tookMs: 5 },
      { endpointId: 'relay', keyId: 'key-1', tookMs: 3 },
      { endpointId: 'relay', keyId: 'key-1', tookMs: 4 },
    ]);
    expect((await store.endpointLatencies(NOW, 200)).map(({ tookMs }) => tookMs)).toEqual([2, 5, 3, 4]);
  });
});
