/** What a person is told of a value that a field cannot take: the field, the rule, the way out. */
import type { z } from 'zod';
import { durationWords } from './clock-words';

interface FieldProblem {
  readonly message: string;
  /** The last part of its path, as the controls are called. */
  readonly field: string;
}

/** How the fields that people fill in are called in a sentence. */
const NAMES: Readonly<Record<string, string>> = {
  name: 'The name',
  label: 'The label',
  baseUrl: 'The base URL',
  apiVersion: 'The API version',
  resetZone: 'The time zone',
  weight: 'The weight',
  requestsPerMinute: 'Requests per minute',
  requestsPerDay: 'Requests per day',
  tokensPerMinute: 'Tokens per minute',
  concurrency: 'Requests at once',
  minIntervalMs: 'The interval between requests',
  timeoutMs: 'The timeout',
  workers: 'The number of workers',
  maxRetries: 'The number of retries',
  retryDelayMs: 'The delay before a retry',
  keyCooldownMs: 'The rest time after each answer',
  exhaustedWaitMs: 'The wait after a quota failure',
  strikes: 'The number of strikes',
  fullyExhaustedWaitMs: 'The wait after the last strike',
  slotCooldownMs: 'The rest time of a slot',
  banPauseMs: 'The pause against a ban',
  model: 'The model',
  prompt: 'The prompt',
};

/** 0 and blank say "as much as you like" there, which a person who wants to block something may not expect. */
const LIMITS: ReadonlySet<string> = new Set([
  'requestsPerMinute',
  'requestsPerDay',
  'tokensPerMinute',
  'concurrency',
]);
const LIMIT_HINT = '0 or blank is no limit, and to block an endpoint or a key, pause it';

/** Null: what is wrong is no slip of a person at a field. */
export function fieldProblem(issues: readonly z.core.$ZodIssue[]): FieldProblem | null {
  for (const issue of issues) {
    const field = String(issue.path.at(-1));
    const name = NAMES[field];
    const rule = name === undefined ? null : ruleOf(issue, field);
    if (rule !== null) {
      return { field, message: `${name} ${rule}.` };
    }
  }
  return null;
}

/** Wrong kinds of values come from no control: they have no sentence. */
function ruleOf(issue: z.core.$ZodIssue, field: string): string | null {
  if (issue.code === 'too_small') {
    return issue.origin === 'string' ? 'must not be blank' : lowerBound(issue, field);
  }
  if (issue.code === 'too_big') {
    return issue.origin === 'string'
      ? `has at most ${issue.maximum.toLocaleString('en-US')} characters`
      : `must be at most ${amount(issue.maximum, field)}`;
  }
  return issue.code === 'invalid_type' && issue.expected === 'int' ? 'must be a whole number' : null;
}

function lowerBound({ minimum, inclusive }: z.core.$ZodIssueTooSmall, field: string): string {
  const least = amount(minimum, field);
  if (inclusive === false) {
    return `must be more than ${least}`;
  }
  return LIMITS.has(field) && Number(minimum) === 0
    ? `must be ${least} or more: ${LIMIT_HINT}`
    : `must be ${least} or more`;
}

function amount(value: number | bigint, field: string): string {
  return field.endsWith('Ms') && value !== 0 ? durationWords(Number(value)) : value.toLocaleString('en-US');
}
