/** What must hold in every run, whatever fails: found by trying many, on a virtual clock. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../pool/sliding-window';
import type { JobRow } from '../testing/memory-journal';
import { type Arrival, peakIn } from '../testing/simulated-provider';
import type { Ledger } from './testing/ledger';
import {
  MODELS,
  NO_LIMITS_ABOVE,
  PLAIN,
  type Scene,
  sceneArbitrary,
  type SeenRequest,
  setUp,
} from './testing/random-scene';

const DAY = 86_400_000;
/** Moments are sums of fractions. */
const ROUNDING_MS = 0.001;

/** Found once: a key out for the day whose endpoint is full at the same moment, by another run's last request. */
const OUT_FOR_THE_DAY_BUT_BUSY: Scene = {
  seed: 0,
  fleet: {
    ...NO_LIMITS_ABOVE,
    endpoints: [
      { ...PLAIN, concurrency: 1 },
      { ...PLAIN, keys: 0 },
    ],
  },
  runs: [null, null, 4].map((stopAfter) => ({
    jobs: [0],
    concurrency: 1,
    maxRetries: 0,
    retryDelayMs: 0,
    waitForQuota: 'minutes' as const,
    autoConcurrency: false,
    fallbackTo: null,
    stopAfter,
  })),
  trouble: { share: 40, kinds: ['quota_day', 'invalid_key'], bodySent: false, retryAfterMs: undefined },
  spending: null,
  meddling: [],
};

/** A run may end with jobs pending only if it says why; every other job has ended exactly once. */
function checkJob(row: JobRow, maxRetries: number): void {
  const over = row.ends.filter(({ next }) => next.kind !== 'again');
  expect(over.length).toBe(row.state === 'pending' ? 0 : 1);
  const counted = row.ends.filter(({ next }) => next.kind === 'again' && next.counted).length;
  const uncounted = row.ends.filter(({ next }) => next.kind === 'again' && !next.counted).length;
  expect(counted).toBeLessThanOrEqual(maxRetries);
  expect(row.ends.length).toBeLessThanOrEqual(1 + maxRetries + uncounted);
}

function checkLimits(
  fleet: Scene['fleet'],
  arrivals: readonly Arrival[],
  { requests, mostInFlight }: { readonly requests: readonly SeenRequest[]; readonly mostInFlight: number },
): void {
  for (const [at, limits] of fleet.endpoints.entries()) {
    const mine = arrivals.filter(({ endpointId }) => endpointId === `e${at}`);
    expect(peakIn(mine, MINUTE_MS)).toBeLessThanOrEqual(orNone(limits.perMinute));
    const perKey = mine.filter(({ keyId }) => keyId === `e${at}k0`);
    expect(peakIn(perKey, MINUTE_MS)).toBeLessThanOrEqual(orNone(limits.keyPerMinute));
    const sent = requests.filter(({ endpointId }) => endpointId === `e${at}`);
    expect(leastGap(sent)).toBeGreaterThanOrEqual(limits.minIntervalMs - ROUNDING_MS);
    expect(mostInDay(sent)).toBeLessThanOrEqual(orNone(limits.perDay));
    expect(mostTokens(sent)).toBeLessThanOrEqual(orNone(limits.tokensPerMinute));
  }
  const isGrouped = (endpointId: string): boolean =>
    fleet.endpoints.some((one, at) => one.isGrouped && endpointId === `e${at}`);
  const ofGroup = arrivals.filter(({ endpointId }) => isGrouped(endpointId));
  expect(peakIn(ofGroup, MINUTE_MS)).toBeLessThanOrEqual(orNone(fleet.groupPerMinute));
  expect(leastGap(requests)).toBeGreaterThanOrEqual(fleet.app.minIntervalMs - ROUNDING_MS);
  expect(mostInFlight).toBeLessThanOrEqual(orNone(fleet.app.concurrency));
}

function checkCaps({ spending }: Scene, ledger: Ledger | null): void {
  if (spending === null || ledger === null) {
    return;
  }
  expect(ledger.open).toBe(0);
  for (const [account, usd] of ledger.charged) {
    const [whose = ''] = account.split(' ');
    const cap = whose === 'run' ? spending.run : whose === 'day' ? spending.day : spending.key;
    expect(usd, account).toBeLessThanOrEqual(orNone(cap) + 1e-6);
  }
}

function orNone(limit: number): number {
  return limit || Number.POSITIVE_INFINITY;
}

function leastGap(requests: readonly SeenRequest[]): number {
  const leases = requests.map(({ leasedAt }) => leasedAt).toSorted((one, other) => one - other);
  return leases.slice(1).reduce((least, at, place) => Math.min(least, at - (leases[place] ?? 0)), Infinity);
}

/** By days of UTC, whose midnight the endpoints were given; within a millisecond of it a request may count on either. */
function mostInDay(requests: readonly SeenRequest[]): number {
  const days = new Map<number, number>();
  for (const { sentAt, hasLeft } of requests) {
    const day = Math.floor((sentAt - 1) / DAY);
    if (hasLeft && day === Math.floor((sentAt + 1) / DAY)) {
      days.set(day, (days.get(day) ?? 0) + 1);
    }
  }
  return Math.max(0, ...days.values());
}

/** In any minute, counted as they are told. */
function mostTokens(requests: readonly SeenRequest[]): number {
  const told = requests.toSorted((one, other) => one.endedAt - other.endedAt);
  return told.reduce((most, { endedAt }, place) => {
    const minute = told.slice(place).filter((one) => one.endedAt < endedAt + MINUTE_MS);
    return Math.max(
      most,
      minute.reduce((sum, { tokens }) => sum + tokens, 0),
    );
  }, 0);
}

describe('every run', () => {
  it('does each job exactly once, keeps all limits, and always comes to an end', async () => {
    await fc.assert(
      fc.asyncProperty(sceneArbitrary, async (scene) => {
        const { clock, pool, journal, provider, events, faults, seen, ledger } = setUp(scene);
        await clock.runAll(200 * DAY);
        // The simulated provider throws on purpose; the journal throws only at what may never happen.
        expect(faults.filter((fault) => !String(fault).includes('transport broke'))).toEqual([]);
        expect([clock.timers, provider.inFlight, journal.open.size]).toEqual([0, 0, 0]);
        const counted = [...pool.health(), ...pool.keyGauges().values()];
        expect(counted.every(({ gauges }) => gauges.inFlight.used === 0)).toBe(true);
        for (const [at, run] of scene.runs.entries()) {
          const runId = at + 1;
          const last = events.findLast((event) => event.kind === 'state' && event.runId === runId);
          const rows = [...journal.rows.values()].filter((row) => row.job.runId === runId);
          const isPending = rows.some((row) => row.state === 'pending');
          const isCancelled = scene.meddling.some((one) => one.what === 'cancel' && one.runId === runId);
          const ends = isCancelled ? /finished|paused/ : isPending ? /paused/ : /finished/;
          expect(last?.kind === 'state' && last.state.kind).toMatch(ends);
          const most = run.autoConcurrency ? 1024 : run.concurrency;
          expect(provider.peaks.get(runId) ?? 0).toBeLessThanOrEqual(most);
          for (const row of rows) {
            checkJob(row, run.maxRetries);
          }
        }
        checkLimits(scene.fleet, provider.arrivals, seen);
        checkCaps(scene, ledger);
      }),
      { numRuns: 300, examples: [[OUT_FOR_THE_DAY_BUT_BUSY]] },
    );
  });

  it('never idles while a lease is possible', async () => {
    await fc.assert(
      fc.asyncProperty(sceneArbitrary, async (given) => {
        // Without stops and failures, what is pending while room is left is pending only because the pool says so.
        const runs = given.runs.map((run) => ({ ...run, stopAfter: null, autoConcurrency: false }));
        const { clock, pool, journal, provider } = setUp({
          ...given,
          runs,
          trouble: { ...given.trouble, share: 0 },
          spending: null,
          meddling: [],
        });
        for (let looks = 0; looks < 60; looks += 1) {
          await clock.advance(337);
          const leased = pool.health().reduce((sum, { gauges }) => sum + gauges.inFlight.used, 0);
          for (const [at, run] of runs.entries()) {
            const hasRoom = provider.inFlightOf(at + 1) < run.concurrency && leased === provider.inFlight;
            for (const { job } of hasRoom ? pendingOf(journal.rows, at + 1) : []) {
              expect(pool.lease(job.model).kind).not.toBe('granted');
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('uses a limit to the last request of every minute, and never one more', async () => {
    const { clock, provider, journal } = setUp({
      seed: 11,
      fleet: {
        ...NO_LIMITS_ABOVE,
        endpoints: [0, 1, 2].map(() => ({ ...PLAIN, perMinute: 60 })),
      },
      runs: [
        {
          jobs: Array.from({ length: 6_000 }, () => 0),
          concurrency: 64,
          maxRetries: 0,
          retryDelayMs: 0,
          waitForQuota: 'always',
          autoConcurrency: false,
          fallbackTo: null,
          stopAfter: null,
        },
      ],
      trouble: { share: 0, kinds: ['network'], bodySent: false, retryAfterMs: undefined },
      spending: null,
      meddling: [],
    });
    await clock.advance(30 * MINUTE_MS);
    for (const endpointId of ['e0', 'e1', 'e2']) {
      const mine = provider.arrivals.filter((arrival) => arrival.endpointId === endpointId);
      expect(peakIn(mine, MINUTE_MS)).toBe(60);
      expect(mine.length).toBeGreaterThanOrEqual(0.99 * 30 * 60);
    }
    expect(journal.open.size).toBeLessThanOrEqual(64);
  });
});

/** One pending job of each model. */
function pendingOf(rows: ReadonlyMap<number, JobRow>, runId: number): readonly JobRow[] {
  const pending = [...rows.values()].filter((row) => row.job.runId === runId && row.state === 'pending');
  return MODELS.flatMap((model) => pending.find(({ job }) => job.model === model) ?? []);
}
