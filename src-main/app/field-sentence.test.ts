import { endpointSchema, keyLimitsSchema } from '@shared/model/endpoint';
import { poolSettingsSchema } from '@shared/model/settings';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { fieldProblem } from './field-sentence';

function problem(schema: z.ZodType, value: unknown): ReturnType<typeof fieldProblem> {
  return fieldProblem(schema.safeParse(value).error?.issues ?? []);
}

describe('a slip at a field', () => {
  it.each([
    [{ requestsPerDay: -1 }, 'requestsPerDay', /^Requests per day must be 0 or more: 0 or blank is no limit/],
    [{ concurrency: 1.5 }, 'concurrency', /^Requests at once must be a whole number\.$/],
    [
      { models: { m: { tokensPerMinute: -1 } } },
      'tokensPerMinute',
      /^Tokens per minute must be 0 or more: .+ pause it\.$/,
    ],
    [
      { minIntervalMs: 3_600_001 },
      'minIntervalMs',
      /^The interval between requests must be at most 1 hour\.$/,
    ],
    [{ minIntervalMs: -1 }, 'minIntervalMs', /^The interval between requests must be 0 or more\.$/],
  ])('%j is told at %s', (limits, field, message) => {
    expect(problem(keyLimitsSchema, limits)).toEqual({
      field,
      message: expect.stringMatching(message) as string,
    });
  });

  it('is told of endpoints and settings too', () => {
    const weight = { weight: 10_001 };
    expect(problem(endpointSchema.pick({ weight: true }), weight)?.message).toBe(
      'The weight must be at most 10,000.',
    );
    expect(problem(endpointSchema.pick({ timeoutMs: true }), { timeoutMs: 0 })?.message).toBe(
      'The timeout must be more than 0.',
    );
    expect(problem(endpointSchema.pick({ name: true }), { name: '' })?.message).toBe(
      'The name must not be blank.',
    );
    expect(
      problem(poolSettingsSchema.pick({ fullyExhaustedWaitMs: true }), { fullyExhaustedWaitMs: 1e12 })
        ?.message,
    ).toBe('The wait after the last strike must be at most 7 days.');
  });
});

it('has no sentence for what no control can send', () => {
  expect(problem(keyLimitsSchema, { concurrency: 'x' })).toBeNull();
  expect(problem(keyLimitsSchema, { concurrency: null })).toBeNull();
  expect(problem(keyLimitsSchema, 'text')).toBeNull();
  expect(problem(endpointSchema.pick({ provider: true }), { provider: 'other' })).toBeNull();
});
