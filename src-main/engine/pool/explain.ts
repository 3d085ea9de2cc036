/** Why nothing can be leased now: the moment to ask again, or the sentence that says why there is none. */
import type { Failure, FailureKind } from '@shared/model/failure';
import { PROVIDER_LABELS } from '@shared/model/provider';
import { admits, type LeaseRequest, type Moment } from './choose';
import { isOpen, type EndpointRecord, type KeyRecord, type Seat } from './fleet';
import type { GateReason } from './gate';
import { mustAnswerFirst } from './key-standing';

export type WaitReason = GateReason | 'cooldown' | 'quota';

/** Ask again at `until`, or when the pool says that something changed. */
export interface Wait {
  readonly kind: 'wait';
  /** Monotonic. Infinity: no moment is known, something under way has to move on first. */
  readonly until: number;
  readonly reason: WaitReason;
  /** How many keys rest. */
  readonly keys: number;
  /** Monotonic; set when every key that is left is out until its provider's next day: the first of these mornings. */
  readonly dayOutUntil: number | null;
}

/** As things stand nothing can ever serve it; the sentence names the way out. */
export interface Never {
  readonly kind: 'never';
  readonly reason: FailureKind | 'no_endpoint' | 'no_key';
  readonly sentence: string;
}

interface Findings {
  until: number;
  reason: WaitReason;
  hopeful: number;
  dayOut: number;
  nextDayAt: number;
  readonly resting: Set<KeyRecord>;
  /** Failures that put a key out for good. */
  readonly refusals: Map<KeyRecord, Failure>;
  pausedKeys: number;
}

export function explain(
  candidates: readonly EndpointRecord[],
  request: LeaseRequest,
  moment: Moment,
): Wait | Never {
  const found: Findings = {
    until: Number.POSITIVE_INFINITY,
    reason: 'concurrency',
    hopeful: 0,
    dayOut: 0,
    nextDayAt: Number.POSITIVE_INFINITY,
    resting: new Set(),
    refusals: new Map(),
    pausedKeys: 0,
  };
  for (const record of candidates) {
    if (admits(record, request)) {
      for (const seat of record.seats) {
        look(record, seat, { found, moment });
      }
    }
  }
  if (found.hopeful === 0) {
    return never(candidates, request, found);
  }
  return {
    kind: 'wait',
    until: found.until,
    reason: found.reason,
    keys: found.resting.size,
    dayOutUntil: found.dayOut === found.hopeful ? found.nextDayAt : null,
  };
}

function look(
  record: EndpointRecord,
  { key, refused }: Seat,
  { found, moment: { now, hasCompany } }: { found: Findings; moment: Moment },
): void {
  const { standing } = key;
  const out = refused ?? (standing.status === 'FAILED_INIT' ? standing.reason : undefined);
  if (out !== undefined || standing.status === 'FAILED_INIT') {
    found.refusals.set(key, out ?? { kind: 'invalid_key', message: 'The key was refused.' });
    return;
  }
  if (key.paused) {
    found.pausedKeys += 1;
    return;
  }
  found.hopeful += 1;
  const rests = standing.readyAt > now;
  if (rests) {
    found.resting.add(key);
    if (standing.status === 'FULLY_EXHAUSTED') {
      found.dayOut += 1;
      found.nextDayAt = Math.min(found.nextDayAt, standing.readyAt);
    }
  }
  const atEndpoint = record.gate.readyAt(now);
  const isHeld = mustAnswerFirst(standing, hasCompany);
  const atKey = isHeld ? Number.POSITIVE_INFINITY : key.gate.readyAt(now);
  const until = Math.max(standing.readyAt, atEndpoint, atKey);
  if (until >= found.until && found.hopeful > 1) {
    return;
  }
  found.until = until;
  if (rests && standing.readyAt === until) {
    found.reason = standing.status === 'COOLDOWN' ? 'cooldown' : 'quota';
  } else if (atKey >= atEndpoint) {
    found.reason = isHeld ? 'concurrency' : key.gate.closedBy(now);
  } else {
    found.reason = record.gate.closedBy(now);
  }
}

/** The nearest thing a person can mend comes first: keys that were refused, then the model, then what is missing. */
function never(candidates: readonly EndpointRecord[], request: LeaseRequest, found: Findings): Never {
  const provider = PROVIDER_LABELS[request.provider];
  const open = candidates.filter(
    (record) =>
      isOpen(record) &&
      (request.endpointIds === undefined || request.endpointIds.includes(record.endpoint.id)),
  );
  const refusals = [...found.refusals.values()];
  const refusal = refusals.find(({ kind }) => kind === 'invalid_key') ?? refusals[0];
  if (refusal !== undefined) {
    const keys =
      refusals.length === 1 ? `The ${provider} key is` : `All ${refusals.length} ${provider} keys are`;
    return { kind: 'never', reason: refusal.kind, sentence: `${keys} out: ${outSentence(refusal.kind)}` };
  }
  if (found.pausedKeys > 0) {
    return {
      kind: 'never',
      reason: 'no_key',
      sentence: `Every ${provider} key is paused: resume one to go on.`,
    };
  }
  if (open.length === 0) {
    return {
      kind: 'never',
      reason: 'no_endpoint',
      sentence: `No enabled ${provider} endpoint is left to send to: add or enable one, with a weight above 0.`,
    };
  }
  if (open.every((record) => record.modelsOut.has(request.model))) {
    return {
      kind: 'never',
      reason: 'no_model',
      sentence: `No ${provider} endpoint offers the model "${request.model}": choose another model or endpoint.`,
    };
  }
  return {
    kind: 'never',
    reason: 'no_key',
    sentence: `No ${provider} endpoint that offers "${request.model}" has a key: add one to go on.`,
  };
}

function outSentence(kind: FailureKind): string {
  return kind === 'no_credit'
    ? 'no credit or no access; add credit, then test the key.'
    : 'the provider refused; replace or re-test to go on.';
}
