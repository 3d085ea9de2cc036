/** Keys whose limit nobody set: what is learnt from refusals must come near the limit without many of them. */
import { endpoint, failure, key } from '../../src-main/engine/testing/fleet-samples';
import {
  bucketLimit,
  fixedMinuteLimit,
  type ServerLimit,
  slidingLimit,
} from '../../src-main/engine/testing/server-limit';
import { failed } from '../../src-main/engine/testing/simulated-provider';
import { atLeast, atMost, exactly, type Figure, note, percent } from './figures';
import { countOf, HOUR_MS, MINUTE_MS, REFUSAL_MS, SECOND_MS, simulate } from './simulation';

const KEYS = ['a', 'b', 'c'];
const PER_MINUTE = 60;
const MEAN_LATENCY_MS = 8_000;
const JOBS = 3_000;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

export type ServerKind = 'bucket' | 'sliding' | 'fixed';
const SERVERS: Readonly<Record<ServerKind, () => ServerLimit>> = {
  bucket: () => bucketLimit(PER_MINUTE, PER_MINUTE),
  sliding: () => slidingLimit(PER_MINUTE),
  fixed: () => fixedMinuteLimit(PER_MINUTE),
};

export interface HiddenLimitsOutcome {
  /** From the first request to the last answer. */
  readonly tookMs: number;
  readonly refusalsPer100: number;
  readonly lost: number;
}

export interface HiddenLimitsOptions {
  readonly kind: ServerKind;
  readonly seed: number;
  readonly jobs: number;
  /** The limit is set after all, for comparison. */
  readonly isKnown?: boolean;
}

export async function hiddenLimits({
  kind,
  seed,
  jobs,
  isKnown = false,
}: HiddenLimitsOptions): Promise<HiddenLimitsOutcome> {
  const limits = isKnown ? { limits: { requestsPerMinute: PER_MINUTE } } : {};
  const servers = new Map(KEYS.map((id) => [id, SERVERS[kind]()]));
  let refusals = 0;
  const simulation = simulate({
    seed,
    fleet: [[endpoint('e')], KEYS.map((id) => key(id, ['e'], limits))],
    jobs,
    order: { concurrency: 64 },
    meanLatencyMs: MEAN_LATENCY_MS,
    sigma: 0.6,
    serve({ keyId }, at) {
      const waitMs = servers.get(keyId ?? '')?.(at) ?? 0;
      if (waitMs === 0) {
        return null;
      }
      refusals += 1;
      // Providers name whole seconds.
      const retryAfterMs = Math.ceil(waitMs / SECOND_MS) * SECOND_MS;
      return {
        answer: failed(failure('quota_minute', { httpStatus: 429, retryAfterMs })),
        afterMs: REFUSAL_MS,
      };
    },
  });
  const start = simulation.clock.now();
  await simulation.clock.runAll(2 * HOUR_MS);
  const tookMs = simulation.lastDoneAt - start;
  return {
    tookMs,
    refusalsPer100: (refusals * 100) / jobs,
    lost: jobs - countOf(simulation.rows, 'done'),
  };
}

/** A bucket lets its first minute through at once. */
function idealMs(jobs: number): number {
  return (jobs / KEYS.length - PER_MINUTE) * (MINUTE_MS / PER_MINUTE) + MEAN_LATENCY_MS;
}

export async function hiddenLimitFigures(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const kind of ['bucket', 'sliding', 'fixed'] as const) {
    figures.push(...(await figuresOf(kind)));
  }
  return figures;
}

async function figuresOf(kind: ServerKind): Promise<readonly Figure[]> {
  const shares: number[] = [];
  const outcomes: HiddenLimitsOutcome[] = [];
  for (const seed of SEEDS) {
    const outcome = await hiddenLimits({ kind, seed, jobs: JOBS });
    // Windows are best used by one who knows them: that is measured, a bucket's best can be computed.
    const best =
      kind === 'bucket'
        ? idealMs(JOBS)
        : (await hiddenLimits({ kind, seed, jobs: JOBS, isKnown: true })).tookMs;
    outcomes.push(outcome);
    shares.push(best / outcome.tookMs);
  }
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const of = kind === 'bucket' ? 'the ideal (940 + 8 s)' : 'a known limit';
  return [
    atLeast(`${kind}: share of ${of}, mean of ${SEEDS.length}`, mean, kind === 'bucket' ? 0.97 : 0.95),
    note(`${kind}: the lowest of them`, percent(Math.min(...shares))),
    atMost(
      `${kind}: answers 429 per 100 jobs, the most`,
      Math.max(...outcomes.map(({ refusalsPer100 }) => refusalsPer100)),
      2,
    ),
    exactly(`${kind}: jobs lost`, Math.max(...outcomes.map(({ lost }) => lost)), 0),
  ];
}
