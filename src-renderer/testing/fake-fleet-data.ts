/** Endpoints, keys, quota groups and what happened to them, as a library in use would have them. */
import type { EndpointView } from '@shared/contract';
import { DEMO_ENDPOINT as DEMO } from '@shared/demo';
import type {
  Endpoint,
  EndpointMetrics,
  FleetEvent,
  Gauges,
  KeyInfo,
  KeyMetrics,
  KeyState,
  QuotaGroup,
} from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';

export const NO_GAUGES: Gauges = {
  inFlight: { used: 0 },
  minute: { used: 0 },
  today: { used: 0 },
  tokens: { used: 0 },
};

export const NO_METRICS: EndpointMetrics = { spentTodayUsd: 0, hour: [] };

export function fakeEndpoint(part: Pick<Endpoint, 'id' | 'name' | 'provider'> & Partial<Endpoint>): Endpoint {
  return {
    baseUrl: '',
    apiVersion: '',
    enabled: true,
    weight: 1,
    limits: {},
    timeoutMs: 300_000,
    options: {},
    demo: false,
    ...part,
  };
}

export function fakeKey(
  label: string,
  tail: string,
  state: KeyState = { status: 'AVAILABLE', since: 0 },
  part: Partial<KeyInfo> = {},
): KeyInfo {
  const id = `${label}-${tail}`;
  return { id, label, tail, endpointIds: [], paused: false, readable: true, state, ...part };
}

interface ViewParts {
  readonly gauges?: Gauges;
  readonly metrics?: EndpointMetrics;
  readonly keyMetrics?: Record<string, KeyMetrics>;
  readonly health?: Partial<EndpointView['health']>;
}

export function fakeView(of: Endpoint, keys: readonly KeyInfo[], parts: ViewParts = {}): EndpointView {
  return {
    endpoint: of,
    health: {
      endpointId: of.id,
      gauges: parts.gauges ?? NO_GAUGES,
      succeeded: 0,
      failed: 0,
      effectiveWeight: of.weight,
      ...parts.health,
    },
    metrics: parts.metrics ?? NO_METRICS,
    keys: keys.map((key) => ({ ...key, endpointIds: [of.id] })),
    keyMetrics: parts.keyMetrics ?? {},
  };
}

export const DEMO_ENDPOINT = fakeView(DEMO, []);

export const STUDIO_GROUP: QuotaGroup = {
  id: 'studio-project',
  name: 'studio-project',
  limits: { requestsPerMinute: 60, requestsPerDay: 1000 },
};

/** An hour of work that comes and goes, with a few failures. */
export function fakeHour(perMinute: number, failing = 0.02): EndpointMetrics['hour'] {
  return Array.from({ length: 60 }, (_, minute) => {
    const wave = perMinute * (0.72 + 0.26 * Math.sin(minute / 7) + 0.04 * Math.sin(minute * 2.3));
    const failed = minute % 9 === 4 ? Math.ceil(wave * failing * 4) : 0;
    return { ok: Math.round(wave), failed };
  });
}

function gauges(part: {
  minute: readonly [number, number?];
  today: readonly [number, number?];
  tokens?: readonly [number, number?];
  inFlight: readonly [number, number?];
}): Gauges {
  const gauge = ([used, limit]: readonly [number, number?]) =>
    limit === undefined ? { used } : { used, limit };
  return {
    minute: gauge(part.minute),
    today: gauge(part.today),
    tokens: gauge(part.tokens ?? [0]),
    inFlight: gauge(part.inFlight),
  };
}

const metrics = (
  [succeeded, failed]: readonly [number, number],
  [p50Ms, p95Ms]: readonly [number, number],
  spentTodayUsd: number,
): KeyMetrics => ({ succeeded, failed, p50Ms, p95Ms, spentTodayUsd });

const QUOTA: Failure = {
  kind: 'quota_minute',
  message: 'The provider allows 60 requests a minute to this key.',
  httpStatus: 429,
};
const INVALID: Failure = {
  kind: 'invalid_key',
  message: 'The provider does not know this key.',
  httpStatus: 400,
};
const SPENT: Failure = {
  kind: 'quota_day',
  message: 'All 25 requests of the day are used.',
  httpStatus: 429,
};

function googleView(now: number): EndpointView {
  const waiting: KeyState = {
    status: 'TEMPORARILY_EXHAUSTED',
    since: now - 18_000,
    until: now + 42_000,
    reason: QUOTA,
    strikes: 1,
    exhausted: 4,
  };
  const out: KeyState = {
    status: 'FULLY_EXHAUSTED',
    since: now - 4_000_000,
    until: now + 5 * 3_600_000,
    reason: SPENT,
  };
  const dead: KeyState = { status: 'FAILED_INIT', since: now - 9_000_000, reason: INVALID };
  const group = STUDIO_GROUP.id;
  const limits = { requestsPerMinute: 60, requestsPerDay: 1000, tokensPerMinute: 250_000 };
  const paid = { groupId: group, tier: 'paid', limits, account: 'studio@example.org' } as const;
  const keys = [
    fakeKey('team-a', 'x7Qd', undefined, {
      ...paid,
      gauges: gauges({ minute: [52, 60], today: [611, 1000], tokens: [71_200, 250_000], inFlight: [7] }),
    }),
    fakeKey('team-b', 'p0Lk', waiting, {
      ...paid,
      gauges: gauges({ minute: [60, 60], today: [598, 1000], tokens: [83_900, 250_000], inFlight: [0] }),
    }),
    fakeKey('team-c', 'm31a', undefined, {
      learnedPerMinute: 44,
      gauges: gauges({ minute: [41, 44], today: [203], tokens: [58_400], inFlight: [6, 15] }),
    }),
    fakeKey('free-1', 'tt9Z', out, {
      tier: 'free',
      limits: { requestsPerMinute: 5, requestsPerDay: 25 },
      gauges: gauges({ minute: [0, 5], today: [25, 25], inFlight: [0, 2] }),
    }),
    fakeKey('old', 'aa02', dead),
  ];
  return fakeView(
    fakeEndpoint({ id: 'google', name: 'Google official', provider: 'google_genai', weight: 2 }),
    keys,
    {
      gauges: gauges({ minute: [153], today: [1437], tokens: [213_500], inFlight: [13] }),
      metrics: { p50Ms: 8100, p95Ms: 14_200, spentTodayUsd: 14, hour: fakeHour(150) },
      health: { succeeded: 1424, failed: 13, lastFailure: QUOTA },
      keyMetrics: {
        'team-a-x7Qd': metrics([611, 5], [8100, 13_900], 6.02),
        'team-b-p0Lk': { ...metrics([591, 7], [8300, 14_800], 5.88), lastFailure: QUOTA },
        'team-c-m31a': metrics([203, 1], [7900, 13_100], 2.1),
        'free-1-tt9Z': { ...metrics([25, 0], [9000, 15_200], 0), lastFailure: SPENT },
      },
    },
  );
}

function relayView(): EndpointView {
  const overloaded: Failure = { kind: 'overloaded', message: 'Upstream is busy.', httpStatus: 503 };
  return fakeView(
    fakeEndpoint({
      id: 'relay',
      name: 'Relay Frankfurt',
      provider: 'google_genai',
      baseUrl: 'http://relay.example:8080',
      limits: { concurrency: 16 },
      adaptive: 'ceiling',
    }),
    [
      fakeKey('relay', 'q81c', undefined, {
        gauges: gauges({ minute: [22], today: [311], inFlight: [4, 16] }),
      }),
    ],
    {
      gauges: gauges({ minute: [22], today: [311], inFlight: [4, 16] }),
      metrics: { p50Ms: 11_400, p95Ms: 31_000, spentTodayUsd: 1.2, hour: fakeHour(30, 0.2) },
      health: { effectiveWeight: 0.6, succeeded: 280, failed: 31, lastFailure: overloaded },
      keyMetrics: { 'relay-q81c': metrics([280, 31], [11_400, 31_000], 1.2) },
    },
  );
}

export function fakeEndpoints(now: number): readonly EndpointView[] {
  return [
    googleView(now),
    relayView(),
    fakeView(fakeEndpoint({ id: 'openai', name: 'OpenAI official', provider: 'openai' }), [
      fakeKey('studio', '9fGh'),
    ]),
    DEMO_ENDPOINT,
  ];
}

const FEW = ['AVAILABLE', 'TEMPORARILY_EXHAUSTED', 'COOLDOWN', 'FULLY_EXHAUSTED', 'FAILED_INIT'] as const;

/** 1,500 keys at one endpoint, in all states. */
export function manyEndpoints(now: number): readonly EndpointView[] {
  const [, ...others] = fakeEndpoints(now);
  const keys = Array.from({ length: 1500 }, (_, at) => {
    const odd = at % 11 === 3 ? (FEW[1 + (((at / 11) % 4) | 0)] ?? 'AVAILABLE') : 'AVAILABLE';
    const reason = odd === 'FAILED_INIT' ? INVALID : odd === 'FULLY_EXHAUSTED' ? SPENT : QUOTA;
    const waits = odd === 'COOLDOWN' || odd === 'TEMPORARILY_EXHAUSTED';
    const state: KeyState = {
      status: odd,
      since: now - 30_000,
      ...(waits ? { until: now + 10_000 + (at % 90) * 1000 } : {}),
      ...(odd === 'AVAILABLE' ? {} : { reason }),
    };
    const tail = (46_656 + at * 7919).toString(36).slice(-4).padStart(4, '0');
    return fakeKey(`pool-${String(at + 1).padStart(4, '0')}`, tail, state, {
      paused: at % 97 === 5,
      gauges: gauges({ minute: [at % 60, 60], today: [(at * 13) % 1000, 1000], inFlight: [at % 4] }),
    });
  });
  const endpoint = fakeEndpoint({
    id: 'google',
    name: 'Google official',
    provider: 'google_genai',
    weight: 2,
  });
  const big = fakeView(endpoint, keys, {
    gauges: gauges({ minute: [21_480], today: [611_204], inFlight: [412] }),
    metrics: { p50Ms: 8100, p95Ms: 14_200, spentTodayUsd: 611.2, hour: fakeHour(20_000) },
    health: { succeeded: 611_204, failed: 5119, lastFailure: QUOTA },
  });
  return [big, ...others];
}

/** Nothing works: every key is dead, out or paused, and the relay rests. */
export function failingEndpoints(now: number): readonly EndpointView[] {
  return fakeEndpoints(now).map((view) => ({
    ...view,
    endpoint: { ...view.endpoint, enabled: view.endpoint.id !== 'openai' },
    health:
      view.endpoint.id === 'relay'
        ? { ...view.health, rest: { reason: 'ban', until: now + 287_000 }, effectiveWeight: 0.02 }
        : view.endpoint.id === 'openai'
          ? { ...view.health, gauges: gauges({ minute: [3], today: [3], inFlight: [3] }) }
          : view.health,
    keys: view.keys.map((key, at) => ({
      ...key,
      paused: at === 2,
      state:
        at % 2 === 0
          ? { status: 'FAILED_INIT', since: now - 60_000, reason: INVALID }
          : { status: 'FULLY_EXHAUSTED', since: now - 60_000, until: now + 5 * 3_600_000, reason: SPENT },
    })),
  }));
}

export function fakeFleetEvents(now: number): readonly FleetEvent[] {
  const key = (label: string, tail: string) => ({
    keyId: `${label}-${tail}`,
    keyLabel: label,
    keyTail: tail,
  });
  const at = (minutes: number) => now - minutes * 60_000;
  const google = 'Google official';
  const events: readonly (FleetEvent extends infer E
    ? E extends FleetEvent
      ? Omit<E, 'id'>
      : never
    : never)[] = [
    {
      kind: 'keyState',
      at: at(0.3),
      ...key('team-b', 'p0Lk'),
      endpointName: google,
      from: 'AVAILABLE',
      to: 'TEMPORARILY_EXHAUSTED',
      reason: QUOTA,
      until: now + 42_000,
    },
    { kind: 'keyState', at: at(3), ...key('team-b', 'p0Lk'), from: 'COOLDOWN', to: 'AVAILABLE' },
    {
      kind: 'rateLearned',
      at: at(12),
      ...key('team-c', 'm31a'),
      endpointName: google,
      model: 'gemini-nano-banana-2.1',
      perMinute: 44,
    },
    { kind: 'endpointRest', at: at(31), endpointId: 'relay', endpointName: 'Relay Frankfurt' },
    {
      kind: 'endpointRest',
      at: at(32),
      endpointId: 'relay',
      endpointName: 'Relay Frankfurt',
      rest: { reason: 'failing', until: at(31) },
    },
    {
      kind: 'keyState',
      at: at(66),
      ...key('free-1', 'tt9Z'),
      endpointName: google,
      from: 'AVAILABLE',
      to: 'FULLY_EXHAUSTED',
      reason: SPENT,
      until: now + 5 * 3_600_000,
    },
    {
      kind: 'keyState',
      at: at(150),
      ...key('old', 'aa02'),
      endpointName: google,
      from: 'AVAILABLE',
      to: 'FAILED_INIT',
      reason: INVALID,
    },
  ];
  return events.map((event, index) => ({ ...event, id: events.length - index }) as FleetEvent);
}
