/** Chat, structured output and stories: one request, a batch, and the batches of the earlier service. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import { LONGEST_SCHEMA } from '@shared/model/text';
import { type Tier, tierOf } from '../authentication';
import { type BatchProgress, sendBatch } from '../batch';
import { schemaProblems } from '../../app/planning/schema-problems';
import { nameOf } from '../caller-keys';
import type { Caller, Manner } from '../callers';
import type { NameAsker } from '../new-names';
import { asEventStream, askerOf, goneSignal } from '../exchange';
import { askOf, type PlanSurroundings, type Wish } from '../planned-ask';
import { Problem } from '../problem';
import { progressEvents } from '../progress-events';
import { readBody, readCredentials } from '../read-body';
import { noSemaphore, type Planned, type Sending, type Sent, sendWish, toldFailure } from '../send-wish';
import type { ServiceContext } from '../service-context';
import { sendProblem } from '../send-problem';
import { aliasShape, batchShape, type ListShape } from './list-shapes';
import { LISTS, SINGLES, type SingleRoute } from './work-table';

export function workRoutes(server: FastifyInstance, context: ServiceContext): void {
  for (const route of SINGLES) {
    server.post(route.path, (request, reply) => answerOne(context, route, { request, reply }));
  }
  for (const { path, shape, ...route } of LISTS) {
    const parts = { ...route, list: shape === 'batch' ? batchShape : aliasShape };
    server.post(path, (request, reply) => answerList(context, parts, { request, reply }));
  }
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What both kinds of body say besides their items. */
interface Common {
  readonly external_semaphore_id?: string | null | undefined;
}

async function answerOne(
  context: ServiceContext,
  { schema, wishOf, timeoutOf }: SingleRoute,
  { request, reply }: Exchange,
): Promise<unknown> {
  const tier = tierOf(askerOf(request), readCredentials(request.body), context);
  const body = readBody(schema, request.body);
  const wish = wishOf(body);
  const timeoutMs = timeoutOf?.(body);
  const late = new AbortController();
  const signal = AbortSignal.any([goneSignal(reply), late.signal]);
  const caller = await callerOf(context, tier);
  try {
    const ask = askOf(wish, surroundingsOf(context, caller, nameAsker(context, tier, request)));
    const sending = await sendingOf(context, caller, { body, signal, manner: 'single' });
    const work = sendWish({ wish, ask }, sending);
    const sent = timeoutMs === undefined ? await work : await inTime(context, work, { timeoutMs, late });
    return sent.kind === 'done'
      ? sent.told
      : sendProblem(reply, sent.problem, toldFailure(sent.problem, wish.echo));
  } finally {
    caller.release();
  }
}

/** What is queued is never sent then; what was sent is finished and kept. */
function inTime(
  { app }: ServiceContext,
  work: Promise<Sent>,
  { timeoutMs, late }: { readonly timeoutMs: number; readonly late: AbortController },
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const cancel = app.clock.setTimer(timeoutMs, () => {
      const problem = new Problem(408, `Processing timed out after ${timeoutMs / 1000} seconds.`);
      resolve({ kind: 'failed', problem });
      late.abort();
    });
    work.then(resolve, reject).finally(cancel);
  });
}

interface ListParts {
  readonly schema: z.ZodType;
  readonly list: ListShape;
  wishesOf(body: unknown): readonly Wish[];
}

async function answerList(
  context: ServiceContext,
  { schema, list, wishesOf }: ListParts,
  { request, reply }: Exchange,
): Promise<unknown> {
  const tier = tierOf(askerOf(request), readCredentials(request.body), context);
  const body = readBody(schema, request.body);
  const wishes = wishesOf(body);
  const signal = goneSignal(reply);
  const caller = await callerOf(context, tier);
  const asker = nameAsker(context, tier, request);
  const prepared = await prepare(context, caller, { body, wishes, signal, asker }).catch((error: unknown) => {
    caller.release();
    throw error;
  });
  const work = async (tell?: (progress: BatchProgress) => void) => {
    try {
      return list(body, prepared.planned, await sendBatch(prepared.planned, prepared.sending, tell));
    } finally {
      caller.release();
    }
  };
  if (!asEventStream(request)) {
    return work();
  }
  const events = progressEvents(work, { clock: context.app.clock });
  return reply.type('text/event-stream').send(Readable.from(events));
}

interface ListAsked {
  readonly body: unknown;
  readonly wishes: readonly Wish[];
  readonly signal: AbortSignal;
  readonly asker: NameAsker;
}

/** All of them or none: what cannot be sent is found before anything is. */
async function prepare(
  context: ServiceContext,
  caller: Caller,
  { body, wishes, signal, asker }: ListAsked,
): Promise<{ readonly planned: readonly Planned[]; readonly sending: Sending }> {
  const surroundings = surroundingsOf(context, caller, asker);
  checkLength(wishes);
  const planned: Planned[] = [];
  for (const wish of wishes) {
    planned.push({ wish, ask: askOf(wish, surroundings) });
    if (wish.answer.kind === 'json') {
      // A schema may take a while to read, and others are to be answered meanwhile.
      await setImmediate();
    }
  }
  return { planned, sending: await sendingOf(context, caller, { body, signal, manner: 'batch' }) };
}

/** Of all schemas of one request together, each once, characters: reading one of the longest takes a second. */
const MOST_SCHEMA_CHARACTERS = 5 * LONGEST_SCHEMA;

function checkLength(wishes: readonly Wish[]): void {
  const schemas = new Set(wishes.flatMap(({ answer }) => (answer.kind === 'json' ? [answer.schema] : [])));
  const characters = [...schemas].reduce((sum, schema) => sum + schema.length, 0);
  if (characters > MOST_SCHEMA_CHARACTERS) {
    const most = MOST_SCHEMA_CHARACTERS.toLocaleString('en');
    throw new Problem(
      413,
      `The ${schemas.size} schemas of this request have ${characters.toLocaleString('en')} characters together: send them in several requests of at most ${most}.`,
    );
  }
}

async function callerOf({ callers }: ServiceContext, tier: Tier): Promise<Caller> {
  switch (tier.kind) {
    case 'pool':
      return callers.ofPool();
    case 'own':
      return callers.ofKeys(tier.keys);
    case 'environment':
      return callers.ofEnvironment();
  }
}

/** Whose names of models count together. Strangers are known by their keys, or by where they are. */
function nameAsker({ app }: ServiceContext, tier: Tier, request: FastifyRequest): NameAsker {
  switch (tier.kind) {
    case 'pool':
      return { id: 'admin' };
    case 'own':
      return { id: nameOf(tier.keys, app), kind: 'keys of their own' };
    case 'environment':
      return { id: askerOf(request).remoteAddress ?? '', kind: 'environment' };
  }
}

function surroundingsOf(
  { app, names }: ServiceContext,
  { providers, areLocked }: Caller,
  asker: NameAsker,
): PlanSurroundings {
  return {
    models: app.models.list(),
    providers,
    areLocked,
    refused: (model) => names.refusal(asker, model),
    checkSchema: schemaProblems,
  };
}

async function sendingOf(
  { app, semaphores }: ServiceContext,
  caller: Caller,
  { body, signal, manner }: { readonly body: unknown; readonly signal: AbortSignal; readonly manner: Manner },
): Promise<Sending> {
  const semaphoreId = (body as Common).external_semaphore_id ?? undefined;
  if (semaphoreId !== undefined && semaphores.get(semaphoreId) === undefined) {
    throw noSemaphore(semaphoreId);
  }
  const session = await caller.session(manner);
  const onError = (error: unknown): void => app.log.error('service', `an item: ${String(error)}`);
  return { semaphores, session, whose: caller.whose, semaphoreId, signal, lane: {}, onError };
}
