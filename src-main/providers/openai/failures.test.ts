/** Failures that only OpenAI and its relays write so. What both providers share: ../failures.test.ts and ../refusals.test.ts. */
import { describe } from 'vitest';
import { failureTable, type Row } from '../testing/failure-table';
import { json } from '../testing/scripted-server';

const { check } = failureTable();

const ROWS: readonly Row[] = [
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

describe('openai: its own rows', () => check('openai', ROWS));
