/** Schemas to start from. Each asks for what people ask for most, and shows how to say more. */

export interface SchemaExample {
  readonly name: string;
  readonly hint: string;
  readonly schema: object;
}

const text = (description: string) => ({ type: 'string', description });

function objectOf(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

export const SCHEMA_EXAMPLES: readonly SchemaExample[] = [
  {
    name: 'Caption and tags',
    hint: 'of a picture',
    schema: objectOf({
      caption: text('One sentence that says what is to be seen'),
      tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 12 },
    }),
  },
  {
    name: 'Score and reason',
    hint: '0 to 10',
    schema: objectOf({
      score: { type: 'integer', minimum: 0, maximum: 10 },
      reason: text('Why, in one sentence'),
    }),
  },
  {
    name: 'One of a few classes',
    hint: 'with confidence',
    schema: objectOf({
      label: { type: 'string', enum: ['portrait', 'landscape', 'product', 'other'] },
      confidence: { type: 'number', minimum: 0, maximum: 1 },
    }),
  },
  {
    name: 'List of things',
    hint: 'each with its number',
    schema: objectOf({
      items: {
        type: 'array',
        items: objectOf({ name: text('What it is'), count: { type: 'integer', minimum: 1 } }),
      },
    }),
  },
];

export function schemaText(schema: object): string {
  return JSON.stringify(schema, null, 2);
}

/** Indented anew; the text as it is where it is no JSON. */
export function formatted(source: string): string {
  try {
    return JSON.stringify(JSON.parse(source), null, 2);
  } catch {
    return source;
  }
}
