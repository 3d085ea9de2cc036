/** The routes that send, each with its schema and what it makes of a body. */
import type { z } from 'zod';
import { chatWish, storyWish, structuredWish, type Wish } from '../planned-ask';
import { Problem } from '../problem';
import {
  chatBatchSchema,
  chatRequestSchema,
  chatTasksSchema,
  storyBatchSchema,
  storyRequestSchema,
  storyTasksSchema,
  structuredBatchSchema,
  structuredRequestSchema,
  structuredTasksSchema,
} from '../shapes';

export interface SingleRoute {
  readonly path: string;
  readonly schema: z.ZodType;
  wishOf(body: unknown): Wish;
  /** After which the caller no longer waits, ms. */
  timeoutOf?(body: unknown): number | undefined;
}

export interface ListRoute {
  readonly path: string;
  readonly schema: z.ZodType;
  readonly shape: 'batch' | 'tasks';
  wishesOf(body: unknown): Wish[];
}

export const SINGLES: readonly SingleRoute[] = [
  {
    ...single('/chat', chatRequestSchema, ({ prompt, message, ...rest }) => {
      const said = prompt ?? message;
      if (said === undefined) {
        throw new Problem(422, 'prompt is missing.', { field: 'prompt' });
      }
      if (message !== undefined && message !== said) {
        throw new Problem(422, 'prompt and message say different things: give one of them.', {
          field: 'message',
        });
      }
      return chatWish({ ...rest, prompt: said });
    }),
    timeoutOf(body) {
      const { timeout } = body as z.infer<typeof chatRequestSchema>;
      return timeout === undefined ? undefined : timeout * 1000;
    },
  },
  single('/structured-output', structuredRequestSchema, (body) => structuredWish(body)),
  single('/cinematic-story-design', storyRequestSchema, (body) => storyWish(body)),
];

export const LISTS: readonly ListRoute[] = [
  batch('/batch/chat', chatBatchSchema, chatWish),
  batch('/batch/structured-output', structuredBatchSchema, structuredWish),
  batch('/batch/cinematic-story-design', storyBatchSchema, storyWish),
  tasks('/chat-batch', chatTasksSchema, chatWish),
  tasks('/structured-output-batch', structuredTasksSchema, structuredWish),
  tasks('/cinematic-story-batch', storyTasksSchema, storyWish),
];

/** The schema has judged the body: its type is what the schema gives. */
function single<T>(path: string, schema: z.ZodType<T>, wishOf: (body: T) => Wish): SingleRoute {
  return { path, schema, wishOf: (body) => wishOf(body as T) };
}

type MakeWish<Item> = (item: Item, place: string) => Wish;

function batch<Item>(path: string, schema: z.ZodType<{ requests: Item[] }>, make: MakeWish<Item>): ListRoute {
  return {
    path,
    schema,
    shape: 'batch',
    wishesOf: (body) =>
      (body as { requests: Item[] }).requests.map((item, at) => make(item, `requests.${at}.`)),
  };
}

function tasks<Item extends { task_id: string | number }>(
  path: string,
  schema: z.ZodType<{ tasks: Item[] }>,
  make: MakeWish<Item>,
): ListRoute {
  return {
    path,
    schema,
    shape: 'tasks',
    wishesOf(body) {
      const items = (body as { tasks: Item[] }).tasks;
      refuseDuplicates(items);
      return items.map((item, at) => make(item, `tasks.${at}.`));
    },
  };
}

/** Their answers are told apart by nothing else. */
function refuseDuplicates(items: readonly { readonly task_id: string | number }[]): void {
  const seen = new Map<string | number, number>();
  items.forEach(({ task_id: id }, at) => {
    const first = seen.get(id);
    if (first !== undefined) {
      throw new Problem(422, `tasks.${first} and tasks.${at} have the same task_id: give each its own.`, {
        field: `tasks.${at}.task_id`,
      });
    }
    seen.set(id, at);
  });
}
