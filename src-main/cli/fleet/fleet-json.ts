/** Keys, endpoints and tests as `--json` shows them. Limits carry the names of their flags; times are ISO 8601 in UTC. */
import type { EndpointView } from '@shared/contract';
import type { Gauges, KeyInfo, KeyLimits, Limits, QuotaGroup, TestReport } from '@shared/model/endpoint';
import { isHealthy } from './key-words';

type Json = Readonly<Record<string, unknown>>;

export interface FleetNames {
  readonly endpoints: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, string>;
}

export function namesOf(views: readonly EndpointView[], groups: readonly QuotaGroup[]): FleetNames {
  return {
    endpoints: new Map(views.map(({ endpoint }) => [endpoint.id, endpoint.name])),
    groups: new Map(groups.map((group) => [group.id, group.name])),
  };
}

export function keyJson(key: KeyInfo, names: FleetNames): Json {
  const { state } = key;
  return {
    id: key.id,
    label: key.label,
    tail: key.tail,
    endpoints: key.endpointIds.map((id) => names.endpoints.get(id) ?? id),
    group: key.groupId === undefined ? null : (names.groups.get(key.groupId) ?? key.groupId),
    tier: key.tier ?? null,
    account: key.account ?? null,
    paused: key.paused,
    readable: key.readable,
    status: state.status,
    reason: state.reason?.kind ?? null,
    error: state.reason?.message ?? null,
    since: iso(state.since),
    until: iso(state.until),
    strikes: state.strikes ?? 0,
    exhausted_count: state.strikes ?? 0,
    total_exhausted_count: state.exhausted ?? 0,
    limits: keyLimitsJson(key.limits ?? {}),
    learned_rpm: key.learnedPerMinute ?? null,
    used: usedJson(key.gauges),
  };
}

export function endpointJson({ endpoint, health, metrics, keys }: EndpointView): Json {
  const sum = (which: 'ok' | 'failed'): number =>
    metrics.hour.reduce((all, minute) => all + minute[which], 0);
  return {
    id: endpoint.id,
    name: endpoint.name,
    provider: endpoint.provider,
    base_url: endpoint.baseUrl,
    api_version: endpoint.apiVersion,
    enabled: endpoint.enabled,
    demo: endpoint.demo,
    weight: endpoint.weight,
    limits: limitsJson(endpoint.limits),
    adaptive: endpoint.adaptive ?? 'off',
    reset_zone: endpoint.resetZone ?? null,
    timeout: endpoint.timeoutMs / 1000,
    keys: keys.length,
    healthy_keys: keys.filter(isHealthy).length,
    used: usedJson(health.gauges),
    health: {
      effective_weight: health.effectiveWeight,
      succeeded: health.succeeded,
      failed: health.failed,
      rest: health.rest === undefined ? null : { reason: health.rest.reason, until: iso(health.rest.until) },
      last_failure:
        health.lastFailure === undefined
          ? null
          : { kind: health.lastFailure.kind, message: health.lastFailure.message },
      p50_ms: metrics.p50Ms ?? null,
      p95_ms: metrics.p95Ms ?? null,
      last_hour: { ok: sum('ok'), failed: sum('failed') },
      spent_today_usd: metrics.spentTodayUsd,
    },
  };
}

export interface TestLine {
  readonly endpointName: string;
  /** Null where no key is needed, or none is there. */
  readonly key: Pick<KeyInfo, 'id' | 'label' | 'tail'> | null;
  readonly report: TestReport;
}

export function testJson({ endpointName, key, report }: TestLine): Json {
  const isOk = report.kind === 'ok';
  return {
    endpoint: endpointName,
    id: key?.id ?? null,
    label: key?.label ?? null,
    tail: key?.tail ?? null,
    ok: isOk,
    latency_ms: Math.round(report.latencyMs),
    models: isOk ? report.models : [],
    account: isOk ? (report.account ?? null) : null,
    detail: isOk ? report.detail : null,
    failure: isOk ? null : report.failure.kind,
    error: isOk ? null : report.failure.message,
  };
}

function keyLimitsJson({ models, ...own }: KeyLimits): Json {
  return {
    ...limitsJson(own),
    ...(models === undefined
      ? {}
      : {
          models: Object.fromEntries(Object.entries(models).map(([id, limits]) => [id, limitsJson(limits)])),
        }),
  };
}

/** Only limits that hold: 0 is none. */
function limitsJson(limits: Limits): Json {
  const all = {
    rpm: limits.requestsPerMinute,
    rpd: limits.requestsPerDay,
    tpm: limits.tokensPerMinute,
    concurrency: limits.concurrency,
    min_interval: limits.minIntervalMs === undefined ? undefined : limits.minIntervalMs / 1000,
    evenly: limits.evenly,
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined && value !== 0 && value !== false),
  );
}

/** In the last minute, since the daily reset, and in flight now. */
function usedJson(gauges: Gauges | undefined): Json {
  return {
    rpm: gauges?.minute.used ?? 0,
    rpd: gauges?.today.used ?? 0,
    tpm: gauges?.tokens.used ?? 0,
    concurrency: gauges?.inFlight.used ?? 0,
  };
}

function iso(wallMs: number | undefined): string | null {
  return wallMs === undefined || !Number.isFinite(wallMs) ? null : new Date(wallMs).toISOString();
}
