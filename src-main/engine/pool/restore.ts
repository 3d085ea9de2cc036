/** What earlier sessions have sent counts against the limits of this one. */
import type { Clock, SendHistory, SentRequest } from '../ports';
import { type Fleet, type KeyRecord, modelQuota } from './fleet';
import type { Gate } from './gate';

/** Of an endpoint that is gone. */
const LONGEST_TIMEOUT_MS = 3_600_000;

export function restoreHistory(fleet: Fleet, app: Gate, history: SendHistory, clock: Clock): void {
  const now = clock.now();
  /** A moment of the wall clock on the monotonic one; one that lies ahead of it was written by a clock that ran ahead. */
  const moment = (wall: number): number => now - Math.max(0, clock.wallNow() - wall);
  let order = 0;
  for (const request of history.recent) {
    const gates = [app, ...gatesOf(fleet, request, clock)];
    // Its process would have given it up by its timeout, had it lived so long.
    const timeoutMs = fleet.endpoints.get(request.endpointId)?.endpoint.timeoutMs ?? LONGEST_TIMEOUT_MS;
    const endedAt =
      request.endedAt === null ? Math.min(now, moment(request.sentAt) + timeoutMs) : moment(request.endedAt);
    // Where nobody knows when its body left, the latest moment it can have been is taken.
    const sentAt = request.bodySentAt === null ? endedAt : moment(request.bodySentAt);
    for (const gate of gates) {
      gate.remember({ sentAt, tokens: request.tokens ?? 0, spentAt: endedAt });
    }
    const key = keyOf(fleet, request);
    if (key !== undefined) {
      order += 1;
      // Before every lease of this session, in the order they were used.
      key.lastUsed = order - history.recent.length;
      if (request.endedAt !== null && key.standing.trust === 'untried') {
        // It was answered a moment ago: had the answer been a refusal, its state would say so.
        key.standing.trust = 'trusted';
      }
    }
  }
  for (const { keyId, model, perMinute } of history.learned ?? []) {
    const key = fleet.keys.get(keyId);
    if (key !== undefined) {
      modelQuota(key.group ?? key.quota, model, clock).learned.remember(perMinute);
    }
  }
  for (const bucket of history.buckets) {
    for (const gate of gatesOf(fleet, bucket, clock)) {
      gate.rememberDay(bucket.requests, bucket.from, now);
    }
  }
}

type Sent = Pick<SentRequest, 'endpointId' | 'keyId' | 'model'>;

function keyOf(fleet: Fleet, { endpointId, keyId }: Sent): KeyRecord | undefined {
  return keyId === null ? fleet.endpoints.get(endpointId)?.seats[0]?.key : fleet.keys.get(keyId);
}

/** Those that still stand: what is gone is forgotten. */
function gatesOf(fleet: Fleet, sent: Sent, clock: Clock): readonly Gate[] {
  const endpoint = fleet.endpoints.get(sent.endpointId);
  const key = keyOf(fleet, sent);
  return [
    ...(endpoint === undefined ? [] : [endpoint.gate]),
    ...(key === undefined ? [] : quotaGates(key, sent.model, clock)),
  ];
}

/** Every gate that a request with this key for this model passes, the endpoint's aside. */
export function quotaGates({ quota, group }: KeyRecord, model: string, clock: Clock): readonly Gate[] {
  const own = [quota.gate, modelQuota(quota, model, clock).gate];
  return group === null ? own : [...own, group.gate, modelQuota(group, model, clock).gate];
}
