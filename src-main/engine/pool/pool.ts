/**
 * The pool: which endpoint and which key may send a request now. Everything is decided and reserved synchronously, so
 * that two callers can never be given the same place; nothing here polls or owns a timer.
 */
import type { Endpoint, EndpointHealth, EndpointRest, KeyState, KeyStatus } from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import type { Clock, Lease, Random, SendHistory } from '../ports';
import { choose, isServedElsewhere, type LeaseRequest, type Moment } from './choose';
import { explain, type Never, type Wait } from './explain';
import {
  DEFAULT_RULES,
  EMPTY_FLEET,
  type EndpointRecord,
  type Fleet,
  type FleetRules,
  isSilent,
  type KeyRecord,
  type LeaseRecord,
  modelQuota,
  type PoolKey,
  seatsOf,
} from './fleet';
import { replaceFleet } from './fleet-change';
import { Gate, type Place } from './gate';
import { demandOf, healthOf, type KeyGauges, keyGaugesOf, restOf } from './health';
import {
  judge,
  type JudgeContext,
  type LeaseOutcome,
  reachedProvider,
  noteTest,
  refuseByHand,
  tokensOf,
} from './judge';
import { clear, keyStateOf, noteSent, refresh } from './key-standing';
import { quotaGates, restoreHistory } from './restore';
import { TokenEstimates } from './token-estimates';

export type { Avoided, LeaseRequest } from './choose';
export type { Never, Wait, WaitReason } from './explain';
export type { FleetRules, PoolKey } from './fleet';
export type { KeyGauges } from './health';
export type { LeaseOutcome } from './judge';

export type LeaseAnswer = { readonly kind: 'granted'; readonly lease: Lease } | Wait | Never;

/** Something a person may want to know of later. */
export type PoolEvent =
  | {
      readonly kind: 'keyState';
      readonly keyId: string;
      /** Where it happened; null: a wait is over, or a person did it. */
      readonly endpointId: string | null;
      /** The same as now: its wait became longer. */
      readonly from: KeyStatus;
      readonly state: KeyState;
    }
  /** `rest` null: it is back. */
  | { readonly kind: 'endpointRest'; readonly endpointId: string; readonly rest: EndpointRest | null }
  | {
      readonly kind: 'rateLearned';
      readonly keyId: string;
      readonly endpointId: string;
      readonly model: string;
      readonly perMinute: number;
    };

export interface PoolOptions {
  readonly clock: Clock;
  readonly random: Random;
}

export interface Pool {
  /** May be called at any time; what keeps its id keeps its live state. */
  setFleet(endpoints: readonly Endpoint[], keys: readonly PoolKey[], rules?: FleetRules): void;
  /** Once, after the first fleet: what earlier sessions have sent counts against its limits. */
  restore(history: SendHistory): void;
  /** Reserves at once, or says when to ask again, or why not ever. */
  lease(request: LeaseRequest): LeaseAnswer;
  /** Whether another endpoint than these may take it soon: its limits aside, nothing is against it. */
  isServedElsewhere(request: LeaseRequest, besides: readonly string[]): boolean;
  /** The last byte of the body left at `at` (monotonic): its place in each rate window is free a minute later. */
  bodySent(leaseId: number, at: number): void;
  /** The answer is here: its concurrency slots are free. */
  answered(leaseId: number): void;
  /** The outcome is known; the first word counts. */
  settle(leaseId: number, outcome: LeaseOutcome): void;
  /** A person or a test call brings a key back; `proven`: a call with it has just succeeded, `at` that endpoint. */
  clearKey(keyId: string, options?: { readonly proven?: boolean; readonly at?: string }): void;
  /** A test call failed there. Refused, its key is out as after any other refusal; other failures say nothing of the key. */
  testFailed(keyId: string, endpointId: string, failure: Failure): void;
  /** Forgets an endpoint's errors and its rest, and what its keys were out for. */
  resetEndpoint(endpointId: string): void;
  /** Endpoints are asked again for models they did not offer: a person has started something. */
  reconsiderModels(): void;
  /** Requests in flight that would use the limits fully; null while rate or latency are not known. */
  demand(request: LeaseRequest): number | null;
  /** Tells when a wait or a refusal given before may be over sooner than it said. Returns the undo. */
  onChange(listener: () => void): () => void;
  /** Returns the undo. */
  onEvent(listener: (event: PoolEvent) => void): () => void;
  health(): readonly EndpointHealth[];
  keyStates(): ReadonlyMap<string, KeyState>;
  keyGauges(): ReadonlyMap<string, KeyGauges>;
}

/** How much the newest answer moves the mean latency. */
const LATENCY_SHARE = 0.1;

export function createPool({ clock, random }: PoolOptions): Pool {
  const leases = new Map<number, LeaseRecord>();
  const listeners = new Set<() => void>();
  const eventListeners = new Set<(event: PoolEvent) => void>();
  const app = new Gate(clock);
  const estimates = new TokenEstimates();
  let fleet: Fleet = EMPTY_FLEET;
  let lastLeaseId = 0;
  let someoneWaits = false;

  function changed(): void {
    if (someoneWaits) {
      someoneWaits = false;
      for (const listener of listeners) {
        listener();
      }
    }
  }

  function tell(event: PoolEvent): void {
    for (const listener of eventListeners) {
      listener(event);
    }
  }

  /** Rests between two answers come and go with every request: they are no news. */
  function tellKey(key: KeyRecord, from: KeyStatus, endpointId: string | null): void {
    const state = keyStateOf(key.standing);
    const isNews = from !== 'COOLDOWN' || state.status !== 'AVAILABLE';
    if (key.id !== null && isNews && (from !== state.status || state.until !== undefined)) {
      tell({ kind: 'keyState', keyId: key.id, endpointId, from, state });
    }
  }

  function tellRest(record: EndpointRecord): void {
    const rest = restOf(record, clock);
    if (rest?.reason !== record.restTold?.reason) {
      record.restTold = rest;
      tell({ kind: 'endpointRest', endpointId: record.endpoint.id, rest });
    }
  }

  function lease(request: LeaseRequest): LeaseAnswer {
    const candidates = fleet.byProvider.get(request.provider) ?? [];
    const moment: Moment = {
      now: clock.now(),
      wallNow: clock.wallNow(),
      fleet,
      app,
      hasCompany: fleet.withCompany.has(request.provider),
      tokens: request.tokens ?? estimates.of(request.model),
      onBack: (key, was) => tellKey(key, was, null),
    };
    const choice = choose(candidates, request, moment);
    if (choice === null) {
      someoneWaits = true;
      return explain(candidates, request, moment);
    }
    const { record, seat } = choice;
    const place: Place = { at: moment.now, tokens: moment.tokens };
    const granted = grant(record, seat.key, { request, place });
    return { kind: 'granted', lease: granted };
  }

  function grant(
    record: EndpointRecord,
    key: KeyRecord,
    { request, place }: { request: LeaseRequest; place: Place },
  ): Lease {
    lastLeaseId += 1;
    const granted: Lease = {
      id: lastLeaseId,
      endpoint: record.endpoint,
      keyId: key.id,
      model: request.model,
      leasedAt: place.at,
    };
    const gates = [app, record.gate, ...quotaGates(key, request.model, clock)];
    for (const gate of gates) {
      gate.reserve(place);
    }
    const { learned } = modelQuota(key.group ?? key.quota, request.model, clock);
    learned.taken(place.at);
    const turn = record.rest.taken(place.at);
    const isRetry = request.isRetry === true;
    if (isRetry) {
      record.retries.take(place.at);
    }
    key.lastUsed = granted.id;
    key.standing.unsettled += 1;
    leases.set(granted.id, {
      lease: granted,
      place,
      endpoint: record,
      key,
      gates,
      learned,
      epoch: key.standing.epoch,
      turn,
      isRetry,
      sentAt: null,
      answered: false,
    });
    return granted;
  }

  function markSent(out: LeaseRecord, at: number): void {
    if (out.sentAt === null) {
      out.sentAt = at;
      noteSent(out.key.standing, out.epoch, at);
      for (const gate of out.gates) {
        gate.bodySent(at);
      }
    }
  }

  function markAnswered(out: LeaseRecord): void {
    if (!out.answered) {
      out.answered = true;
      const now = clock.now();
      for (const gate of out.gates) {
        gate.answered(now);
      }
    }
  }

  function settle(leaseId: number, outcome: LeaseOutcome): void {
    const out = leases.get(leaseId);
    if (out === undefined) {
      return;
    }
    leases.delete(leaseId);
    const now = clock.now();
    markAnswered(out);
    if (reachedProvider(outcome)) {
      markSent(out, now);
    }
    const tokens = tokensOf(out, outcome);
    for (const gate of out.gates) {
      if (out.sentAt === null) {
        gate.neverSent(out.place, now);
      }
      gate.spent(out.place, tokens, now);
    }
    if (out.epoch === out.key.standing.epoch) {
      out.key.standing.unsettled -= 1;
    }
    if (outcome.kind === 'ok') {
      estimates.learn(out.lease.model, outcome.tokens);
      noteLatency(out.endpoint, now - out.lease.leasedAt);
    }
    out.endpoint.rest.ended(out.turn);
    judge(out, outcome, judgeContext);
    tellRest(out.endpoint);
    changed();
  }

  const judgeContext: JudgeContext = {
    clock,
    random,
    get fleet() {
      return fleet;
    },
    onKeyState: (key, from, endpointId) => tellKey(key, from, endpointId),
    onRateLearned({ lease: { keyId, endpoint, model } }, perMinute) {
      if (keyId !== null) {
        tell({ kind: 'rateLearned', keyId, endpointId: endpoint.id, model, perMinute });
      }
    },
  };

  function bringBack(key: KeyRecord, isProven: boolean): void {
    for (const seat of seatsOf(fleet, key)) {
      seat.refused = null;
    }
    key.penalty.forget();
    const from = key.standing.status;
    clear(key.standing, clock.wallNow(), isProven);
    tellKey(key, from, null);
  }

  return {
    setFleet(endpoints, keys, rules = DEFAULT_RULES) {
      fleet = replaceFleet(fleet, { endpoints, keys, rules, leases: leases.values(), clock, random });
      app.setLimits(rules.settings);
      changed();
    },
    restore(history) {
      restoreHistory(fleet, app, history, clock);
      changed();
    },
    lease,
    isServedElsewhere: (request, besides) =>
      isServedElsewhere(fleet.byProvider.get(request.provider) ?? [], request, { besides, now: clock.now() }),
    bodySent(leaseId, at) {
      const out = leases.get(leaseId);
      if (out !== undefined) {
        markSent(out, at);
        changed();
      }
    },
    answered(leaseId) {
      const out = leases.get(leaseId);
      if (out !== undefined) {
        markAnswered(out);
        changed();
      }
    },
    settle,
    clearKey(keyId, options = {}) {
      const key = fleet.keys.get(keyId);
      if (key !== undefined) {
        bringBack(key, options.proven === true);
        noteTest(fleet.endpoints.get(options.at ?? ''), null);
        changed();
      }
    },
    testFailed(keyId, endpointId, failure) {
      const key = fleet.keys.get(keyId);
      const record = fleet.endpoints.get(endpointId);
      if (key !== undefined && record !== undefined) {
        refuseByHand(key, { at: record.endpoint, failure }, judgeContext);
        noteTest(record, failure);
        changed();
      }
    },
    resetEndpoint(endpointId) {
      const record = fleet.endpoints.get(endpointId);
      if (record !== undefined) {
        record.penalty.forget();
        record.rest.reset();
        record.silentSince = null;
        record.modelsOut.clear();
        record.lastFailure = undefined;
        record.proof = record.proof?.kind === 'testFailed' ? null : record.proof;
        for (const { key } of record.seats) {
          bringBack(key, false);
        }
        tellRest(record);
        changed();
      }
    },
    reconsiderModels() {
      for (const record of fleet.endpoints.values()) {
        record.modelsOut.clear();
        if (isSilent(record, clock.now())) {
          record.silentSince = null;
          record.rest.reset();
        }
        for (const { key } of record.seats) {
          if (key.id === null) {
            bringBack(key, true);
          }
        }
      }
      changed();
    },
    demand: (request) => demandOf(fleet, request),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    health: () => [...fleet.endpoints.values()].map((record) => healthOf(record, clock)),
    keyStates() {
      const now = clock.now();
      return new Map(
        [...fleet.keys].map(([id, key]) => {
          const was = refresh(key.standing, now);
          if (was !== null) {
            tellKey(key, was, null);
          }
          return [id, keyStateOf(key.standing)] as const;
        }),
      );
    },
    keyGauges: () => new Map([...fleet.keys].map(([id, key]) => [id, keyGaugesOf(key, clock.now())])),
  };
}

function noteLatency(record: EndpointRecord, tookMs: number): void {
  const before = record.latencyMs;
  record.latencyMs = before === null ? tookMs : before + LATENCY_SHARE * (tookMs - before);
}
