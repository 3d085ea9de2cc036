/** Failures that only Google writes so. What both providers share: ../failures.test.ts and ../refusals.test.ts. */
import { describe } from 'vitest';
import { ERROR_INFO, EXCEEDED, failureTable, plainError, type Row } from '../testing/failure-table';

const { check } = failureTable();

const INVALID_ARGUMENT = { code: 400, status: 'INVALID_ARGUMENT' };
const PRECONDITION = { code: 400, status: 'FAILED_PRECONDITION' };
const DENIED = { code: 403, status: 'PERMISSION_DENIED' };

const ROWS: readonly Row[] = [
  [
    'API_KEY_INVALID',
    plainError(400, {
      ...INVALID_ARGUMENT,
      message: 'API key not valid. Please pass a valid API key.',
      details: [{ '@type': ERROR_INFO, reason: 'API_KEY_INVALID' }],
    }),
    'invalid_key',
    { providerCode: 'API_KEY_INVALID' },
  ],
  [
    'API_KEY_INVALID without details',
    plainError(400, { ...INVALID_ARGUMENT, message: 'API key expired. Please renew the API key.' }),
    'invalid_key',
  ],
  [
    'permission denied',
    plainError(403, { ...DENIED, message: 'denied' }),
    'invalid_key',
    { providerCode: 'PERMISSION_DENIED' },
  ],
  [
    'billing disabled',
    plainError(403, {
      ...DENIED,
      message: 'x',
      details: [{ '@type': ERROR_INFO, reason: 'BILLING_DISABLED' }],
    }),
    'no_credit',
  ],
  [
    'billing is needed',
    plainError(400, {
      ...PRECONDITION,
      message:
        'Gemini API free tier is not available in your country. Please enable billing on your project.',
    }),
    'no_credit',
  ],
  [
    'a country that is not served',
    plainError(400, { ...PRECONDITION, message: 'User location is not supported for the API use.' }),
    'no_model',
  ],
  [
    'an argument',
    plainError(400, { ...INVALID_ARGUMENT, message: 'Unable to process input image' }),
    'bad_request',
  ],
  [
    'an unknown model',
    plainError(404, {
      code: 404,
      message: 'models/x is not found for API version v1beta',
      status: 'NOT_FOUND',
    }),
    'no_model',
    { providerCode: 'NOT_FOUND' },
  ],
  [
    'a used-up quota without details',
    plainError(429, { code: 429, message: EXCEEDED, status: 'RESOURCE_EXHAUSTED' }),
    'quota_minute',
    { providerCode: null },
  ],
  ['an internal error', plainError(500, { code: 500, message: 'x', status: 'INTERNAL' }), 'overloaded'],
  [
    'an overloaded model',
    plainError(503, { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' }),
    'overloaded',
    { providerCode: 'UNAVAILABLE' },
  ],
  [
    'a deadline of its own',
    plainError(504, { code: 504, message: 'x', status: 'DEADLINE_EXCEEDED' }),
    'overloaded',
  ],
];

describe('google_genai: its own rows', () => check('google_genai', ROWS));
