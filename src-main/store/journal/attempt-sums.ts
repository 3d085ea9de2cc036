/** What the end of an attempt adds to what was spent by its run, and to the sums of what was sent. */
import type { AttemptEnd } from '../../engine/ports';
import { isSettled } from './maybe-charged';
import type { AttemptPlace } from './open-attempts';
import type { RunTally } from '../runs/run-tally';

interface Ended {
  readonly place: AttemptPlace;
  /** When it had been given up before; null: it had not. */
  readonly lostAt: number | null;
  readonly end: AttemptEnd;
  /** Millionths of a dollar; null: nobody knows. */
  readonly cost: number | null;
}

export function addUp(tally: RunTally, { place, lostAt, end, cost }: Ended): void {
  const { run_id, endpoint_id, key_id, model, sent_at, price_micro_usd: price } = place;
  const attempt = { endpointId: endpoint_id, keyId: key_id, model, sentAt: sent_at };
  if (lostAt !== null) {
    tally.attempts.foundAgain(attempt, lostAt);
  }
  const settled = isSettled(end.outcome, { cost, price });
  if (settled) {
    tally.settled(run_id, price);
  }
  if (cost !== null) {
    tally.cost(run_id, cost);
  }
  tally.attempts.ended(attempt, {
    endedAt: Math.round(end.endedAt),
    bodySentAt: leftAt(end),
    isDone: end.outcome.kind === 'done' || end.outcome.kind === 'text',
    failure: end.outcome.kind === 'failed' ? end.outcome.failure : null,
    costMicroUsd: cost ?? 0,
    settledMicroUsd: settled ? (price ?? 0) : 0,
  });
}

/** Later rather than earlier: limits go on from it. */
export function leftAt({ bodySentAt }: AttemptEnd): number | null {
  return bodySentAt === null ? null : Math.ceil(bodySentAt);
}
