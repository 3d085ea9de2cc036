import { describe, expect, it } from 'vitest';
import { rateFactsIn } from './rate-facts';

const NOW = Date.UTC(2026, 10, 21, 12);
const facts = (headers: object) => rateFactsIn(new Headers(headers as Record<string, string>), NOW);

describe('limits in headers', () => {
  it('are read as OpenAI writes them', () => {
    expect(
      facts({
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '20.5s',
      }),
    ).toEqual({
      requests: { limit: 60, remaining: 59, resetMs: 1_000 },
      tokens: { limit: 150_000, remaining: 0, resetMs: 20_500 },
    });
  });

  it('are read as Anthropic writes them, with a date', () => {
    expect(
      facts({
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-11-21T12:00:30Z',
      }),
    ).toEqual({ requests: { limit: 50, remaining: 0, resetMs: 30_000 } });
  });

  it.each([
    [
      'of a day by the pace at which they fill',
      {
        'x-ratelimit-limit-requests': '10000',
        'x-ratelimit-remaining-requests': '9999',
        'x-ratelimit-reset-requests': '8.64s',
      },
    ],
    ['of a day by their name', { 'x-ratelimit-limit-requests-day': '14400' }],
    ['of nobody knows what', { 'x-ratelimit-limit': '60', 'x-ratelimit-reset': '12' }],
    ['of a window nobody names', { 'ratelimit-limit': '60', 'ratelimit-reset': '12' }],
    ['of an hour', { 'ratelimit-policy': '600;w=3600' }],
    ['of something else than requests', { 'ratelimit-policy': '"x";q=600;w=60;qu="content-bytes"' }],
    ['of several windows of a minute', { 'ratelimit-policy': '60;w=60, 30;w=60' }],
    ['of a day', { 'x-ratelimit-limit-requests': '200', 'x-ratelimit-reset-requests': '7m12s' }],
    ['that mean "none"', { 'x-ratelimit-limit-requests': '-1' }],
    ['that are no numbers', { 'x-ratelimit-limit-requests': 'unlimited' }],
    ['that are not there', { 'x-request-id': '1' }],
  ])('are left out when they are %s', (_what, headers) => {
    expect(facts(headers)).toBeUndefined();
  });

  it('are read where their name says that they are of a minute', () => {
    expect(
      facts({
        'x-ratelimit-limit-requests-day': '14400',
        'x-ratelimit-limit-tokens-minute': '60000',
        'x-ratelimit-remaining-tokens-minute': '0',
      }),
    ).toEqual({ tokens: { limit: 60_000, remaining: 0 } });
  });

  it('are read in part where the other part cannot be', () => {
    expect(facts({ 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': 'many' })).toEqual({
      requests: { limit: 60 },
    });
  });

  it.each([
    [{ 'ratelimit-policy': '60;w=60', 'ratelimit-remaining': '3', 'ratelimit-reset': '12' }],
    [{ 'ratelimit-limit': '60, 60;w=60', 'ratelimit-remaining': '3', 'ratelimit-reset': '12' }],
    [{ 'ratelimit-policy': '60;w=60', ratelimit: 'limit=60, remaining=3, reset=12' }],
    [{ 'ratelimit-policy': '"minute";q=60;w=60', ratelimit: '"minute";r=3;t=12' }],
    [{ 'ratelimit-policy': '"minute";q=60;w=60;qu="requests"', ratelimit: '"minute";r=3;t=12' }],
  ])('are read as the IETF writes them: %j', (headers) => {
    expect(facts(headers)).toEqual({ requests: { limit: 60, remaining: 3, resetMs: 12_000 } });
  });

  it('are read without what is left where several windows count', () => {
    expect(
      facts({ 'ratelimit-policy': '10;w=1, 60;w=60', 'ratelimit-remaining': '3', 'ratelimit-reset': '1' }),
    ).toEqual({ requests: { limit: 60 } });
  });

  it.each([
    ['30', 30_000],
    [String(NOW / 1000 + 20), 20_000],
    [String(NOW + 5_000), 5_000],
    ['1m0s', 60_000],
  ])('tell by %s when all is free again', (reset, resetMs) => {
    expect(facts({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': reset })).toEqual({
      requests: { remaining: 0, resetMs },
    });
  });
});
