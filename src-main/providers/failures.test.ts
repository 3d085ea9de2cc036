/** The failure table over a socket, through both SDKs: what both share. Refusals for a quota: refusals.test.ts. */
import { FAILURES, type FailureKind } from '@shared/model/failure';
import type { Provider } from '@shared/model/provider';
import { describe, expect, it } from 'vitest';
import { DAY, failureTable, quotaError, type Row } from './testing/failure-table';
import { answer, json, type Script } from './testing/scripted-server';

const { failureOf, check } = failureTable();

const HTML = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

/** One answer for each kind; null: no answer of a provider can cause it. A new kind does not compile without. */
const EVERY_KIND: Readonly<Record<FailureKind, Readonly<Record<Provider, Script>> | null>> = {
  invalid_key: both(answer(401, '')),
  quota_minute: both(answer(429, '')),
  quota_day: both(json(quotaError([DAY], '59s'), 429)),
  overloaded: both(answer(503, '')),
  network: both({ kind: 'reset' }),
  timeout: both({ kind: 'hang' }),
  malformed: both(answer(200, 'OK')),
  blocked: {
    google_genai: json({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }),
    openai: json({ error: { message: 'x', code: 'moderation_blocked' } }, 400),
  },
  no_image: {
    google_genai: json({ candidates: [{ finishReason: 'NO_IMAGE' }] }),
    openai: json({ data: [] }),
  },
  no_credit: both(answer(402, '')),
  no_model: both(answer(404, '')),
  bad_request: both(json({ error: { message: 'Unknown name "foo"' } }, 400)),
  schema_mismatch: null,
  // Of text requests alone: google-genai/text.test.ts and openai/text.test.ts.
  token_limit: null,
  bad_input: null,
  storage: null,
  budget: null,
};

function both(script: Script): Readonly<Record<Provider, Script>> {
  return { google_genai: script, openai: script };
}

const ROWS: readonly Row[] = [
  ['401', json({ error: { message: 'Unauthorized' } }, 401), 'invalid_key'],
  ['401 without body', answer(401, ''), 'invalid_key'],
  ['403', json({ error: { message: 'Forbidden' } }, 403), 'invalid_key'],
  ['403 as a web page of a gateway', answer(403, HTML, { 'content-type': 'text/html' }), 'malformed'],
  ['402', json({ error: { message: 'Payment required' } }, 402), 'no_credit'],
  ['402 without body', answer(402, ''), 'no_credit'],
  ['402 with a wait, which is for nobody', answer(402, '', { 'retry-after': '5' }), 'no_credit'],
  ['401 with a wait', answer(401, '', { 'retry-after': '5' }), 'invalid_key'],
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
  ['500', json({ error: { message: 'boom' } }, 500), 'overloaded'],
  [
    '502 as a web page',
    answer(502, HTML, { 'content-type': 'text/html' }),
    'overloaded',
    { message: '502 Bad Gateway' },
  ],
  [
    '503',
    json({ error: { message: 'busy' } }, 503, { 'retry-after': '3' }),
    'overloaded',
    { retryAfterMs: 3000 },
  ],
  [
    '503 with the state of its limits, which is not why',
    json({ error: { message: 'busy' } }, 503, {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '6m0s',
    }),
    'overloaded',
  ],
  [
    '503 until a date',
    answer(503, '', {
      'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT',
      date: 'Sat, 21 Nov 2026 12:00:00 GMT',
    }),
    'overloaded',
    { retryAfterMs: 30_000 },
  ],
  ['501', answer(501, ''), 'overloaded'],
  ['504', answer(504, ''), 'overloaded'],
  ['520 of a gateway', answer(520, HTML), 'overloaded'],
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
  ['410', answer(410, ''), 'no_model'],
  ['405', answer(405, ''), 'bad_request'],
  ['409', json({ error: { message: 'busy with another' } }, 409), 'bad_request'],
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
  ['400 without body', answer(400, '', { 'retry-after': '5' }), 'bad_request'],
  [
    'a country that is not served',
    json({ error: { message: 'no', code: 'unsupported_country_region_territory' } }, 403),
    'no_model',
  ],
  [
    'a deactivated account',
    json({ error: { message: 'x', code: 'account_deactivated' } }, 403),
    'invalid_key',
  ],
  ['400', json({ error: { message: 'Unknown name "foo" at generation_config' } }, 400), 'bad_request'],
  ['413', answer(413, 'Payload too large'), 'bad_request', { message: 'Payload too large' }],
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
  [
    '200 with a 429 inside',
    json({ error: { message: 'x', code: 429 } }, 200, { 'retry-after': '4' }),
    'quota_minute',
    { retryAfterMs: 4000 },
  ],
  [
    '200 with a daily quota inside',
    json(quotaError([DAY], '59s')),
    'quota_day',
    { providerCode: DAY.quotaId },
  ],
  ['200 without credit inside', json({ error: { message: 'x', code: 'insufficient_quota' } }), 'no_credit'],
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

describe.each<Provider>(['google_genai', 'openai'])('%s', (provider) => {
  it.each(Object.keys(FAILURES) as FailureKind[])(
    'causes %s with one request, its body sent',
    async (kind) => {
      const scripts = EVERY_KIND[kind];
      if (scripts !== null) {
        const failure = await failureOf(provider, scripts[provider], 500);
        expect(failure).toMatchObject({ kind, bodySent: true });
        expect(failure).not.toHaveProperty('retryAfterMs');
      }
    },
  );

  describe('the rows that both share', () => check(provider, ROWS));

  it('cuts and cleans a long message', async () => {
    const message = `first line\n\n${'word '.repeat(400)}${'A'.repeat(5000)}`;
    const failure = await failureOf(provider, json({ error: { message } }, 400));
    expect(failure.message).toMatch(/^first line word word/);
    expect(failure.message.length).toBeLessThanOrEqual(500);
  });
});
