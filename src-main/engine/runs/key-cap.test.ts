/** Keys with a cap on their cost, in a run that other keys serve as well. */
import { DEFAULT_POOL_SETTINGS } from '@shared/model/settings';
import { expect, it } from 'vitest';
import { createPool } from '../pool/pool';
import { trusted } from '../pool/testing/pool-scene';
import type { AttemptOutcome } from '../ports';
import { endpoint, key, seeded } from '../testing/fleet-samples';
import { createMemoryJournal } from '../testing/memory-journal';
import { createVirtualClock } from '../testing/virtual-clock';
import { createBudget } from './budget';
import { createScheduler } from './scheduler';
import { MODEL, NOON, ORDER } from './testing/run-scene';

const INTERVAL_MS = 2_000;

it('take no request’s turn while what is in flight may use up their rest', async () => {
  const clock = createVirtualClock({ startsAtWall: NOON });
  const pool = createPool({ clock, random: seeded(1) });
  pool.setFleet([endpoint('a')], [key('capped', ['a'], { limits: { costPerDay: 1 } }), key('free', ['a'])], {
    groups: [],
    settings: { ...DEFAULT_POOL_SETTINGS, minIntervalMs: INTERVAL_MS },
  });
  trusted(pool, 'capped', 'free');
  const journal = createMemoryJournal({ clock });
  journal.addJobs(
    1,
    Array.from({ length: 100 }, () => MODEL),
  );
  const budget = createBudget({
    clock,
    timeZone: 'UTC',
    dayCaps: () => ({}),
    keyCap: (keyId) => (keyId === 'capped' ? 1 : undefined),
  });
  budget.open({ id: 1, costUsd: 0, maybeUsd: 0, requests: 0, caps: {}, price: () => 0.6 });
  const sent: { readonly at: number; readonly keyId: string | null }[] = [];
  const scheduler = createScheduler({
    clock,
    random: seeded(1),
    pool,
    journal,
    budget,
    transport: {
      send({ keyId }, _job, { leasedAt }) {
        sent.push({ at: leasedAt, keyId });
        // None is answered before the end of the test.
        return new Promise<AttemptOutcome>(() => undefined);
      },
    },
    onEvent: () => undefined,
  });
  scheduler.start({ ...ORDER, runId: 1, concurrency: 100 });
  await clock.advance(60_000);
  const gaps = sent.slice(1).map(({ at }, before) => at - (sent[before]?.at ?? 0));
  expect(new Set(gaps)).toEqual(new Set([INTERVAL_MS]));
  expect(sent).toHaveLength(30);
  expect(sent.filter(({ keyId }) => keyId === 'capped')).toHaveLength(1);
});
