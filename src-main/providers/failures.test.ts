/** Every row of the failure table, over a socket, through both SDKs. */
import type { Failure, FailureKind } from '@shared/model/failure';
import type { Provider } from '@shared/model/provider';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAdapters } from './index';
import { callContext, endpoint, failureIn, GOOGLE_KEY, request, type TestContext } from './testing/calls';
import {
  answer,
  json,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from './testing/scripted-server';

let server: ScriptedServer;
let context: TestContext | undefined;
const adapters = createAdapters();

beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(async () => {
  await context?.close();
  await server.close();
});

async function failureOf(provider: Provider, script: Script): Promise<Failure> {
  server.reply(script);
  context = callContext(endpoint(provider, server.url), GOOGLE_KEY);
  const failure = failureIn(await adapters[provider].image(request({ model: 'gemini-9-image' }), context));
  expect(server.requests).toHaveLength(1);
  return failure;
}

type Row = readonly [what: string, script: Script, kind: FailureKind, more?: Partial<Failure>];

function check(provider: Provider, rows: readonly Row[]): void {
  for (const [what, script, kind, more] of rows) {
    it(what, async () => {
      expect(await failureOf(provider, script)).toMatchObject({ kind, bodySent: true, ...more });
    });
  }
}

const HTML = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

const ANY_PROVIDER: readonly Row[] = [
  [
    '401',
    json({ error: { message: 'Unauthorized' } }, 401),
    'invalid_key',
    { httpStatus: 401, bodySent: true },
  ],
  ['401 without body', answer(401, ''), 'invalid_key'],
  ['403', json({ error: { message: 'Forbidden' } }, 403), 'invalid_key'],
  ['403 as a web page of a gateway', answer(403, HTML, { 'content-type': 'text/html' }), 'malformed'],
  ['402', json({ error: { message: 'Payment required' } }, 402), 'no_credit'],
  ['402 without body', answer(402, ''), 'no_credit'],
  ['insufficient_quota', json({ error: { message: 'x', code: 'insufficient_quota' } }, 429), 'no_credit'],
  [
    'a relay without balance',
    json({ error: { message: '余额不足', code: 'insufficient_user_quota' } }, 403),
    'no_credit',
  ],
  [
    'a relay without balance, in words',
    json({ error: { message: 'Insufficient balance' } }, 403),
    'no_credit',
  ],
  ['429', json({ error: { message: 'slow down' } }, 429), 'quota_minute'],
  ['429 without body', answer(429, '', { 'retry-after': '9' }), 'quota_minute', { retryAfterMs: 9000 }],
  ['429 as a web page', answer(429, HTML), 'quota_minute'],
  [
    '429, retry-after-ms',
    json({ error: { message: 'x' } }, 429, { 'retry-after-ms': '250' }),
    'quota_minute',
    { retryAfterMs: 250 },
  ],
  [
    '429, a date',
    json({ error: { message: 'x' } }, 429, {
      'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT',
      date: 'Sat, 21 Nov 2026 12:00:00 GMT',
    }),
    'quota_minute',
    { retryAfterMs: 30_000 },
  ],
  [
    '429 per day, in words',
    json({ error: { message: 'Limit reached: 200 requests per day (RPD). Try again in 7m12s.' } }, 429),
    'quota_day',
    { retryAfterMs: 432_000 },
  ],
  ['500', json({ error: { message: 'boom' } }, 500), 'overloaded'],
  [
    '502 as a web page',
    answer(502, HTML, { 'content-type': 'text/html' }),
    'overloaded',
    { message: expect.stringContaining('502 Bad Gateway') as string },
  ],
  [
    '503',
    json({ error: { message: 'busy' } }, 503, { 'retry-after': '3' }),
    'overloaded',
    { retryAfterMs: 3000 },
  ],
  ['504', answer(504, ''), 'overloaded'],
  ['529', json({ type: 'error', error: { type: 'overloaded_error', message: 'x' } }, 529), 'overloaded'],
  [
    '5xx that quotes an upstream 429',
    json(
      { error: { message: '{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED"}}' } },
      500,
    ),
    'overloaded',
  ],
  [
    '5xx that quotes an upstream key error',
    json({ error: { message: 'upstream said invalid_api_key', code: 'invalid_api_key' } }, 502),
    'overloaded',
  ],
  ['524 of a gateway', answer(524, HTML), 'timeout'],
  ['408', json({ error: { message: 'too slow' } }, 408), 'timeout'],
  [
    '404 naming the model',
    json({ error: { message: 'models/gemini-9-image is not found for API version v1beta', code: 404 } }, 404),
    'no_model',
  ],
  ['404 of a route', answer(404, '404 page not found'), 'no_model'],
  [
    '400 naming the model',
    json({ error: { message: 'The model `gemini-9-image` does not exist' } }, 400),
    'no_model',
  ],
  [
    '400 naming the model first',
    json({ error: { message: 'model gemini-9-image is not supported' } }, 400),
    'no_model',
  ],
  [
    '400 with an unknown model name',
    json({ error: { message: 'Unknown model: gemini-9-image' } }, 400),
    'no_model',
  ],
  [
    '400 about a size of the model',
    json({ error: { message: 'Size 4K is not supported by model gemini-9-image' } }, 400),
    'bad_request',
  ],
  ['400', json({ error: { message: 'Unknown name "foo" at generation_config' } }, 400), 'bad_request'],
  [
    '413',
    answer(413, 'Payload too large'),
    'bad_request',
    { message: expect.stringContaining('Payload too large') as string },
  ],
  ['422 of a framework', json({ detail: [{ msg: 'field required' }] }, 422), 'bad_request'],
  [
    '400 prompt_blocked of a relay',
    json({ error: { message: 'x', code: 'prompt_blocked' } }, 400),
    'blocked',
  ],
  [
    'an array of errors',
    json([{ error: { code: 401, message: 'first of a list', status: 'UNAUTHENTICATED' } }], 401),
    'invalid_key',
    { message: 'first of a list' },
  ],
  ['an error that is text', json({ error: 'plain words' }, 400), 'bad_request', { message: 'plain words' }],
  [
    'a message without error',
    json({ code: 40_003, msg: 'relay words' }, 400),
    'bad_request',
    { message: 'relay words' },
  ],
  ['200 as a web page', answer(200, HTML, { 'content-type': 'text/html' }), 'malformed'],
  ['200 as text', answer(200, 'OK'), 'malformed'],
  [
    '200 with half a JSON',
    answer(200, '{"candidates":[', { 'content-type': 'application/json' }),
    'malformed',
  ],
  ['200 with nothing', answer(200, ''), 'malformed'],
  ['200 with null', json(null), 'malformed'],
  ['200 with a number', json(7), 'malformed'],
  ['204', answer(204, ''), 'malformed'],
  ['200 with JSON of another service', json({ status: 'ok', task_id: 'abc' }), 'malformed'],
  ['200 with a 429 inside', json({ error: { message: 'x', code: 429 } }), 'quota_minute'],
  ['200 with a key error inside', json({ error: { message: 'x', code: 'invalid_api_key' } }), 'invalid_key'],
  [
    '200 with a server error inside',
    json({ error: { message: 'x', code: 503, status: 'UNAVAILABLE' } }),
    'overloaded',
  ],
  [
    '200 with an error that names nothing',
    json({ error: { message: 'something odd' } }),
    'malformed',
    { message: 'something odd' },
  ],
  ['a status nobody knows', answer(799, 'x'), 'malformed'],
  ['a redirect', answer(302, '', { location: 'https://login.example/?next=1' }), 'malformed'],
];

describe.each<Provider>(['google_genai', 'openai'])('%s: the shared table', (provider) => {
  check(provider, ANY_PROVIDER);

  it('cuts and cleans a long message', async () => {
    const message = `first line\n\n${'word '.repeat(400)}${'A'.repeat(5000)}`;
    const failure = await failureOf(provider, json({ error: { message } }, 400));
    expect(failure.message).toMatch(/^first line word word/);
    expect(failure.message.length).toBeLessThanOrEqual(500);
  });
});

const QUOTA = 'type.googleapis.com/google.rpc.QuotaFailure';
const RETRY = 'type.googleapis.com/google.rpc.RetryInfo';
const INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

function google429(
  quota: object,
  retryDelay: string,
  message = 'You exceeded your current quota, please check your plan and billing details.',
) {
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.Help', links: [] },
    { '@type': QUOTA, violations: [quota] },
    { '@type': RETRY, retryDelay },
  ];
  return { error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details } };
}

const MINUTE = {
  quotaMetric: 'x/generate_content_requests',
  quotaId: 'GenerateRequestsPerMinutePerProjectPerModel',
  quotaValue: '10',
};
const DAY = {
  quotaMetric: 'x/generate_content_free_tier_requests',
  quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
  quotaValue: '20',
};
const DAY_BY_METRIC = { quotaMetric: 'x/generate_requests_per_model_per_day', quotaValue: '250' };
const NONE = {
  quotaMetric: 'x/generate_content_free_tier_requests',
  quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
  quotaValue: '0',
};

function wrapped(inner: object): object {
  return { error: { message: JSON.stringify(inner), code: 429, status: 'Too Many Requests' } };
}

const GOOGLE: readonly Row[] = [
  [
    'API_KEY_INVALID',
    json(
      {
        error: {
          code: 400,
          message: 'API key not valid. Please pass a valid API key.',
          status: 'INVALID_ARGUMENT',
          details: [{ '@type': INFO, reason: 'API_KEY_INVALID' }],
        },
      },
      400,
    ),
    'invalid_key',
    { providerCode: 'API_KEY_INVALID' },
  ],
  [
    'API_KEY_INVALID without details',
    json(
      {
        error: {
          code: 400,
          message: 'API key expired. Please renew the API key.',
          status: 'INVALID_ARGUMENT',
        },
      },
      400,
    ),
    'invalid_key',
  ],
  [
    'a minute quota',
    json(google429(MINUTE, '59s'), 429),
    'quota_minute',
    { retryAfterMs: 59_000, providerCode: MINUTE.quotaId },
  ],
  [
    'a daily quota with a misleading delay',
    json(google429(DAY, '59s'), 429),
    'quota_day',
    { providerCode: DAY.quotaId },
  ],
  [
    'a daily quota told by its metric',
    json(google429(DAY_BY_METRIC, '39043s'), 429),
    'quota_day',
    { retryAfterMs: 39_043_000 },
  ],
  ['a quota of zero', json(google429(NONE, '59s'), 429), 'no_credit'],
  [
    'a quota of zero, in words',
    json(
      {
        error: {
          code: 429,
          message: '* Quota exceeded for metric: x/requests, limit: 0, model: y\nPlease retry in 10.67s.',
          status: 'RESOURCE_EXHAUSTED',
        },
      },
      429,
    ),
    'no_credit',
  ],
  [
    'limit: 20, in words',
    json(
      {
        error: {
          code: 429,
          message:
            '* Quota exceeded for metric: x/requests, limit: 20, model: y\nPlease retry in 1h52m56.4s.',
          status: 'RESOURCE_EXHAUSTED',
        },
      },
      429,
    ),
    'quota_minute',
    { retryAfterMs: 6_776_400 },
  ],
  [
    'a bare 429',
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
    { providerCode: 'RESOURCE_EXHAUSTED' },
  ],
  [
    'an error in an error',
    json(wrapped(google429(DAY, '59s')), 429),
    'quota_day',
    { message: expect.stringMatching(/^You exceeded/) as string, providerCode: DAY.quotaId },
  ],
  [
    'an error in an error in an error',
    json(wrapped(wrapped(google429(MINUTE, '7s'))), 429),
    'quota_minute',
    { retryAfterMs: 7000 },
  ],
  [
    'an error labelled as text',
    answer(429, JSON.stringify(google429(DAY, '59s')), { 'content-type': 'text/plain' }),
    'quota_day',
  ],
  [
    'billing is needed',
    json(
      {
        error: {
          code: 400,
          message:
            'Gemini API free tier is not available in your country. Please enable billing on your project.',
          status: 'FAILED_PRECONDITION',
        },
      },
      400,
    ),
    'no_credit',
  ],
  [
    'permission denied',
    json({ error: { code: 403, message: 'denied', status: 'PERMISSION_DENIED' } }, 403),
    'invalid_key',
    { providerCode: 'PERMISSION_DENIED' },
  ],
  [
    'billing disabled',
    json(
      {
        error: {
          code: 403,
          message: 'x',
          status: 'PERMISSION_DENIED',
          details: [{ '@type': INFO, reason: 'BILLING_DISABLED' }],
        },
      },
      403,
    ),
    'no_credit',
  ],
  [
    'unavailable',
    json({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }, 503),
    'overloaded',
  ],
];

describe('google_genai: its own rows', () => {
  check('google_genai', GOOGLE);

  it('names no wait for a daily quota whose delay cannot be right', async () => {
    expect(await failureOf('google_genai', json(google429(DAY, '59s'), 429))).not.toHaveProperty(
      'retryAfterMs',
    );
  });
});

const OPENAI: readonly Row[] = [
  [
    'a wrong key',
    json(
      {
        error: {
          message: 'Incorrect API key provided',
          type: 'invalid_request_error',
          code: 'invalid_api_key',
        },
      },
      401,
    ),
    'invalid_key',
    { providerCode: 'invalid_api_key' },
  ],
  [
    'an empty account',
    json(
      {
        error: {
          message: 'You exceeded your current quota, please check your plan.',
          type: 'insufficient_quota',
          code: 'insufficient_quota',
        },
      },
      429,
    ),
    'no_credit',
  ],
  [
    'an empty account behind a relay',
    json(
      { error: { message: 'You exceeded your current quota, please check your plan and billing details.' } },
      429,
    ),
    'no_credit',
  ],
  [
    'a billing limit',
    json(
      { error: { message: 'Billing hard limit has been reached', code: 'billing_hard_limit_reached' } },
      400,
    ),
    'no_credit',
  ],
  [
    'a rate limit in words',
    json(
      {
        error: {
          message: 'Rate limit reached. Limit: 5/1min. Please try again after 51.84 seconds.',
          code: 'rate_limit_exceeded',
        },
      },
      429,
    ),
    'quota_minute',
    { retryAfterMs: 51_840, providerCode: 'rate_limit_exceeded' },
  ],
  [
    'a rate limit in headers',
    json({ error: { message: 'Rate limit', code: 'rate_limit_exceeded' } }, 429, {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '12s',
      'x-ratelimit-reset-tokens': '6m0s',
    }),
    'quota_minute',
    { retryAfterMs: 12_000 },
  ],
  ['Google behind its OpenAI address', json([google429(DAY, '59s')], 429), 'quota_day'],
  [
    'moderation',
    json(
      {
        error: {
          message: 'Your request was rejected by the safety system. safety_violations=[violence].',
          type: 'image_generation_user_error',
          code: 'moderation_blocked',
        },
      },
      400,
    ),
    'blocked',
    { providerCode: 'moderation_blocked' },
  ],
  [
    'older moderation',
    json(
      {
        error: {
          message: 'Your request was rejected as a result of our safety system.',
          type: 'invalid_request_error',
          code: null,
        },
      },
      400,
    ),
    'blocked',
  ],
  [
    'moderation without its code',
    json({ error: { message: 'Request rejected', type: 'image_generation_user_error' } }, 400),
    'blocked',
  ],
  [
    'an unknown model',
    json(
      {
        error: {
          message: "Invalid value: 'x'. Supported values are: 'y'.",
          type: 'invalid_request_error',
          param: 'model',
          code: 'invalid_value',
        },
      },
      400,
    ),
    'no_model',
  ],
  [
    'a model without access',
    json({ error: { message: 'no access', type: 'invalid_request_error', code: 'model_not_found' } }, 403),
    'no_model',
  ],
  [
    'an unknown parameter',
    json(
      {
        error: {
          message: "Unknown parameter: 'response_format'.",
          type: 'invalid_request_error',
          param: 'response_format',
          code: 'unknown_parameter',
        },
      },
      400,
    ),
    'bad_request',
  ],
  [
    'a relay without a channel',
    json(
      { error: { message: 'no available channel for model gemini-9-image', code: 'model_not_found' } },
      503,
    ),
    'overloaded',
  ],
];

describe('openai: its own rows', () => {
  check('openai', OPENAI);
});
