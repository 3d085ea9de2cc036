/**
 * The refusals of both providers as they come over the wire, one for each kind of failure a provider can cause.
 * Shapes: Gemini API and google.rpc error details; OpenAI API error bodies (both as observed in 2026).
 */
import type { FailureKind } from '@shared/model/failure';
import type { Provider } from '@shared/model/provider';
import type { Fault, ScriptedRequest } from './script';

export type RefusalKind = Extract<
  FailureKind,
  | 'invalid_key'
  | 'quota_minute'
  | 'quota_day'
  | 'overloaded'
  | 'malformed'
  | 'blocked'
  | 'no_image'
  | 'no_credit'
  | 'no_model'
  | 'bad_request'
>;

const WORDS = 'Here is what I would change, described in words instead of a picture.';
const WEB_PAGE =
  '<!doctype html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>';

/** The answer of `protocol` that a client must read as a failure of this kind. */
export function refusal(
  kind: RefusalKind,
  protocol: Provider,
  via: ScriptedRequest['via'] = 'images',
): Fault {
  if (kind === 'malformed') {
    return { status: 200, body: WEB_PAGE, headers: { 'content-type': 'text/html; charset=utf-8' } };
  }
  if (protocol === 'google_genai') {
    return GEMINI[kind]();
  }
  return kind === 'no_image' && via === 'chat' ? chatInWords() : OPENAI[kind]();
}

type Refusals = Readonly<Record<Exclude<RefusalKind, 'malformed'>, () => Fault>>;

const GEMINI: Refusals = {
  invalid_key: () =>
    geminiError(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'API_KEY_INVALID',
        domain: 'googleapis.com',
      },
    ]),
  quota_minute: () => geminiQuota('GenerateRequestsPerMinutePerProjectPerModel', '10s', '15'),
  // Providers name a short delay even when the quota of the day is used up.
  quota_day: () => geminiQuota('GenerateRequestsPerDayPerProjectPerModel', '59s', '250'),
  no_credit: () => geminiQuota('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '59s', '0'),
  overloaded: () => geminiError(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
  no_model: () => geminiError(404, 'NOT_FOUND', 'models/unknown is not found for API version v1beta.'),
  bad_request: () => geminiError(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'),
  blocked: () => ({
    status: 200,
    body: {
      candidates: [
        {
          finishReason: 'IMAGE_SAFETY',
          finishMessage: 'Unable to show the generated image: it may violate the safety policy.',
          index: 0,
        },
      ],
      usageMetadata: { promptTokenCount: 1130, totalTokenCount: 1130 },
    },
  }),
  no_image: () => ({
    status: 200,
    body: {
      candidates: [{ content: { role: 'model', parts: [{ text: WORDS }] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 1130, candidatesTokenCount: 16, totalTokenCount: 1146 },
    },
  }),
};

const OPENAI: Refusals = {
  invalid_key: () =>
    openaiError(401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'),
  quota_minute: () => ({
    ...openaiError(
      429,
      'requests',
      'rate_limit_exceeded',
      'Rate limit reached for images per minute: Limit 5, Used 5, Requested 1. Please try again in 12s.',
    ),
    headers: {
      'retry-after': '12',
      'x-ratelimit-limit-requests': '5',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '12s',
    },
  }),
  quota_day: () =>
    openaiError(
      429,
      'requests',
      'rate_limit_exceeded',
      'Rate limit reached on requests per day (RPD): Limit 500, Used 500, Requested 1.',
    ),
  no_credit: () =>
    openaiError(429, 'insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.'),
  overloaded: () => openaiError(503, 'server_error', null, 'The engine is currently overloaded.'),
  no_model: () =>
    openaiError(
      404,
      'invalid_request_error',
      'model_not_found',
      'The model does not exist or you lack access.',
    ),
  bad_request: () => openaiError(400, 'invalid_request_error', 'invalid_value', 'Invalid value.'),
  blocked: () =>
    openaiError(
      400,
      'image_generation_user_error',
      'moderation_blocked',
      'Your request was rejected by the safety system. safety_violations=[violence].',
    ),
  no_image: () => ({ status: 200, body: { created: 1_795_000_000, data: [] } }),
};

export function geminiError(
  code: number,
  status: string,
  message: string,
  details?: readonly object[],
): Fault {
  const error = { code, message, status, ...(details === undefined ? {} : { details }) };
  return { status: code, body: { error } };
}

function geminiQuota(quotaId: string, retryDelay: string, limit: string): Fault {
  const metric = 'generativelanguage.googleapis.com/generate_requests_per_model';
  const message = `You exceeded your current quota. Quota exceeded for metric: ${metric}, limit: ${limit}.`;
  return geminiError(429, 'RESOURCE_EXHAUSTED', message, [
    {
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [{ quotaMetric: metric, quotaId, quotaValue: limit }],
    },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
  ]);
}

export function openaiError(status: number, type: string, code: string | null, message: string): Fault {
  return { status, body: { error: { message, type, param: null, code } } };
}

function chatInWords(): Fault {
  const message = { role: 'assistant', content: WORDS };
  return {
    status: 200,
    body: {
      id: 'chatcmpl-demo',
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
    },
  };
}
