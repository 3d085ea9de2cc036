/**
 * The pool: which endpoint and which key may send a request now. Everything is decided and reserved synchronously, so
 * that two callers can never be given the same place; nothing here polls or owns a timer.
 */
import { FAILURES, type Failure, type FailureKind } from '@shared/model/failure';
import type { Endpoint, EndpointHealth, KeyState } from '@shared/model/endpoint';
import type { Clock, Lease, Random } from '../ports';
import { choose, type LeaseRequest, type Moment } from './choose';
import { explain, type Never, type Wait } from './explain';
import {
  EMPTY_FLEET,
  type Fleet,
  type LeaseRecord,
  type PoolKey,
  replaceFleet,
  seatsAtHost,
  seatsOf,
} from './fleet';
import { applyFailure, applyProof, clear, keyStateOf, refresh } from './key-standing';

export type { Avoided, LeaseRequest } from './choose';
export type { Never, Wait, WaitReason } from './explain';
export type { PoolKey } from './fleet';

export type LeaseAnswer = { readonly kind: 'granted'; readonly lease: Lease } | Wait | Never;

export type LeaseOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Nobody knows what became of the request: it may have reached the provider. */
  | { readonly kind: 'lost' }
  /** Given back before anything was sent. */
  | { readonly kind: 'unused' };

export interface PoolOptions {
  readonly clock: Clock;
  readonly random: Random;
}

export interface Pool {
  /** May be called at any time; what keeps its id keeps its live state. */
  setFleet(endpoints: readonly Endpoint[], keys: readonly PoolKey[]): void;
  /** Reserves at once, or says when to ask again, or why not ever. */
  lease(request: LeaseRequest): LeaseAnswer;
  /** The last byte of the body left at `at` (monotonic): its place in each rate window is free a minute later. */
  bodySent(leaseId: number, at: number): void;
  /** The answer is here: its concurrency slots are free. */
  answered(leaseId: number): void;
  /** The outcome is known; the first word counts. */
  settle(leaseId: number, outcome: LeaseOutcome): void;
  /** A person or a test call brings a key back; `proven`: a call with it has just succeeded. */
  clearKey(keyId: string, options?: { readonly proven?: boolean }): void;
  /** Endpoints are asked again for models they did not offer: a person has started something. */
  reconsiderModels(): void;
  /** Tells when a wait or a refusal given before may be over sooner than it said. Returns the undo. */
  onChange(listener: () => void): () => void;
  health(): readonly EndpointHealth[];
  keyStates(): ReadonlyMap<string, KeyState>;
}

/** Answers that only a working key gets. */
const PROOFS: ReadonlySet<FailureKind> = new Set(['blocked', 'no_image', 'schema_mismatch']);

export function createPool({ clock, random }: PoolOptions): Pool {
  const leases = new Map<number, LeaseRecord>();
  const listeners = new Set<() => void>();
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

  function lease(request: LeaseRequest): LeaseAnswer {
    const candidates = fleet.byProvider.get(request.provider) ?? [];
    const moment: Moment = { now: clock.now(), hasCompany: fleet.withCompany.has(request.provider) };
    const choice = choose(candidates, request, moment);
    if (choice === null) {
      someoneWaits = true;
      return explain(candidates, request, moment);
    }
    const { record, seat } = choice;
    lastLeaseId += 1;
    const granted: Lease = {
      id: lastLeaseId,
      endpoint: record.endpoint,
      keyId: seat.key.id,
      model: request.model,
      leasedAt: moment.now,
    };
    const gates = [record.gate, seat.key.gate];
    for (const gate of gates) {
      gate.reserve(moment.now);
    }
    seat.key.lastUsed = granted.id;
    seat.key.standing.unsettled += 1;
    leases.set(granted.id, {
      lease: granted,
      endpoint: record,
      key: seat.key,
      gates,
      epoch: seat.key.standing.epoch,
      sentAt: null,
      answered: false,
    });
    return { kind: 'granted', lease: granted };
  }

  function markSent(out: LeaseRecord, at: number): void {
    if (out.sentAt === null) {
      out.sentAt = at;
      for (const gate of out.gates) {
        gate.bodySent(at);
      }
    }
  }

  function markAnswered(out: LeaseRecord): void {
    if (!out.answered) {
      out.answered = true;
      for (const gate of out.gates) {
        gate.answered();
      }
    }
  }

  function settle(leaseId: number, outcome: LeaseOutcome): void {
    const out = leases.get(leaseId);
    if (out === undefined) {
      return;
    }
    leases.delete(leaseId);
    markAnswered(out);
    if (reachedProvider(outcome)) {
      markSent(out, clock.now());
    } else if (out.sentAt === null) {
      for (const gate of out.gates) {
        gate.neverSent();
      }
    }
    if (out.epoch === out.key.standing.epoch) {
      out.key.standing.unsettled -= 1;
    }
    if (outcome.kind === 'ok') {
      out.endpoint.succeeded += 1;
      out.endpoint.penalty.succeeded(clock.now());
      applyProof(out.key.standing, out.epoch);
    } else if (outcome.kind === 'failed') {
      blame(out, outcome.failure);
    }
    changed();
  }

  function blame(out: LeaseRecord, failure: Failure): void {
    const policy = FAILURES[failure.kind];
    if (policy.blames === 'endpoint' || policy.blames === 'key' || policy.blames === 'model') {
      out.endpoint.failed += 1;
      out.endpoint.lastFailure = failure;
    }
    if (PROOFS.has(failure.kind)) {
      applyProof(out.key.standing, out.epoch);
    }
    switch (policy.then) {
      case 'retry_elsewhere':
        out.endpoint.penalty.failed(clock.now());
        return;
      case 'model_out':
        out.endpoint.modelsOut.set(out.lease.model, failure);
        return;
      case 'key_out':
        refuse(out, failure);
        return;
      case 'key_cools':
      case 'key_out_for_day':
        putOut(out, failure);
        return;
      case 'retry':
      case 'final':
      case 'pause_run':
        return;
    }
  }

  /** A key that one host refuses may be good at another: it is out for good once no host is left. */
  function refuse(out: LeaseRecord, failure: Failure): void {
    if (out.epoch < out.key.standing.clearedEpoch) {
      return;
    }
    for (const seat of seatsAtHost(fleet, out.key, out.lease.endpoint)) {
      seat.refused = failure;
    }
    if (seatsOf(fleet, out.key).every((seat) => seat.refused !== null)) {
      putOut(out, failure);
    }
  }

  function putOut(out: LeaseRecord, failure: Failure): void {
    const provider = out.lease.endpoint.provider;
    applyFailure(out.key.standing, { failure, leasedInEpoch: out.epoch }, { clock, random, provider });
  }

  return {
    setFleet(endpoints, keys) {
      fleet = replaceFleet(fleet, { endpoints, keys, leases: leases.values(), clock });
      changed();
    },
    lease,
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
        for (const seat of seatsOf(fleet, key)) {
          seat.refused = null;
        }
        clear(key.standing, clock.wallNow(), options.proven === true);
        changed();
      }
    },
    reconsiderModels() {
      for (const record of fleet.endpoints.values()) {
        record.modelsOut.clear();
        for (const seat of record.seats) {
          if (seat.key.id === null) {
            seat.refused = null;
            clear(seat.key.standing, clock.wallNow(), true);
          }
        }
      }
      changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    health: () => [...fleet.endpoints.values()].map((record) => healthOf(record, clock.now())),
    keyStates() {
      const now = clock.now();
      return new Map(
        [...fleet.keys].map(([id, { standing }]) => {
          refresh(standing, now);
          return [id, keyStateOf(standing)] as const;
        }),
      );
    },
  };
}

function healthOf(record: LeaseRecord['endpoint'], now: number): EndpointHealth {
  return {
    endpointId: record.endpoint.id,
    inFlight: record.gate.inFlight,
    succeeded: record.succeeded,
    failed: record.failed,
    effectiveWeight: record.endpoint.weight * record.penalty.factor(now),
    ...(record.lastFailure === undefined ? {} : { lastFailure: record.lastFailure }),
  };
}

/** Whether the provider counts the request although no word came that its body had left. */
function reachedProvider(outcome: LeaseOutcome): boolean {
  switch (outcome.kind) {
    case 'ok':
    case 'lost':
      return true;
    case 'unused':
      return false;
    case 'failed':
      return outcome.failure.bodySent === true || outcome.failure.httpStatus !== undefined;
  }
}
