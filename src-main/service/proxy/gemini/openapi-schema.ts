/**
 * Gemini's `responseSchema` is a subset of OpenAPI's: types in capitals, `nullable`, an order of properties. As the JSON
 * Schema that it means. Pure.
 */
type Schema = Readonly<Record<string, unknown>>;

const DROPPED = new Set(['nullable', 'propertyOrdering', 'example']);

export function jsonSchemaOf(schema: Schema): Schema {
  const type = typeof schema['type'] === 'string' ? schema['type'].toLowerCase() : undefined;
  const known = type === 'type_unspecified' ? undefined : type;
  const isNullable = schema['nullable'] === true;
  const entries = Object.entries(schema).flatMap(([name, value]): [string, unknown][] => {
    switch (name) {
      case 'type':
        return known === undefined ? [] : [['type', isNullable ? [known, 'null'] : known]];
      case 'format':
        // A note of Google's to itself, and no format of JSON Schema.
        return value === 'enum' ? [] : [['format', value]];
      case 'enum':
        return [['enum', isNullable && Array.isArray(value) ? [...(value as unknown[]), null] : value]];
      case 'properties':
        return [[name, mapped(value)]];
      case 'items':
        return [[name, isSchema(value) ? jsonSchemaOf(value) : value]];
      case 'anyOf':
        return [
          [
            name,
            Array.isArray(value)
              ? value.map((one: unknown) => (isSchema(one) ? jsonSchemaOf(one) : one))
              : value,
          ],
        ];
      case 'minItems':
      case 'maxItems':
      case 'minLength':
      case 'maxLength':
      case 'minProperties':
      case 'maxProperties':
        // 64-bit numbers are texts in Google's JSON.
        return [[name, typeof value === 'string' ? Number(value) : value]];
      default:
        return DROPPED.has(name) ? [] : [[name, value]];
    }
  });
  return Object.fromEntries(entries);
}

function mapped(properties: unknown): unknown {
  return isSchema(properties)
    ? Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [name, isSchema(one) ? jsonSchemaOf(one) : one]),
      )
    : properties;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
