/** A value that fits a JSON Schema, as far as the demo understands it; the same words make the same value. Pure. */
import type { JsonObject } from './text-request';

export interface Material {
  /** What strings are made of. */
  readonly words: string;
}

const DEEPEST = 24;

export function fitted(schema: JsonObject, material: Material): unknown {
  return fit(schema, { material, root: schema, depth: 0, name: 'answer' });
}

interface Place {
  readonly material: Material;
  readonly root: JsonObject;
  readonly depth: number;
  /** Of the property. */
  readonly name: string;
}

function fit(given: unknown, place: Place): unknown {
  const schema = resolved(given, place.root);
  if (schema === null || place.depth > DEEPEST) {
    return place.material.words;
  }
  if ('const' in schema) {
    return schema['const'];
  }
  const choices = listOf(schema['enum']);
  if (choices.length > 0) {
    return choices[hash(place.material.words + place.name) % choices.length];
  }
  const all = listOf(schema['allOf']);
  if (all.length > 0) {
    const merged = all.map((one) => resolved(one, place.root) ?? {});
    return fit(Object.assign({}, schema, ...merged, { allOf: undefined }) as JsonObject, place);
  }
  const any = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  if (any.length > 0) {
    return fit(any[0], { ...place, depth: place.depth + 1 });
  }
  return fitType(schema, place);
}

function fitType(schema: JsonObject, place: Place): unknown {
  const type = Array.isArray(schema['type']) ? schema['type'].find((one) => one !== 'null') : schema['type'];
  switch (type ?? (schema['properties'] === undefined ? 'string' : 'object')) {
    case 'object':
      return fitObject(schema, place);
    case 'array':
      return fitArray(schema, place);
    case 'integer':
      return Math.round(fitNumber(schema, place, 1));
    case 'number':
      return fitNumber(schema, place, 0.5);
    case 'boolean':
      return hash(place.material.words + place.name) % 2 === 0;
    case 'null':
      return null;
    default:
      return fitText(schema, place);
  }
}

function fitObject(schema: JsonObject, place: Place): JsonObject {
  const properties = objectOf(schema['properties']) ?? {};
  const named = Object.entries(properties);
  const required = listOf(schema['required']).filter((name) => typeof name === 'string');
  const rest = required.filter((name) => !(name in properties)).map((name) => [name, {}] as const);
  // What refers to itself ends where it may.
  const wanted = place.depth > 6 ? named.filter(([name]) => required.includes(name)) : named;
  return Object.fromEntries(
    [...wanted, ...rest].map(([name, inner]) => [
      name,
      fit(inner, { ...place, depth: place.depth + 1, name }),
    ]),
  );
}

function fitArray(schema: JsonObject, place: Place): readonly unknown[] {
  const least = Number(schema['minItems'] ?? 0);
  const most = Number(schema['maxItems'] ?? Number.POSITIVE_INFINITY);
  const fixed = listOf(schema['prefixItems']);
  const length = Math.min(most, Math.max(least, fixed.length, place.depth > 6 ? 0 : 2));
  return Array.from({ length }, (_none, at) =>
    fit(fixed[at] ?? schema['items'] ?? { type: 'string' }, {
      ...place,
      depth: place.depth + 1,
      name: `${place.name} ${at + 1}`,
    }),
  );
}

/** Somewhere within its bounds; 0 to 10 where there are none. */
function fitNumber(schema: JsonObject, { material, name }: Place, step: number): number {
  const above = schema['exclusiveMinimum'];
  const below = schema['exclusiveMaximum'];
  const low = Number(schema['minimum'] ?? (above === undefined ? 0 : Number(above) + step));
  const high = Math.max(
    low,
    Number(schema['maximum'] ?? (below === undefined ? low + 10 : Number(below) - step)),
  );
  const multiple = Number(schema['multipleOf'] ?? step);
  const steps = Math.floor((high - low) / multiple);
  const first = Math.ceil(low / multiple) * multiple;
  return Math.min(high, first + (hash(material.words + name) % (steps + 1)) * multiple);
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-11-21',
  'date-time': '2026-11-21T12:00:00Z',
  time: '12:00:00Z',
  email: 'demo@example.com',
  uri: 'https://example.com/demo',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  ipv4: '192.0.2.1',
};

function fitText(schema: JsonObject, { material, name }: Place): string {
  const named = schema['format'];
  const format = typeof named === 'string' ? FORMATS[named] : undefined;
  if (format !== undefined) {
    return format;
  }
  const least = Number(schema['minLength'] ?? 0);
  const most = Number(schema['maxLength'] ?? 400);
  const text = `${name}: ${material.words}`.replaceAll(/\s+/g, ' ').trim();
  return text.padEnd(least, '.').slice(0, most);
}

function resolved(given: unknown, root: JsonObject): JsonObject | null {
  const schema = objectOf(given);
  const reference = schema?.['$ref'];
  if (typeof reference !== 'string') {
    return schema ?? null;
  }
  const path = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  const found = path.reduce<unknown>(
    (at, name) => objectOf(at)?.[name.replaceAll('~1', '/').replaceAll('~0', '~')],
    root,
  );
  return objectOf(found) ?? null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return value;
}
