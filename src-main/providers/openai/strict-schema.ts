/**
 * Whether OpenAI would take a schema with `strict: true`: then the model cannot leave it. It takes a part of JSON Schema
 * only, and refuses the whole request for any other word; so what is not known to be allowed is sent without `strict`,
 * and the answer is checked here in any case.
 */
import type { JsonSchema } from '../adapter';
import { asObject, type JsonObject } from '../loose-json';

const WORDS = new Set([
  '$defs',
  '$ref',
  '$schema',
  'additionalProperties',
  'anyOf',
  'const',
  'definitions',
  'description',
  'enum',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'format',
  'items',
  'maximum',
  'maxItems',
  'minimum',
  'minItems',
  'multipleOf',
  'pattern',
  'properties',
  'required',
  'title',
  'type',
]);
const FORMATS = new Set<unknown>([
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'time',
  'uuid',
]);
const MAX_DEPTH = 10;
const MAX_PROPERTIES = 5000;

/** The root must be an object, every object closed with all its properties required, and every part have its type. */
export function isStrictSchema(schema: JsonSchema): boolean {
  const count = { properties: 0 };
  return schema.type === 'object' && isPart(schema, 1, count) && count.properties <= MAX_PROPERTIES;
}

function isPart(value: unknown, depth: number, count: { properties: number }): boolean {
  const part = asObject(value);
  if (part === undefined || depth > MAX_DEPTH || !Object.keys(part).every((word) => WORDS.has(word))) {
    return false;
  }
  const inner = (one: unknown): boolean => isPart(one, depth + 1, count);
  const hasShape = part.type !== undefined || part.anyOf !== undefined || part.$ref !== undefined;
  return (
    hasShape &&
    (part.format === undefined || FORMATS.has(part.format)) &&
    (!isOfType(part, 'object') || isClosed(part, count)) &&
    (!isOfType(part, 'array') || part.items !== undefined) &&
    partsOf(part).every(inner)
  );
}

function isOfType({ type }: JsonObject, name: string): boolean {
  return type === name || (Array.isArray(type) && type.includes(name));
}

function isClosed(part: JsonObject, count: { properties: number }): boolean {
  const names = Object.keys(asObject(part.properties) ?? {});
  const required = Array.isArray(part.required) ? part.required : [];
  count.properties += names.length;
  return part.additionalProperties === false && names.every((name) => required.includes(name));
}

function partsOf(part: JsonObject): readonly unknown[] {
  const maps = [part.properties, part.$defs, part.definitions].map((map) => asObject(map) ?? {});
  return [
    ...maps.flatMap((map) => Object.values(map)),
    ...(part.items === undefined ? [] : [part.items]),
    ...(Array.isArray(part.anyOf) ? (part.anyOf as unknown[]) : []),
  ];
}
