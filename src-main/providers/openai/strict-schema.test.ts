import { expect, it } from 'vitest';
import { isStrictSchema } from './strict-schema';

function closed(properties: Record<string, object>, more: object = {}) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    ...more,
  };
}

const text = { type: 'string', description: 'a word', pattern: '^a' };

it.each([
  ['a closed object', closed({ a: text, b: { type: ['string', 'null'] } })],
  [
    'objects within lists and definitions',
    closed({ a: { type: 'array', items: { $ref: '#/$defs/b' } } }, { $defs: { b: closed({ c: text }) } }),
  ],
  ['a choice', closed({ a: { anyOf: [text, { type: 'null' }] } })],
  ['one with a dialect', { $schema: 'https://json-schema.org/draft/2020-12/schema', ...closed({}) }],
])('takes %s', (_what, schema) => {
  expect(isStrictSchema(schema)).toBe(true);
});

it.each([
  ['no object at its root', { type: 'array', items: text }],
  ['an open object', { type: 'object', properties: { a: text }, required: ['a'] }],
  ['an optional property', closed({ a: text }, { required: [] })],
  ['an open object deep within', closed({ a: { type: 'array', items: { type: ['object', 'null'] } } })],
  ['an open definition', closed({ a: text }, { $defs: { b: { type: 'object' } } })],
  ['an unknown word', closed({ a: { type: 'string', minLength: 2 } })],
  ['an unknown format', closed({ a: { type: 'string', format: 'iri' } })],
  ['a part without a type', closed({ a: { enum: ['x'] } })],
  ['a list of anything', closed({ a: { type: 'array' } })],
  ['a schema that is true', closed({ a: true as unknown as object })],
  ['one too deep', nested(12)],
])('does not take %s', (_what, schema) => {
  expect(isStrictSchema(schema)).toBe(false);
});

function nested(depth: number): Record<string, unknown> {
  return depth === 0 ? closed({}) : closed({ a: nested(depth - 1) });
}
