/** Why nothing can be leased now: the moment to ask again, or the sentence that says why there is none. */
import type { Failure, FailureKind } from '@shared/model/failure';
import { PROVIDER_LABELS } from '@shared/model/provider';
import {
  admits,
  endpointReadyAt,
  keyHeldUntil,
  type LeaseRequest,
  mayPay,
  type Moment,
  quotaReadyAt,
  roomOf,
} from './choose';
import { type EndpointRecord, isOpen, isSilent, mayUse, type KeyRecord, type Seat } from './fleet';
import type { Gate, GateReason } from './gate';
import { unpricedSentence } from './unpriced-sentence';

export type WaitReason = GateReason | 'cooldown' | 'quota' | 'failing' | 'ban' | 'retryBudget';

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
  /** Everything that may serve it is out: by a quota, or because its endpoint rests. */
  readonly allOut: boolean;
  /** Of an endpoint that rests, when that is the reason. */
  readonly endpointName?: string;
  readonly failure?: Failure;
}

/** As things stand nothing can ever serve it; the sentence names the way out. */
export interface Never {
  readonly kind: 'never';
  readonly reason: FailureKind | 'no_endpoint' | 'no_key';
  readonly sentence: string;
}

/** What holds one seat, and until when. */
interface Hold {
  readonly until: number;
  readonly reason: WaitReason;
}

/** Something in flight has to end first. */
const IN_FLIGHT: Hold = { until: Number.POSITIVE_INFINITY, reason: 'concurrency' };

interface Findings {
  hold: Hold;
  /** Whose endpoint the hold is about. */
  at: EndpointRecord | null;
  hopeful: number;
  out: number;
  dayOut: number;
  nextDayAt: number;
  readonly resting: Set<KeyRecord>;
  /** Failures that put a key out for good. */
  readonly refusals: Map<KeyRecord, Failure>;
  pausedKeys: number;
  /** Keys whose cap on cost bars what has no price. */
  barredKeys: number;
}

export function explain(
  candidates: readonly EndpointRecord[],
  request: LeaseRequest,
  moment: Moment,
): Wait | Never {
  const found: Findings = {
    hold: IN_FLIGHT,
    at: null,
    hopeful: 0,
    out: 0,
    dayOut: 0,
    nextDayAt: Number.POSITIVE_INFINITY,
    resting: new Set(),
    refusals: new Map(),
    pausedKeys: 0,
    barredKeys: 0,
  };
  for (const record of candidates) {
    if (admits(record, request) && !isSilent(record, moment.now)) {
      const atEndpoint = holdOfEndpoint(record, request, moment);
      for (const seat of record.seats) {
        look(found, { record, seat, atEndpoint, request, moment });
      }
    }
  }
  return found.hopeful === 0 ? never(candidates, request, { found, moment }) : waitFor(found, moment);
}

function waitFor(found: Findings, { app, now, tokens }: Moment): Wait {
  const above = holdOf(app, now, tokens);
  const { hold } = found;
  const isAbove = above.until > now && above.until >= hold.until;
  const rest = !isAbove && (hold.reason === 'failing' || hold.reason === 'ban') ? found.at : null;
  return {
    kind: 'wait',
    ...(isAbove ? above : hold),
    keys: found.resting.size,
    dayOutUntil: found.dayOut === found.hopeful ? found.nextDayAt : null,
    allOut: found.out === found.hopeful,
    ...(rest === null ? {} : { endpointName: rest.endpoint.name }),
    ...(rest?.lastFailure === undefined ? {} : { failure: rest.lastFailure }),
  };
}

interface SeatLook {
  readonly record: EndpointRecord;
  readonly seat: Seat;
  readonly atEndpoint: Hold;
  readonly request: LeaseRequest;
  readonly moment: Moment;
}

function look(found: Findings, { record, seat, atEndpoint, request, moment }: SeatLook): void {
  const { key, refused } = seat;
  const { standing } = key;
  const { now } = moment;
  if (!mayUse(key, request.borrower)) {
    return;
  }
  const refusal = refused ?? (standing.status === 'FAILED_INIT' ? standing.reason : undefined);
  if (refusal !== undefined || standing.status === 'FAILED_INIT') {
    found.refusals.set(key, refusal ?? { kind: 'invalid_key', message: 'The key was refused.' });
    return;
  }
  if (key.paused) {
    found.pausedKeys += 1;
    return;
  }
  if (!mayPay(key, request)) {
    found.barredKeys += 1;
    return;
  }
  found.hopeful += 1;
  if (standing.readyAt > now) {
    found.resting.add(key);
  }
  const atCost = holdOfCost(key, request, moment);
  const dayAt = dayOutUntil(record, key, { request, now, atCost });
  if (dayAt !== null) {
    found.dayOut += 1;
    found.nextDayAt = Math.min(found.nextDayAt, dayAt);
  }
  // A key that one request is trying after its rest is not back yet.
  const isTried = standing.trust === 'recovering' && keyHeldUntil(key, moment) > now;
  if (dayAt !== null || isTried || isExhausted(key, now) || record.rest.current() !== null) {
    found.out += 1;
  }
  const hold = longest([holdOfStanding(key), holdOfQuota(key, request, moment), atEndpoint, atCost]);
  if (found.hopeful === 1 || hold.until < found.hold.until) {
    found.hold = hold;
    found.at = record;
  }
}

/** Until when the provider's or our own daily limit keeps a seat out; null: it does not. */
function dayOutUntil(
  record: EndpointRecord,
  { standing, quota, group }: KeyRecord,
  { request, now, atCost }: { request: LeaseRequest; now: number; atCost: Hold },
): number | null {
  if (standing.status === 'FULLY_EXHAUSTED' && standing.readyAt > now) {
    return standing.readyAt;
  }
  const models = [quota.models.get(request.model)?.gate, group?.models.get(request.model)?.gate];
  const days = [record.gate, quota.gate, group?.gate, ...models].map((gate) => gate?.dayOutUntil(now) ?? now);
  const latest = Math.max(...days, atCost.reason === 'day' ? atCost.until : now);
  return latest > now ? latest : null;
}

/** Its rest is about a quota: a rest that the settings ask for after each answer is not. */
function isExhausted({ standing }: KeyRecord, now: number): boolean {
  return standing.readyAt > now && standing.status !== 'COOLDOWN';
}

/** The longest wait; of equal ones the first. */
function longest(holds: readonly [Hold, ...Hold[]]): Hold {
  return holds.reduce((best, hold) => (hold.until > best.until ? hold : best));
}

function holdOfStanding({ standing }: KeyRecord): Hold {
  return { until: standing.readyAt, reason: standing.status === 'COOLDOWN' ? 'cooldown' : 'quota' };
}

function holdOfQuota(key: KeyRecord, { model }: LeaseRequest, moment: Moment): Hold {
  const held = keyHeldUntil(key, moment);
  if (held > moment.now) {
    return { until: held, reason: 'concurrency' };
  }
  const until = quotaReadyAt(key, model, moment);
  const gates = [key.quota, key.group].flatMap((quota) => [quota?.gate, quota?.models.get(model)?.gate]);
  const { now, tokens } = moment;
  const closed = gates.find((gate) => gate !== undefined && gate.readyAt(now, tokens) === until);
  return { until, reason: closed === undefined || until <= now ? 'rate' : closed.closedBy(now, tokens) };
}

function holdOfCost(key: KeyRecord, request: LeaseRequest, { now, wallNow }: Moment): Hold {
  const room = roomOf(key, request);
  switch (room.kind) {
    case 'free':
      return { until: now, reason: 'rate' };
    case 'held':
      return IN_FLIGHT;
    case 'out':
      return { until: now + room.until - wallNow, reason: 'day' };
  }
}

function holdOf(gate: Gate, now: number, tokens: number): Hold {
  const until = gate.readyAt(now, tokens);
  return { until, reason: until > now ? gate.closedBy(now, tokens) : 'rate' };
}

function holdOfEndpoint(record: EndpointRecord, request: LeaseRequest, moment: Moment): Hold {
  const { now, tokens } = moment;
  const until = endpointReadyAt(record, request, moment);
  if (until <= now) {
    return { until, reason: 'concurrency' };
  }
  const rest = record.rest.current();
  if (rest !== null && record.rest.readyAt(now) === until) {
    return { until, reason: rest.reason };
  }
  if (record.gate.readyAt(now, tokens) === until) {
    return { until, reason: record.gate.closedBy(now, tokens) };
  }
  return { until, reason: Number.isFinite(until) ? 'retryBudget' : 'concurrency' };
}

/** The nearest thing a person can mend comes first: keys that were refused, then the model, then what is missing. */
function never(
  candidates: readonly EndpointRecord[],
  request: LeaseRequest,
  { found, moment }: { found: Findings; moment: Moment },
): Never {
  const provider = PROVIDER_LABELS[request.provider];
  const open = candidates.filter(
    (record) =>
      isOpen(record) && (request.endpointIds === undefined || request.endpointIds.has(record.endpoint.id)),
  );
  if (found.barredKeys > 0) {
    const sentence = `${unpricedSentence(request, 'the cost cap of a key that may serve it')} Then resume the run.`;
    return { kind: 'never', reason: 'budget', sentence };
  }
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
  const silent = open.find((record) => admits(record, request) && isSilent(record, moment.now));
  if (silent !== undefined) {
    const why = silent.lastFailure?.message ?? 'no answer';
    return {
      kind: 'never',
      reason: silent.lastFailure?.kind ?? 'network',
      sentence: `${silent.endpoint.name} has never answered (${why.replace(/\.$/, '')}): check its base URL and the connection, then resume the run.`,
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

/** The second is the way out for keys of an environment, which no screen shows. */
const TEST_PLACES = 'under Endpoints, or by brushfleet keys test --all';

function outSentence(kind: FailureKind): string {
  return kind === 'no_credit'
    ? `no credit or no access; add credit, then test the key (${TEST_PLACES}).`
    : `refused by the provider; replace or re-test to go on (${TEST_PLACES}).`;
}
