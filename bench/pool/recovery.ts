/** Keys that come back: one request goes first, whoever waits. */
import { endpoint, failure, key } from '../../src-main/engine/testing/fleet-samples';
import { failed } from '../../src-main/engine/testing/simulated-provider';
import { atMost, exactly, type Figure } from './figures';
import { countOf, HOUR_MS, MINUTE_MS, REFUSAL_MS, SECOND_MS, simulate } from './simulation';

const WAITING = 50;
const REST_MS = 30 * SECOND_MS;
const ANSWER_MS = 5 * SECOND_MS;
/** A request that tries a key has passed when nobody refused it for so long; a little less, for the network. */
const PASSED_MS = 2.8 * SECOND_MS;

export interface RecoveryOutcome {
  /** Requests that arrived before the first one had passed. */
  readonly first: number;
  readonly lost: number;
  /** 429 of the key after its first one. */
  readonly refusalsLater: number;
}

/** One key is refused for half a minute while `WAITING` jobs want it. */
export async function recovery(seed: number): Promise<RecoveryOutcome> {
  let refusedAt: number | null = null;
  let refusals = 0;
  const simulation = simulate({
    seed,
    fleet: [[endpoint('e')], [key('k', ['e'])]],
    jobs: WAITING,
    order: { concurrency: WAITING },
    meanLatencyMs: ANSWER_MS,
    sigma: 0,
    serve(_attempt, at) {
      refusedAt ??= at;
      if (at < refusedAt + REST_MS) {
        refusals += 1;
        const answer = failed(failure('quota_minute', { httpStatus: 429, retryAfterMs: REST_MS }));
        return { answer, afterMs: REFUSAL_MS };
      }
      return { answer: { kind: 'ok' }, afterMs: ANSWER_MS };
    },
  });
  await simulation.clock.advance(20 * SECOND_MS);
  const firstBurst = refusals;
  await simulation.clock.runAll(HOUR_MS);
  const later = simulation.arrivals.slice(firstBurst);
  const firstAt = later[0]?.at ?? 0;
  return {
    first: later.filter(({ at }) => at < firstAt + PASSED_MS).length,
    lost: WAITING - countOf(simulation.rows, 'done'),
    refusalsLater: refusals - firstBurst,
  };
}

/** One of four keys is invalid, one is out for the day; nobody allowed a retry. */
export async function brokenKeys(seed: number, jobs: number) {
  const asked = new Map<string, number>();
  const simulation = simulate({
    seed,
    fleet: [[endpoint('e')], ['good', 'invalid', 'spent', 'other'].map((id) => key(id, ['e']))],
    jobs,
    order: { concurrency: 16 },
    meanLatencyMs: ANSWER_MS,
    sigma: 0.6,
    serve({ keyId }) {
      asked.set(keyId ?? '', (asked.get(keyId ?? '') ?? 0) + 1);
      switch (keyId ?? '') {
        case 'invalid':
          return { answer: failed(failure('invalid_key', { httpStatus: 401 })), afterMs: REFUSAL_MS };
        case 'spent':
          return { answer: failed(failure('quota_day', { httpStatus: 429 })), afterMs: REFUSAL_MS };
        default:
          return null;
      }
    },
  });
  await simulation.clock.advance((jobs * MINUTE_MS) / 16);
  return {
    invalid: asked.get('invalid') ?? 0,
    spent: asked.get('spent') ?? 0,
    lost: jobs - countOf(simulation.rows, 'done'),
  };
}

export async function recoveryFigures(): Promise<readonly Figure[]> {
  const { first, lost, refusalsLater } = await recovery(1);
  const broken = await brokenKeys(1, 200);
  return [
    exactly(`${WAITING} jobs wait for one key: requests until the first has passed`, first, 1),
    atMost('answers 429 of that key after its rest', refusalsLater, 1, 0),
    exactly('jobs lost', lost, 0),
    atMost('one of four keys is invalid, no retries: times it is asked', broken.invalid, 2, 0),
    exactly('one of four keys is out for the day: times it is asked', broken.spent, 1),
    exactly('jobs lost with both', broken.lost, 0),
  ];
}
