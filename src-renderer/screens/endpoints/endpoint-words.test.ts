import { describe, expect, it } from 'vitest';
import { fakeEndpoints, fakeKey } from '../../testing/fake-data';
import { baseUrlProblem, endpointState, keyState, sendsInClear, trafficShare } from './endpoint-words';

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
    expect(keyState(fakeKey('a', 'x', { status, since: 0, ...until }), NOW)).toEqual({ word, tone });
  });

  it('says paused and not readable before anything else', () => {
    const key = fakeKey('a', 'x');
    expect(keyState({ ...key, paused: true }, NOW).word).toBe('Paused');
    expect(keyState({ ...key, paused: true, readable: false }, NOW).word).toBe('Not readable');
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
    expect(endpointState(off).word).toBe('Off');
  });
});

describe('base URLs', () => {
  it.each([
    ['http://relay.example', true],
    ['http://127.0.0.1:8080/v1', false],
    ['http://localhost', false],
    ['http://[::1]:9', false],
    ['https://relay.example', false],
    ['', false],
  ])('%s sends in clear: %s', (url, expected) => {
    expect(sendsInClear(url)).toBe(expected);
  });

  it('wants http or https', () => {
    expect(baseUrlProblem('relay.example')).toContain('https://');
    expect(baseUrlProblem('ftp://relay.example')).toContain('https://');
    expect(baseUrlProblem('')).toBeUndefined();
    expect(baseUrlProblem('https://relay.example/v1')).toBeUndefined();
  });
});
