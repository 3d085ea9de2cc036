/** The OpenAPI 3.1 document, made of the schemas that judge the requests. Pure. */
import { z } from 'zod';
import { problemSchema } from '../shapes';
import { type Operation, OPERATIONS } from './operations';

const PROBLEMS: Readonly<Record<string, string>> = {
  400: 'The body is not valid JSON, or the provider refused the request',
  401: 'No valid credentials, or the provider refused the key',
  403: "The host name or the page's origin is not allowed",
  404: 'No such model, semaphore or route',
  408: 'The timeout of the request ran out',
  413: 'More than 32 MB, or more than 1,000 items',
  415: 'The body is not JSON',
  422: 'A field does not fit, or the content was blocked; nothing was sent for a field',
  429: 'Out of quota: Retry-After says when to try again',
  502: 'The provider gave no usable answer',
  503: 'The provider is overloaded, or the service stops',
  504: 'The provider did not answer in time',
};

export function openApi(version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method] = described(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Brushfleet generation service',
      version,
      description:
        'Text, structured output and stories through one pool of keys with one limit over all callers.',
    },
    paths,
    components: {
      securitySchemes: { admin: { type: 'apiKey', in: 'header', name: 'Admin-API-Key' } },
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
    },
  };
}

function described({
  summary,
  access,
  body,
  example,
  answer,
  status = 200,
  streams,
  isAlias,
  path,
}: Operation) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return {
    summary,
    ...(isAlias === true ? { deprecated: true } : {}),
    security: access === 'open' ? [] : access === 'admin' ? [{ admin: [] }] : [{ admin: [] }, {}],
    ...(names.length === 0
      ? {}
      : {
          parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
        }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(body, 'input'), example } },
          },
        }),
    responses: {
      [status]: {
        description: 'Done',
        ...(answer === undefined
          ? {}
          : {
              content: {
                'application/json': { schema: jsonSchema(answer, 'output') },
                ...(streams === true ? { 'text/event-stream': { schema: { type: 'string' } } } : {}),
              },
            }),
      },
      ...(access === 'open' ? {} : problems()),
    },
  };
}

function problems(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(PROBLEMS).map(([status, description]) => [
      status,
      {
        description,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
