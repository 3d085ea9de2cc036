/** Every route as /docs and /openapi.json tell it. A test holds this list against the routes that there are. */
import { z } from 'zod';
import {
  batchAnswerOf,
  chatAnswerSchema,
  chatBatchSchema,
  chatRequestSchema,
  chatTasksSchema,
  dataAnswerSchema,
  leaseSchema,
  semaphoreLimitSchema,
  semaphoreSchema,
  semaphoreStandingSchema,
  storyBatchSchema,
  storyRequestSchema,
  storyTasksSchema,
  structuredBatchSchema,
  structuredRequestSchema,
  structuredTasksSchema,
  tasksAnswerSchema,
} from '../shapes';

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With `{id}` for what varies. */
  readonly path: string;
  readonly summary: string;
  readonly access: 'open' | 'admin' | 'tiers';
  readonly body?: z.ZodType;
  readonly example?: unknown;
  readonly answer?: z.ZodType;
  readonly status?: number;
  /** Also as server-sent events. */
  readonly streams?: true;
  /** Of the earlier service. */
  readonly isAlias?: true;
}

const chatExample = {
  prompt: 'What is the speed of light?',
  system_prompt: 'You are a helpful physics teacher.',
};
const structuredExample = {
  system_prompt: 'Extract person info with high accuracy.',
  user_content: 'My name is Jane and I live in New York.',
  json_schema: {
    type: 'object',
    properties: { name: { type: 'string' }, city: { type: 'string' } },
    required: ['name', 'city'],
  },
};
const storyExample = {
  system_prompt: 'Create an epic historical narrative with strong characters.',
  user_content: 'Historical drama about Liu Bang, from peasant to emperor.',
};
const id = { task_id: 'a' };
const semaphoreExample = { semaphore_id: 'global_ai_services', limit: 50 };
const ids = z.object({ count: z.number().int(), global_semaphores: z.array(z.string()) });
const semaphores = z.object({ count: z.number().int(), semaphores: z.array(semaphoreStandingSchema) });
const facts = z.record(z.string(), z.unknown());

const OPEN: readonly Operation[] = [
  {
    method: 'get',
    path: '/',
    summary: 'Whether it is well, and how much is going on',
    access: 'open',
    answer: facts,
  },
  { method: 'get', path: '/docs', summary: 'This page', access: 'open' },
  { method: 'get', path: '/openapi.json', summary: 'This page for programs', access: 'open', answer: facts },
  {
    method: 'get',
    path: '/status',
    summary: 'The same as / with every semaphore',
    access: 'tiers',
    answer: facts,
  },
];

const WORK: readonly Operation[] = [
  {
    ...post('/chat', 'One question, one answer', chatRequestSchema, chatExample),
    answer: chatAnswerSchema,
  },
  {
    ...post('/batch/chat', 'Many questions; answers in their order', chatBatchSchema, {
      requests: [chatExample],
    }),
    answer: batchAnswerOf(chatAnswerSchema),
    streams: true,
  },
  {
    ...post(
      '/structured-output',
      'An answer that fits a JSON Schema',
      structuredRequestSchema,
      structuredExample,
    ),
    answer: dataAnswerSchema,
  },
  {
    ...post('/batch/structured-output', 'Many of them', structuredBatchSchema, {
      requests: [structuredExample],
    }),
    answer: batchAnswerOf(dataAnswerSchema),
    streams: true,
  },
  {
    ...post(
      '/cinematic-story-design',
      'A story with characters, chapters and scenes',
      storyRequestSchema,
      storyExample,
    ),
    answer: dataAnswerSchema,
  },
  {
    ...post('/batch/cinematic-story-design', 'Many of them', storyBatchSchema, { requests: [storyExample] }),
    answer: batchAnswerOf(dataAnswerSchema),
    streams: true,
  },
];

const ADMIN: readonly Operation[] = [
  admin('get', '/_admin/semaphores', 'Semaphores that services share', semaphores),
  {
    ...admin('post', '/_admin/semaphores', 'Registers one', semaphoreStandingSchema),
    body: semaphoreSchema,
    example: semaphoreExample,
  },
  admin('get', '/_admin/semaphores/{id}', 'One of them', semaphoreStandingSchema),
  {
    ...admin('put', '/_admin/semaphores/{id}', 'Changes its limit (PATCH too)', semaphoreStandingSchema),
    body: semaphoreLimitSchema,
    example: { limit: 20 },
  },
  admin('delete', '/_admin/semaphores/{id}', 'Removes it', facts),
  {
    ...admin(
      'post',
      '/_admin/semaphores/{id}/leases',
      'Takes a slot for another service; 429 while all are taken',
      facts,
    ),
    body: leaseSchema,
    example: { ttl_s: 60 },
    status: 201,
  },
  admin('delete', '/_admin/semaphores/{id}/leases/{lease_id}', 'Gives it back', facts),
];

const ALIASES: readonly Operation[] = (
  [
    {
      ...post('/chat-batch', 'As /batch/chat', chatTasksSchema, { tasks: [{ ...id, ...chatExample }] }),
      answer: tasksAnswerSchema,
      streams: true,
    },
    {
      ...post('/structured-output-batch', 'As /batch/structured-output', structuredTasksSchema, {
        tasks: [{ ...id, ...structuredExample }],
      }),
      answer: tasksAnswerSchema,
      streams: true,
    },
    {
      ...post('/cinematic-story-batch', 'As /batch/cinematic-story-design', storyTasksSchema, {
        tasks: [{ ...id, ...storyExample }],
      }),
      answer: tasksAnswerSchema,
      streams: true,
    },
    admin('get', '/global-semaphores', 'Their ids', ids),
    {
      ...admin('post', '/global-semaphores', 'As POST /_admin/semaphores', facts),
      body: semaphoreSchema,
      example: semaphoreExample,
    },
    { method: 'get', path: '/health', summary: 'As /', access: 'open', answer: facts },
  ] satisfies readonly Operation[]
).map((one) => ({ ...one, isAlias: true as const }));

export const OPERATIONS: readonly Operation[] = [...OPEN, ...WORK, ...ADMIN, ...ALIASES];

function post(path: string, summary: string, body: z.ZodType, example: unknown) {
  return { method: 'post' as const, path, summary, access: 'tiers' as const, body, example };
}

function admin(method: Operation['method'], path: string, summary: string, answer: z.ZodType) {
  return { method, path, summary, access: 'admin' as const, answer };
}
