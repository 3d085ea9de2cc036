import { describe, expect, it } from 'vitest';
import { compileSchema } from './fits-schema';

const SCORE = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    score: { type: 'integer', minimum: 0, maximum: 10 },
    when: { type: 'string', format: 'date' },
    mood: { enum: ['good', 'bad'] },
  },
  required: ['score'],
  additionalProperties: false,
  'x-unknown': { anything: true },
};

function problems(schema: Readonly<Record<string, unknown>>, value: unknown): readonly string[] {
  const compiled = compileSchema(schema);
  if (compiled.kind === 'bad') throw new Error(compiled.message);
  return compiled.problems(value);
}

function refusal(schema: Readonly<Record<string, unknown>>): { path: string; message: string } {
  const compiled = compileSchema(schema);
  if (compiled.kind === 'ok') throw new Error('It was taken.');
  return compiled;
}

describe('a schema', () => {
  it('says nothing of what fits it, and each fault with its path', () => {
    expect(problems(SCORE, { score: 3, when: '2026-11-21', mood: 'good' })).toEqual([]);
    expect(problems(SCORE, { score: 11, when: 'soon', mood: 'fair', extra: 1 })).toEqual([
      'The answer must not have the property "extra".',
      '/score must be <= 10.',
      '/when must match format "date".',
      '/mood must be one of "good", "bad".',
    ]);
    expect(problems(SCORE, [])).toEqual(['The answer must be object.']);
  });

  it('names its own fault by its path', () => {
    expect(refusal({ type: 'object', properties: { a: { type: 'strng' } } })).toMatchObject({
      path: '/properties/a/type',
      message: expect.stringContaining('/properties/a/type') as unknown,
    });
    expect(refusal({ properties: { a: { pattern: '(' } } }).message).toContain('regular expression');
  });

  it('is never completed from elsewhere', () => {
    expect(refusal({ properties: { a: { $ref: 'https://example.com/schema.json' } } }).message).toContain(
      'other documents are not fetched',
    );
  });

  it('may be of an earlier draft, where it says so', () => {
    const tuple = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'array',
      items: [{ type: 'string' }, { type: 'number' }],
    };
    expect(problems(tuple, ['a', 1])).toEqual([]);
    expect(problems(tuple, ['a', 'b'])).toEqual(['/1 must be number.']);
  });

  it('whose pattern takes for ever is given up, and the next is checked as ever', () => {
    const schema = (pattern: string) => ({ properties: { a: { type: 'string', pattern } } });
    const text = `${'a'.repeat(60)}b`;
    expect(problems(schema('^(a+)+$'), { a: text })).toEqual([
      'The answer could not be checked in time: the patterns or references of the schema are too slow for it.',
    ]);
    expect(problems(schema('^a+$'), { a: text })).toEqual(['/a must match pattern "^a+$".']);
    expect(problems(schema('^a+b$'), { a: text })).toEqual([]);
  });

  /** Each refers twice to the one before. */
  const doubling = (depth: number, first: object) => ({
    $ref: `#/$defs/d${depth}`,
    $defs: Object.fromEntries(
      Array.from({ length: depth + 1 }, (_, at) => [
        `d${at}`,
        at === 0 ? first : { allOf: [{ $ref: `#/$defs/d${at - 1}` }, { $ref: `#/$defs/d${at - 1}` }] },
      ]),
    ),
  });

  it('whose references double at each step is given up, and the next is checked as ever', () => {
    expect(problems(doubling(60, { type: 'string' }), 'a')).toEqual([
      'The answer could not be checked in time: the patterns or references of the schema are too slow for it.',
    ]);
    expect(problems(doubling(3, { type: 'string' }), 'a')).toEqual([]);
  });

  it('tells all that is wrong, and the first of what is wrong a million times', () => {
    const wanted = { required: ['a', 'b'] };
    expect(problems(wanted, {})).toEqual([
      "The answer must have required property 'a'.",
      "The answer must have required property 'b'.",
    ]);
    expect(problems(doubling(40, wanted), {})).toEqual(["The answer must have required property 'a'."]);
  });

  it('keeps its names to itself', () => {
    const named = (type: string) => ({ $id: 'https://a.b/c', $ref: '#/$defs/x', $defs: { x: { type } } });
    expect(problems(named('string'), 1)).toEqual(['The answer must be string.']);
    expect(problems(named('number'), 1)).toEqual([]);
  });
});
