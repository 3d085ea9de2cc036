/** Refusals for a quota (429), through both SDKs: relays send each provider's errors by the other's protocol. */
import type { Provider } from '@shared/model/provider';
import { describe } from 'vitest';
import {
  DAY,
  ERROR_INFO,
  EXCEEDED,
  failureTable,
  MINUTE,
  plainError,
  quotaError,
  type Row,
} from './testing/failure-table';
import { answer, json } from './testing/scripted-server';

const { check } = failureTable();

const DAY_BY_METRIC = { quotaMetric: 'x/generate_requests_per_model_per_day', quotaValue: '250' };
const TOKENS = { quotaId: 'GenerateContentInputTokensPerModelPerMinute-FreeTier' };
const NONE = { ...DAY, quotaValue: '0' };
const HTML = '<!DOCTYPE html><html><head><title>Too Many Requests</title></head></html>';
const HALF_MINUTE_LATER = {
  'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT',
  date: 'Sat, 21 Nov 2026 12:00:00 GMT',
};
const USED_UP = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '12s' };
const NOT_USED_UP = { 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-requests': '1s' };

/** The proxy's error around another: its message is JSON. */
function wrapped(inner: object): object {
  return { error: { message: JSON.stringify(inner), code: 429, status: 'Too Many Requests' } };
}

/** As older Google services name a quota. */
function infoError(metadata: object): object {
  return { error: { code: 429, message: 'x', details: [{ '@type': ERROR_INFO, metadata }] } };
}

const QUOTA: readonly Row[] = [
  [
    'by the minute',
    json(quotaError([MINUTE], '59s'), 429),
    'quota_minute',
    { retryAfterMs: 59_000, providerCode: MINUTE.quotaId },
  ],
  [
    'of tokens by the minute',
    json(quotaError([TOKENS], null), 429),
    'quota_minute',
    { providerCode: TOKENS.quotaId },
  ],
  [
    'by the minute, whatever the text says of a day',
    json(quotaError([MINUTE], '7s', 'limit per day'), 429),
    'quota_minute',
    { retryAfterMs: 7000 },
  ],
  [
    'by the day, with a delay that cannot be right',
    json(quotaError([DAY], '59s'), 429),
    'quota_day',
    { providerCode: DAY.quotaId },
  ],
  [
    'by the day, whatever the header says',
    json(quotaError([DAY], null), 429, { 'retry-after': '20' }),
    'quota_day',
    { providerCode: DAY.quotaId },
  ],
  [
    'by minute and day',
    json(quotaError([MINUTE, DAY], '59s'), 429),
    'quota_day',
    { providerCode: DAY.quotaId },
  ],
  [
    'by the day, told by its metric, with a delay that can be right',
    json(quotaError([DAY_BY_METRIC], '39043s'), 429),
    'quota_day',
    { retryAfterMs: 39_043_000, providerCode: DAY_BY_METRIC.quotaMetric },
  ],
  [
    'by the day, told by its description',
    json(quotaError([{ subject: 'project:1', description: 'Requests per day' }], null), 429),
    'quota_day',
  ],
  [
    'by the day, told by an ErrorInfo',
    json(infoError({ quota_limit: 'RequestsPerDay', quota_limit_value: '50' }), 429),
    'quota_day',
    { providerCode: 'RequestsPerDay' },
  ],
  [
    'by the minute, told by an ErrorInfo',
    json(infoError({ quota_limit: 'RequestsPerMinutePerProject', quota_metric: 'x/requests' }), 429),
    'quota_minute',
    { providerCode: 'RequestsPerMinutePerProject' },
  ],
  ['of zero', json(quotaError([NONE], '59s'), 429), 'no_credit'],
  ['of zero as a number', json(quotaError([{ ...DAY, quotaValue: 0 }], '59s'), 429), 'no_credit'],
  [
    'of zero, told by an ErrorInfo',
    json(infoError({ quota_limit: 'x', quota_limit_value: '0' }), 429),
    'no_credit',
  ],
  [
    'of zero, in words',
    json(
      quotaError([], null, '* Quota exceeded for metric: x/requests, limit: 0\nPlease retry in 10.67s.'),
      429,
    ),
    'no_credit',
  ],
  [
    'of twenty, in words',
    json(
      quotaError([], null, '* Quota exceeded for metric: x/requests, limit: 20\nPlease retry in 1h52m56.4s.'),
      429,
    ),
    'quota_minute',
    { retryAfterMs: 6_776_400 },
  ],
  [
    'by the day, in words',
    plainError(429, { message: 'Limit reached: 200 requests per day (RPD). Try again in 7m12s.' }),
    'quota_day',
    { retryAfterMs: 432_000 },
  ],
  [
    'in an error in an error',
    json(wrapped(quotaError([DAY], '59s')), 429),
    'quota_day',
    { message: 'You exceeded', providerCode: DAY.quotaId },
  ],
  [
    'in an error in an error in an error',
    json(wrapped(wrapped(quotaError([MINUTE], '7s'))), 429),
    'quota_minute',
    { retryAfterMs: 7000 },
  ],
  [
    'in an error behind words',
    plainError(429, { message: `got status: 429. ${JSON.stringify(quotaError([DAY], '59s'))}` }),
    'quota_day',
    { providerCode: DAY.quotaId },
  ],
  [
    'in an error labelled as text',
    answer(429, JSON.stringify(quotaError([DAY], '59s')), { 'content-type': 'text/plain' }),
    'quota_day',
  ],
  ['in a list of errors', json([quotaError([DAY], '59s')], 429), 'quota_day'],
];

const WAIT: readonly Row[] = [
  ['Retry-After', answer(429, '', { 'retry-after': '9' }), 'quota_minute', { retryAfterMs: 9000 }],
  [
    'Retry-After, a date',
    plainError(429, { message: 'x' }, HALF_MINUTE_LATER),
    'quota_minute',
    { retryAfterMs: 30_000 },
  ],
  [
    'retry-after-ms',
    plainError(429, { message: 'x' }, { 'retry-after-ms': '250' }),
    'quota_minute',
    { retryAfterMs: 250 },
  ],
  [
    'retry-after-ms before Retry-After',
    answer(429, '', { 'retry-after-ms': '1500', 'retry-after': '2' }),
    'quota_minute',
    { retryAfterMs: 1500 },
  ],
  [
    'RetryInfo before Retry-After',
    json(quotaError([], '7s', 'x'), 429, { 'retry-after': '30' }),
    'quota_minute',
    { retryAfterMs: 7000 },
  ],
  [
    'Retry-After before the text',
    plainError(429, { message: 'Try again in 5s' }, { 'retry-after': '6' }),
    'quota_minute',
    { retryAfterMs: 6000 },
  ],
  [
    'the text',
    plainError(429, {
      message: 'Limit: 5/1min. Please try again after 51.84 seconds.',
      code: 'rate_limit_exceeded',
    }),
    'quota_minute',
    { retryAfterMs: 51_840, providerCode: 'rate_limit_exceeded' },
  ],
  [
    'the text before a limit that is whole again',
    plainError(429, { message: 'Please try again in 51.84 s.' }, USED_UP),
    'quota_minute',
    { retryAfterMs: 51_840 },
  ],
  [
    'a limit that is used up',
    plainError(
      429,
      { message: 'Rate limit', code: 'rate_limit_exceeded' },
      { ...USED_UP, 'x-ratelimit-reset-tokens': '6m0s' },
    ),
    'quota_minute',
    { retryAfterMs: 12_000, providerCode: 'rate_limit_exceeded' },
  ],
  [
    'a bucket that is used up, of whatever',
    answer(429, '', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '15' }),
    'quota_minute',
    { retryAfterMs: 15_000 },
  ],
  ['in a gateway page', answer(429, HTML, { 'retry-after': '8' }), 'quota_minute', { retryAfterMs: 8000 }],
];

/** Neither a quota nor a delay: with several keys in a row it may be a ban. */
const UNNAMED: readonly Row[] = [
  ['no body', answer(429, ''), 'quota_minute', { providerCode: null }],
  ['a web page', answer(429, HTML), 'quota_minute', { providerCode: null }],
  ['a word', plainError(429, { message: 'slow down' }), 'quota_minute', { providerCode: null }],
  [
    'a status as code',
    json(
      {
        error: {
          code: 429,
          message: 'Resource has been exhausted (e.g. check quota).',
          status: 'RESOURCE_EXHAUSTED',
        },
      },
      429,
    ),
    'quota_minute',
    { providerCode: null },
  ],
  [
    'a code for any refusal',
    plainError(429, { message: 'Too many requests from your address', code: 'rate_limit_exceeded' }),
    'quota_minute',
    { providerCode: null },
  ],
  ['a wait of nothing', answer(429, '', { 'retry-after': 'soon' }), 'quota_minute', { providerCode: null }],
  ['limits that are not used up', answer(429, '', NOT_USED_UP), 'quota_minute', { providerCode: null }],
];

/** A quota without a delay is no ban. */
const WITHOUT_WAIT: readonly Row[] = [
  ['by its id', json(quotaError([MINUTE], null), 429), 'quota_minute', { providerCode: MINUTE.quotaId }],
  [
    'by its metric in the text',
    json(quotaError([], null, 'Quota exceeded for metric: x/requests, limit: 20'), 429),
    'quota_minute',
    { providerCode: 'RESOURCE_EXHAUSTED' },
  ],
  [
    'by its type',
    plainError(429, { message: 'x', type: 'tokens' }),
    'quota_minute',
    { providerCode: 'tokens' },
  ],
  [
    'by words',
    plainError(429, { message: 'Rate limit reached on requests per min (RPM): Limit 3' }),
    'quota_minute',
    { providerCode: 'requests per min' },
  ],
  [
    'by a used-up limit in the headers',
    answer(429, '', { 'x-ratelimit-remaining-tokens': '0' }),
    'quota_minute',
    { providerCode: 'tokens' },
  ],
];

const ACCOUNT: readonly Row[] = [
  [
    'insufficient_quota',
    plainError(429, { message: 'x', code: 'insufficient_quota' }),
    'no_credit',
    { providerCode: 'insufficient_quota' },
  ],
  ['no balance, in words', plainError(429, { message: 'Insufficient balance' }), 'no_credit'],
  [
    'credits that are used up',
    plainError(429, { message: 'Your prepayment credits are depleted.' }),
    'no_credit',
  ],
  [
    'a spending cap',
    plainError(429, { message: `Your project has exceeded its monthly spending cap.` }),
    'no_credit',
  ],
  [
    'a wait for an empty account',
    plainError(429, { message: 'x', code: 'insufficient_quota' }, { 'retry-after': '5' }),
    'no_credit',
  ],
  [
    'a wait beside the words for an empty account',
    plainError(429, { message: `${EXCEEDED} Please retry in 10.67s.` }),
    'quota_minute',
    { retryAfterMs: 10_670 },
  ],
];

describe.each<Provider>(['google_genai', 'openai'])('%s: a refusal', (provider) => {
  describe('for a quota', () => check(provider, QUOTA));
  describe('names its wait by', () => check(provider, WAIT));
  describe('that names neither quota nor delay:', () => check(provider, UNNAMED));
  describe('that names a quota and no delay:', () => check(provider, WITHOUT_WAIT));
  describe('of the account:', () => check(provider, ACCOUNT));
});
