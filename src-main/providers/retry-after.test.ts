import { describe, expect, it } from 'vitest';
import { waitInDetails, waitInHeaders, waitInLimits, waitInText } from './retry-after';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('headers that name a wait', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after-ms': '1500', 'retry-after': '7' }, 1500],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'Sat, 21 Nov 2026 15:00:30 GMT', date: 'Sat, 21 Nov 2026 15:00:00 GMT' }, 30_000],
    [{ 'retry-after': '1m30s' }, 90_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{}, undefined],
  ])('%j', (headers, ms) => {
    expect(waitInHeaders(new Headers(headers as Record<string, string>), NOW)).toBe(ms);
  });
});

describe('limits that are whole again', () => {
  it.each([
    [{ 'x-ratelimit-reset-requests': '12s' }, 12_000],
    [{ 'x-ratelimit-reset-requests': '12s', 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
    [
      {
        'x-ratelimit-reset-requests': '12s',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-tokens': '6m0s',
        'x-ratelimit-remaining-tokens': '90',
      },
      12_000,
    ],
    [{ 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-remaining-requests': '59' }, undefined],
    [{ 'x-ratelimit-reset-requests': String(NOW / 1000 + 20) }, 20_000],
    [{ 'x-ratelimit-reset-requests': String(NOW + 20_000) }, 20_000],
    [{ 'x-ratelimit-reset-requests': '0.5' }, 500],
    [{ 'x-ratelimit-reset-requests': 'later' }, undefined],
    [
      {
        'anthropic-ratelimit-requests-reset': '2026-11-21T12:00:30Z',
        'anthropic-ratelimit-requests-remaining': '0',
      },
      30_000,
    ],
    [{ 'x-ratelimit-reset': String(NOW + 20_000), 'x-ratelimit-remaining': '0' }, 20_000],
    [{ 'ratelimit-reset': '9', 'ratelimit-remaining': '0' }, 9000],
    [{ 'x-ratelimit-reset': '9', 'x-ratelimit-remaining': '4' }, undefined],
    [{}, undefined],
  ])('%j', (headers, ms) => {
    expect(waitInLimits(new Headers(headers as Record<string, string>), NOW)).toBe(ms);
  });
});

describe('details and text', () => {
  it('reads RetryInfo as text and as a re-encoded duration', () => {
    expect(waitInDetails([{ '@type': 'x/google.rpc.Help' }, { retryDelay: '59s' }])).toBe(59_000);
    expect(waitInDetails([{ retryDelay: { seconds: 30 } }])).toBe(30_000);
    expect(waitInDetails([{ links: [] }, null, 'x'])).toBeUndefined();
  });

  it.each([
    ['Limit: 5/1min. Please try again after 51.84 seconds.', 51_840],
    ['Please try again in 6ms. Visit the site.', 6],
    ['Please retry in 1h52m56.4s.', 6_776_400],
    ['Please retry in 10.67s.', 10_670],
    ['Retry your request after 13 seconds.', 13_000],
    ['Too many requests, please wait 30 seconds.', 30_000],
    ['Please try again later', undefined],
    ['You made 3 requests', undefined],
  ])('%s', (text, ms) => {
    expect(waitInText(text)).toBe(ms);
  });
});
