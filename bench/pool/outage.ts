/** A provider that is gone for a minute: how much is wasted on it, and how soon it is used again. */
import type { Failure } from '@shared/model/failure';
import { endpoint, failure, key, seeded } from '../../src-main/engine/testing/fleet-samples';
import { lognormal } from '../../src-main/engine/testing/lognormal';
import { failed } from '../../src-main/engine/testing/simulated-provider';
import { atMost, exactly, type Figure, note } from './figures';
import { countOf, HOUR_MS, MINUTE_MS, REFUSAL_MS, SECOND_MS, simulate } from './simulation';

const CONCURRENCY = 64;
const MEAN_LATENCY_MS = 8_000;
const FROM_MS = 40 * SECOND_MS;
const UNTIL_MS = FROM_MS + MINUTE_MS;

/** How it fails: it answers 503, or nobody listens, which costs none of the retries that were allowed. */
const FAILURES: Readonly<Record<string, Failure>> = {
  'answers 503': failure('overloaded', { httpStatus: 503 }),
  'is not there': failure('network', { bodySent: false }),
};

export interface OutageOutcome {
  readonly attemptsPerJob: number;
  readonly lost: number;
  /** From the last failure until as many are in flight as before. */
  readonly backAfterMs: number;
}

export async function outage(how: string, seed: number, jobs: number): Promise<OutageOutcome> {
  const latency = lognormal(seeded(seed + 1_000), MEAN_LATENCY_MS, 0.6);
  const broken = FAILURES[how] ?? failure('network');
  let start = 0;
  let lastFailureAt = 0;
  const simulation = simulate({
    seed,
    fleet: [[endpoint('e')], ['a', 'b', 'c'].map((id) => key(id, ['e']))],
    jobs,
    order: { concurrency: CONCURRENCY, maxRetries: 3 },
    meanLatencyMs: MEAN_LATENCY_MS,
    sigma: 0.6,
    serve(_attempt, at) {
      const afterMs = latency();
      const isDown = at >= start + FROM_MS && at < start + UNTIL_MS;
      const isCut = at < start + FROM_MS && at + afterMs >= start + FROM_MS;
      if (!isDown && !isCut) {
        return { answer: { kind: 'ok' }, afterMs };
      }
      const failsAfterMs = isCut ? start + FROM_MS - at : REFUSAL_MS;
      lastFailureAt = Math.max(lastFailureAt, at + failsAfterMs);
      return {
        answer: failed(isCut ? failure('network', { bodySent: true }) : broken),
        afterMs: failsAfterMs,
      };
    },
  });
  start = simulation.clock.now();
  await simulation.clock.advance(UNTIL_MS);
  const inFlight = (): number => simulation.pool().health()[0]?.gauges.inFlight.used ?? 0;
  while (inFlight() < CONCURRENCY && simulation.clock.now() < start + HOUR_MS) {
    await simulation.clock.advance(250);
  }
  const backAfterMs = simulation.clock.now() - lastFailureAt;
  await simulation.clock.runAll(HOUR_MS);
  return {
    attemptsPerJob: simulation.attempts / jobs,
    lost: jobs - countOf(simulation.rows, 'done'),
    backAfterMs,
  };
}

/** The only endpoint fails a share of its calls, at once; answers how long `jobs` take, milliseconds. */
export async function flakyOnly(share: number, jobs: number): Promise<number> {
  const random = seeded(9);
  const simulation = simulate({
    seed: 1,
    fleet: [[endpoint('e')], ['a', 'b', 'c'].map((id) => key(id, ['e']))],
    jobs,
    order: { concurrency: CONCURRENCY, maxRetries: 20 },
    meanLatencyMs: MEAN_LATENCY_MS,
    sigma: 0.6,
    serve: () =>
      random() < share
        ? { answer: failed(failure('overloaded', { httpStatus: 503 })), afterMs: REFUSAL_MS }
        : null,
  });
  const start = simulation.clock.now();
  await simulation.clock.runAll(3 * HOUR_MS);
  return countOf(simulation.rows, 'done') === jobs ? simulation.lastDoneAt - start : Number.POSITIVE_INFINITY;
}

export async function outageFigures(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const how of Object.keys(FAILURES)) {
    const outcomes = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      outcomes.push(await outage(how, seed, 1_000));
    }
    figures.push(
      atMost(`${how}: attempts / jobs`, Math.max(...outcomes.map((one) => one.attemptsPerJob)), 1.1, 3),
      atMost(
        `${how}: s from the last error until ${CONCURRENCY} are in flight again`,
        Math.max(...outcomes.map((one) => one.backAfterMs)) / SECOND_MS,
        60,
        1,
      ),
      exactly(`${how}: jobs lost`, Math.max(...outcomes.map((one) => one.lost)), 0),
    );
  }
  const calm = await flakyOnly(0, 2_000);
  for (const share of [0.1, 0.3, 0.5]) {
    // The budget of retries bounds it: for the reader.
    const times = (await flakyOnly(share, 2_000)) / calm;
    figures.push(
      note(`the only endpoint fails ${share * 100} % of its calls: times as long`, times.toFixed(2)),
    );
  }
  return figures;
}
