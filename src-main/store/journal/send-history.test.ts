import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptEnd, AttemptStart } from '../../engine/ports';
import { type Db, openDriver } from '../database/driver';
import { MIGRATIONS } from '../database/migrations';
import { createSendHistory } from './send-history';
import { createSentFigures } from './sent-figures';
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
/** A multiple of a quarter of an hour, so that buckets begin with it. */
const NOW = Date.UTC(2026, 10, 21, 12);

describe.each(DRIVERS)('what was sent, on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    runId = (await plannedRun(store, 40)).id;
  });
  afterEach(() => library.remove());

  const send = (sentAt: number, given: Partial<AttemptStart> = {}): Promise<AttemptStart> =>
    sendNext(store, runId, { sentAt, ...given });

  async function finish(
    sentAt: number,
    given: Partial<AttemptEnd> = {},
    from: Partial<AttemptStart> = {},
  ): Promise<void> {
    const start = await send(sentAt, from);
    await store.received(start.attemptId, fileOf('x'));
    const end = doneEnd(start, fileOf('x'));
    await store.ended({ ...end, bodySentAt: sentAt + 10.5, endedAt: sentAt + 8_000, ...given });
  }

  it('holds the last minute whole: what was sent, when its body left, what it used', async () => {
    await finish(NOW - 120_000);
    await finish(NOW - 30_000, {}, { model: 'another' });
    // Sent long ago, but its body left just now.
    await finish(NOW - 90_000, { bodySentAt: NOW - 40_000, endedAt: NOW - 20_000 });
    await send(NOW - 70_000, { keyId: null });
    const { recent } = await store.sendHistory(NOW, NOW - HOUR);
    expect(recent).toEqual([
      {
        endpointId: 'relay',
        keyId: 'key-1',
        model: 'gpt-image-1',
        sentAt: NOW - 90_000,
        bodySentAt: NOW - 40_000,
        endedAt: NOW - 20_000,
        tokens: null,
      },
      {
        endpointId: 'relay',
        keyId: null,
        model: 'gpt-image-1',
        sentAt: NOW - 70_000,
        bodySentAt: null,
        endedAt: null,
        tokens: null,
      },
      {
        endpointId: 'relay',
        keyId: 'key-1',
        model: 'another',
        sentAt: NOW - 30_000,
        bodySentAt: NOW - 29_989,
        endedAt: NOW - 22_000,
        tokens: null,
      },
    ]);
  });

  it('holds what was sent long ago while nobody knows how it ended, as long as an attempt may take', async () => {
    await send(NOW - 3 * HOUR);
    await send(NOW - 50 * MINUTE);
    await finish(NOW - 49 * MINUTE, { endedAt: NOW - 62_000 });
    await finish(NOW - 60 * MINUTE, { bodySentAt: null, endedAt: NOW - 10_000 });
    // The wall clock was set back after its body had left.
    await finish(NOW - 40 * MINUTE, { bodySentAt: NOW - 20_000, endedAt: NOW - 39 * MINUTE });
    const { recent } = await store.sendHistory(NOW, NOW - HOUR);
    expect(recent.map(({ sentAt, endedAt }) => [NOW - sentAt, endedAt && NOW - endedAt])).toEqual([
      [60 * MINUTE, 10_000],
      [50 * MINUTE, null],
      [40 * MINUTE, 39 * MINUTE],
    ]);
  });

  it('keeps what a lost process had under way among what may have been sent', async () => {
    await send(NOW - 2_000);
    store = await library.open();
    await store.recover();
    expect((await store.sendHistory(NOW, NOW - HOUR)).recent).toMatchObject([
      { sentAt: NOW - 2_000, bodySentAt: null, endedAt: null },
    ]);
  });

  it('adds up the tokens that were reported', async () => {
    const start = await send(NOW - 1_000);
    await store.received(start.attemptId, fileOf('x'));
    const end = doneEnd(start, fileOf('x'));
    const outcome = { ...end.outcome, usage: { inputTokens: 200, outputTokens: 1_290 } };
    await store.ended({ ...end, endedAt: NOW, outcome } as AttemptEnd);
    expect((await store.sendHistory(NOW, NOW)).recent).toMatchObject([{ tokens: 1_490 }]);
  });

  it('leaves out what never reached the provider', async () => {
    const start = await send(NOW - 5_000);
    const end = failedEnd(start, 'network');
    const failure = { kind: 'network', message: 'Refused.', bodySent: false } as const;
    await store.ended({ ...end, endedAt: NOW - 4_000, outcome: { kind: 'failed', failure } });
    await store.ended({ ...failedEnd(await send(NOW - 3_000), 'bad_input'), endedAt: NOW - 3_000 });
    expect(await store.sendHistory(NOW, NOW - HOUR)).toEqual({ recent: [], buckets: [], learned: [] });
  });

  it('knows the newest rate that was learnt of each key and model', async () => {
    const rate = {
      kind: 'rateLearned' as const,
      keyId: 'k',
      keyTail: '',
      keyLabel: '',
      endpointName: 'Relay',
      model: 'm',
    };
    await store.addFleetEvents([
      { ...rate, at: NOW - 1_000, perMinute: 40 },
      { ...rate, at: NOW - 900, perMinute: 52.5 },
      { ...rate, at: NOW - 800, model: 'n', perMinute: 7 },
      { ...rate, at: NOW - 26 * HOUR, keyId: 'old', perMinute: 9 },
    ]);
    expect((await store.sendHistory(NOW, NOW - 25 * HOUR)).learned).toEqual([
      { keyId: 'k', model: 'm', perMinute: 52.5 },
      { keyId: 'k', model: 'n', perMinute: 7 },
    ]);
  });

  it('counts the day in quarters of an hour', async () => {
    for (const ago of [1, 2, 16, 20]) {
      await finish(NOW - ago * MINUTE);
    }
    await finish(NOW - 26 * HOUR);
    const { buckets } = await store.sendHistory(NOW, NOW - 25 * HOUR);
    expect(buckets.toSorted((one, other) => one.from - other.from)).toEqual([
      { endpointId: 'relay', keyId: 'key-1', model: 'gpt-image-1', from: NOW - 30 * MINUTE, requests: 2 },
      { endpointId: 'relay', keyId: 'key-1', model: 'gpt-image-1', from: NOW - 15 * MINUTE, requests: 2 },
    ]);
  });

  it('shows the model of an attempt where a fallback asked another', async () => {
    await finish(NOW - 5_000, {}, { model: 'another' });
    await finish(NOW - 4_000);
    const { jobs } = await store.jobs({ runId, offset: 0, limit: 2 });
    const [first, second] = await Promise.all(jobs.map(({ id }) => store.attempts(id)));
    expect(first).toMatchObject([{ model: 'another' }]);
    expect(second?.[0]).not.toHaveProperty('model');
  });

  it('looks back by the index, not over all that was ever sent', () => {
    const db = openDriver(':memory:', driver);
    MIGRATIONS.forEach(db.exec);
    const asked: string[] = [];
    const listening: Db = {
      ...db,
      prepare(sql) {
        asked.push(sql);
        return db.prepare(sql);
      },
    };
    createSendHistory(listening);
    createSentFigures(listening);
    const plans = asked
      .filter((sql) => sql.includes('FROM attempts'))
      .map((sql) =>
        db
          .prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
          .all(...Array.from(sql.matchAll(/\?/g), () => 0))
          .map(({ detail }) => detail)
          .join('\n'),
      );
    db.close();
    expect(plans).toHaveLength(3);
    for (const plan of plans) {
      expect(plan).toMatch(
        /SEARCH (a|attempts) USING (COVERING )?INDEX attempts_(by_time|open) \(sent_at>\?/,
      );
      expect(plan).not.toMatch(/SCAN (a|attempts)\b/);
    }
  });
});
