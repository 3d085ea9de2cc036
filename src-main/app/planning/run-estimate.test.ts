import type { EndpointView } from '@shared/contract';
import type { KeyInfo, Limits } from '@shared/model/endpoint';
import { describe, expect, it } from 'vitest';
import { type EstimateInput, estimateSeconds } from './run-estimate';
import { testEndpoint } from '../testing/test-library';

const NOTHING = { used: 0 };

function key(id: string, given: Partial<KeyInfo> = {}): KeyInfo {
  const state = { status: 'AVAILABLE', since: 0 } as const;
  return { id, label: id, tail: id, endpointIds: ['e'], paused: false, state, readable: true, ...given };
}

function view(
  limits: Limits,
  keys: KeyInfo[],
  latency: { p50Ms?: number; p95Ms?: number } = {},
): EndpointView {
  const gauges = { inFlight: NOTHING, minute: NOTHING, today: NOTHING, tokens: NOTHING };
  return {
    endpoint: testEndpoint({ limits }),
    health: { endpointId: 'e', gauges, succeeded: 0, failed: 0, effectiveWeight: 1 },
    metrics: { ...latency, spentTodayUsd: 0, hour: [] },
    keys,
  };
}

const estimate = (endpoints: readonly EndpointView[], given: Partial<EstimateInput> = {}) =>
  estimateSeconds({
    jobs: 600,
    concurrency: 10,
    endpoints,
    groups: [],
    pool: { minIntervalMs: 0, concurrency: 0 },
    ...given,
  });

describe('the time a run may take', () => {
  it('is not told while nothing is known', () => {
    expect(estimate([view({}, [key('a')])])).toBeUndefined();
    expect(estimate([view({}, [key('a')], { p50Ms: 1000 })], { jobs: 0 })).toBeUndefined();
  });

  it('is not told while nothing can serve the run', () => expect(estimate([])).toBeUndefined());

  it('follows from how long answers take and how many are asked for at once', () => {
    const endpoint = view({}, [key('a')], { p50Ms: 8000, p95Ms: 20_000 });
    expect(estimate([endpoint])).toEqual({ low: 488, high: 1220 });
    expect(estimate([endpoint], { pool: { minIntervalMs: 0, concurrency: 5 } })).toMatchObject({ low: 968 });
  });

  it('is bound by what keys may send a minute, those of a group together', () => {
    const keys = [
      key('a', { limits: { requestsPerMinute: 10 } }),
      key('b', { learnedPerMinute: 20 }),
      key('c', { groupId: 'g' }),
      key('d', { groupId: 'g' }),
      key('paused', { paused: true }),
    ];
    const groups = [{ id: 'g', name: 'G', limits: { requestsPerMinute: 30 } }];
    expect(estimate([view({}, keys)], { groups })).toEqual({ low: 600, high: 600 });
    expect(estimate([view({ requestsPerMinute: 30 }, keys)], { groups })).toEqual({ low: 1200, high: 1200 });
    expect(estimate([view({}, keys)], { groups, pool: { minIntervalMs: 2000, concurrency: 0 } })).toEqual({
      low: 1200,
      high: 1200,
    });
  });

  it('is not bound by keys where one has no limit', () => {
    const keys = [key('a', { limits: { requestsPerMinute: 1 } }), key('b')];
    expect(estimate([view({}, keys, { p50Ms: 1000 })])).toEqual({ low: 61, high: 61 });
  });
});
