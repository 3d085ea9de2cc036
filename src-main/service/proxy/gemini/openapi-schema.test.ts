import { describe, expect, it } from 'vitest';
import { jsonSchemaOf } from './openapi-schema';

describe("Gemini's dialect of OpenAPI schemas", () => {
  it('becomes the JSON Schema that it means', () => {
    expect(
      jsonSchemaOf({
        type: 'OBJECT',
        description: 'A person',
        properties: {
          name: { type: 'STRING', minLength: '1' },
          age: { type: 'INTEGER', nullable: true },
          mood: { type: 'STRING', format: 'enum', enum: ['good', 'bad'], nullable: true },
          friends: { type: 'ARRAY', items: { type: 'STRING' }, maxItems: '3' },
          either: { anyOf: [{ type: 'NUMBER' }, { type: 'BOOLEAN' }] },
          type: { type: 'STRING', format: 'date-time' },
        },
        required: ['name'],
        propertyOrdering: ['name', 'age'],
      }),
    ).toEqual({
      type: 'object',
      description: 'A person',
      properties: {
        name: { type: 'string', minLength: 1 },
        age: { type: ['integer', 'null'] },
        mood: { type: ['string', 'null'], enum: ['good', 'bad', null] },
        friends: { type: 'array', items: { type: 'string' }, maxItems: 3 },
        either: { anyOf: [{ type: 'number' }, { type: 'boolean' }] },
        type: { type: 'string', format: 'date-time' },
      },
      required: ['name'],
    });
  });

  it('that says nothing of the type says nothing of it', () => {
    expect(jsonSchemaOf({ type: 'TYPE_UNSPECIFIED', title: 'x' })).toEqual({ title: 'x' });
  });
});
