import { describe, expect, it } from 'vitest';
import { DEMO_ENDPOINT, fakeEndpoints, fakeKey, NO_GAUGES, NO_METRICS } from '../../testing/fake-fleet-data';
import type { EndpointView } from '@shared/contract';
import {
  endpointState,
  gaugeWords,
  isReady,
  keyReason,
  keyState,
  keyTally,
  latencyWords,
  successWords,
  trafficShare,
} from './endpoint-words';

const NOW = 1_000_000;

describe('words for keys', () => {
  it.each([
    ['AVAILABLE', 'Ready', 'ok'],
    ['COOLDOWN', 'Cooling 0:42', 'warn'],
    ['TEMPORARILY_EXHAUSTED', 'Waiting for quota 0:42', 'warn'],
    ['FULLY_EXHAUSTED', 'Out for today', 'bad'],
    ['FAILED_INIT', 'Invalid', 'bad'],
  ] as const)('%s is %s', (status, word, tone) => {
    const until = status === 'AVAILABLE' ? {} : { until: NOW + 42_000 };
    expect(keyState(fakeKey('a', 'x', { status, since: 0, ...until }), NOW, false)).toEqual({ word, tone });
  });

  it('says paused and not readable before anything else', () => {
    const key = fakeKey('a', 'x');
    expect(keyState({ ...key, paused: true }, NOW, false).word).toBe('Paused');
    expect(keyState({ ...key, paused: true, readable: false }, NOW, false).word).toBe('Not readable');
  });

  it('says locked of a key that cannot be read while the vault is locked, and of no other', () => {
    const key = fakeKey('a', 'x');
    expect(keyState({ ...key, readable: false }, NOW, true)).toEqual({ word: 'Locked', tone: 'bad' });
    expect(keyState(key, NOW, true).word).toBe('Ready');
  });

  it('gives no reason of a locked key, which is said once for all, and one of a key that is lost', () => {
    const key = fakeKey('a', 'x', undefined, { readable: false });
    expect(keyReason(key, true)).toBe('');
    expect(keyReason(key, false)).toContain('add it again');
  });

  it('says how many requests a paused key still waits for', () => {
    const key = fakeKey('a', 'x', undefined, {
      paused: true,
      gauges: { ...NO_GAUGES, inFlight: { used: 3 } },
    });
    expect(keyState(key, NOW, false)).toEqual({ word: 'Draining · 3 in flight', tone: 'info' });
  });

  it('tells an empty account from a wrong key', () => {
    const reason = { kind: 'no_credit', message: 'No credit.' } as const;
    expect(keyState(fakeKey('a', 'x', { status: 'FAILED_INIT', since: 0, reason }), NOW, false).word).toBe(
      'No credit',
    );
  });
});

describe('ready keys', () => {
  it('are those that could be used now; a rest between two requests is no illness', () => {
    const resting = fakeKey('a', 'x', { status: 'COOLDOWN', since: 0, until: NOW + 30_000 });
    const reason = { kind: 'timeout', message: 'No answer.' } as const;
    expect(isReady(resting)).toBe(true);
    expect(isReady({ ...resting, state: { ...resting.state, reason } })).toBe(false);
    expect(isReady({ ...resting, paused: true })).toBe(false);
  });

  it('are counted once, and not at paused endpoints', () => {
    const all = fakeEndpoints(NOW);
    expect(keyTally(all)).toEqual({ ready: 4, refused: 1, all: 7 });
    expect(keyTally([...all, ...all])).toEqual({ ready: 4, refused: 1, all: 7 });
    const paused = all.map((view) => ({ ...view, endpoint: { ...view.endpoint, enabled: false } }));
    expect(keyTally(paused)).toEqual({ ready: 0, refused: 0, all: 0 });
  });
});

describe('states of an endpoint', () => {
  const first = (views: readonly EndpointView[]): EndpointView => {
    const [view] = views;
    if (view === undefined) {
      throw new Error('no endpoint');
    }
    return view;
  };
  const google = first(fakeEndpoints(NOW));
  const waiting = (until?: number) => ({
    ...google,
    keys: [
      fakeKey('a', 'x', {
        status: 'TEMPORARILY_EXHAUSTED',
        since: 0,
        ...(until === undefined ? {} : { until }),
      }),
    ],
  });

  const answered = { ...google.health, proof: { kind: 'answered' } as const };
  const unreachable = {
    kind: 'testFailed',
    failure: { kind: 'network', message: 'The connection was refused.' },
  } as const;

  it.each([
    ['Healthy', google],
    ['Untested', { ...google, metrics: NO_METRICS }],
    ['Untested', { ...google, health: { ...google.health, proof: { kind: 'moved' } as const } }],
    ['Healthy', { ...google, metrics: NO_METRICS, health: answered }],
    ['Test failed: Network error', { ...google, health: { ...answered, proof: unreachable } }],
    ['Gets no traffic', { ...google, endpoint: { ...google.endpoint, weight: 0 } }],
    ['Healthy', { ...DEMO_ENDPOINT, health: { ...DEMO_ENDPOINT.health, effectiveWeight: 1 } }],
    ['No keys', { ...google, keys: [] }],
    ['Waiting for quota 0:10', waiting(NOW + 10_000)],
    ['No key ready', waiting()],
    ['Recent errors', { ...google, health: { ...google.health, effectiveWeight: 1 } }],
    [
      'Resting 4:47',
      { ...google, health: { ...google.health, rest: { reason: 'ban', until: NOW + 287_000 } as const } },
    ],
    [
      'Paused',
      {
        ...google,
        endpoint: { ...google.endpoint, enabled: false },
        health: { ...google.health, gauges: NO_GAUGES },
      },
    ],
  ])('%s', (word, view) => {
    expect(endpointState(view, NOW).word).toBe(word);
  });
});

describe('figures', () => {
  it('show a limit only where there is one', () => {
    expect(gaugeWords({ used: 52, limit: 60 })).toBe('52 / 60');
    expect(gaugeWords({ used: 1437 })).toBe('1,437');
    expect(gaugeWords({ used: 3, limit: 0 })).toBe('3');
  });

  it('never round a failure away', () => {
    expect(successWords(0, 0)).toBe('–');
    expect(successWords(100_000, 0)).toBe('100%');
    expect(successWords(99_999, 1)).toBe('99.9%');
    expect(successWords(0, 3)).toBe('0.0%');
  });

  it('tell p50 and p95 in seconds', () => {
    expect(latencyWords(undefined, undefined)).toBe('–');
    expect(latencyWords(8100, 14_200)).toBe('8.1 / 14 s');
    expect(latencyWords(900, undefined)).toBe('0.9 s');
  });
});

describe('traffic', () => {
  it('is shared among endpoints of one protocol by effective weight', () => {
    const all = fakeEndpoints(NOW);
    const shares = all.map((view) => trafficShare(view, all));
    expect(shares[0]).toBeCloseTo(2 / 2.6);
    expect(shares[1]).toBeCloseTo(0.6 / 2.6);
    expect(shares[2]).toBe(1);
    expect(shares[3]).toBe(0);
  });

  it('gives nothing to an endpoint that is off', () => {
    const [first, ...rest] = fakeEndpoints(NOW);
    if (first === undefined) {
      throw new Error('no endpoint');
    }
    const off = { ...first, endpoint: { ...first.endpoint, enabled: false } };
    expect(trafficShare(off, [off, ...rest])).toBe(0);
    expect(endpointState(off, NOW).word).toBe('Draining · 13 in flight');
  });
});
