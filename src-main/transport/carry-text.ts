/** Carries one text order from its media to an answer that has the shape it must have. Never rejects. */
import type { Failure } from '@shared/model/failure';
import type { Provider } from '@shared/model/provider';
import type { TextResult } from '@shared/model/text';
import type { AttemptOutcome } from '../engine/ports';
import { badInput } from '../images/bad-input';
import { megabytes } from '../images/safe-path';
import type { CallContext, HeldFile, ProviderAdapter, TextAnswer, TextMessage } from '../providers/adapter';
import type { Connections } from '../providers/http/connections';
import type { Secret } from '../providers/secret';
import type { Held, HeldFiles } from './held-files';
import { type OpenedMedia, type OpenMedia, openMessages } from './open-media';
import type { Order, TextOrder } from './order';
import { misfit, withRepair } from './repair';
import { type Shape, shapeOf } from './text-shape';

export interface TextCarrierPorts {
  adapter(order: Pick<Order, 'endpoint'>): ProviderAdapter;
  readonly connections: Connections;
  readonly held: HeldFiles;
  secret(value: string): Secret;
  readonly open: OpenMedia;
}

export interface TextCarrierHooks {
  /** From now on the request may leave. */
  leaving(): void;
  bodySent(): void;
  /** The next piece of an answer that is streamed. */
  delta(text: string): void;
  /** Aborted when the request is to be cut off. */
  readonly signal: AbortSignal;
  /** As `CallContext` has it. */
  readonly mayLeave?: Promise<boolean>;
}

/**
 * What media may weigh in one request before they are given to the provider first. In base64 these are the 20 MB that
 * requests to Google were bounded to until 2026-01 (ai.google.dev/gemini-api/docs/files), and that relays still are;
 * and the 50 MB that OpenAI has always taken (platform.openai.com/docs/guides/images-vision).
 */
export const MOST_INLINE_BYTES: Readonly<Record<Provider, number>> = {
  google_genai: 15 * 1024 ** 2,
  openai: 37 * 1024 ** 2,
};

type GoodShape = Extract<Shape, { kind: 'ok' }>;
type Failed = { readonly kind: 'failed'; readonly failure: Failure };

interface Loaded {
  readonly kind: 'ok';
  readonly messages: readonly TextMessage[];
  close(): Promise<void>;
}

export function createTextCarrier(ports: TextCarrierPorts) {
  async function carry(order: TextOrder, hooks: TextCarrierHooks): Promise<AttemptOutcome> {
    const shape = shapeOf(order);
    if (shape.kind === 'failed') {
      return shape;
    }
    const context: CallContext = {
      endpoint: order.endpoint,
      secret: order.secret === null ? null : ports.secret(order.secret),
      signal: hooks.signal,
      connections: ports.connections,
      onBodySent: () => hooks.bodySent(),
      ...(hooks.mayLeave === undefined ? {} : { mayLeave: hooks.mayLeave }),
    };
    const refusal = ports.adapter(order).refuses?.(order, order.endpoint) ?? null;
    if (refusal !== null) {
      return badInput(refusal);
    }
    const loaded = await load(order, context);
    if (loaded.kind === 'failed') {
      return loaded;
    }
    const answer = await ask(order, { shape, context, messages: loaded.messages, hooks }).finally(() =>
      loaded.close(),
    );
    const outcome = outcomeOf(answer, shape, hooks.signal);
    return outcome.kind === 'lost' || answer.facts === undefined
      ? outcome
      : { ...outcome, facts: answer.facts };
  }

  async function load(order: TextOrder, context: CallContext): Promise<Loaded | Failed> {
    const opened = await openMessages(order, ports.open);
    if (opened.kind === 'failed') {
      return opened;
    }
    const { files } = ports.adapter(order);
    const most = MOST_INLINE_BYTES[order.endpoint.provider];
    const tooMuch = beyondInline(opened.media, most);
    if (tooMuch.length === 0) {
      return { kind: 'ok', messages: opened.messages(new Map()), close: () => opened.close() };
    }
    if (files === undefined) {
      await opened.close();
      return badInput(
        `The media of this request are larger than ${megabytes(most)} together, and its provider holds no files; make them smaller.`,
      );
    }
    const { keyId, runId } = order;
    const held = await Promise.all(
      tooMuch.map((media) => ports.held.hold(media, { files, keyId, runId, context })),
    );
    const close = async (): Promise<void> => {
      release(held);
      await opened.close();
    };
    const refused = held.filter((one) => one.kind === 'failed');
    const [first] = refused;
    if (first !== undefined) {
      // Others may go on with what this one began.
      void Promise.all(refused.map(({ over }) => over)).then(close);
      return { kind: 'failed', failure: first.failure };
    }
    return { kind: 'ok', messages: opened.messages(heldBy(tooMuch, held)), close };
  }

  function ask(
    order: TextOrder,
    given: {
      readonly shape: GoodShape;
      readonly context: CallContext;
      readonly messages: readonly TextMessage[];
      readonly hooks: TextCarrierHooks;
    },
  ): Promise<TextAnswer> {
    const adapter = ports.adapter(order);
    given.hooks.leaving();
    return adapter.text(
      {
        model: order.model,
        system: order.system,
        messages: withRepair(given.messages, order.repair),
        generation: order.generation,
        schema: given.shape.schema,
        nativeSchema: order.nativeSchema,
        ...(order.streams ? { onDelta: (text: string) => given.hooks.delta(text) } : {}),
      },
      given.context,
    );
  }

  return { carry };
}

/** The largest of them, until the others fit. */
function beyondInline(media: readonly OpenedMedia[], most: number): readonly OpenedMedia[] {
  let inline = media.reduce((sum, one) => sum + sizeOf(one), 0);
  return media
    .toSorted((one, other) => sizeOf(other) - sizeOf(one))
    .filter((one) => {
      const isTooMuch = inline > most;
      inline -= isTooMuch ? sizeOf(one) : 0;
      return isTooMuch;
    });
}

function sizeOf({ input: { bytes } }: OpenedMedia): number {
  return bytes instanceof Uint8Array ? bytes.byteLength : bytes.sizeBytes;
}

function heldBy(media: readonly OpenedMedia[], held: readonly Held[]): ReadonlyMap<OpenedMedia, HeldFile> {
  return new Map(
    media.flatMap((one, at) => {
      const holding = held[at];
      return holding?.kind === 'held' ? [[one, holding.file] as const] : [];
    }),
  );
}

function release(held: readonly Held[]): void {
  for (const one of held) {
    if (one.kind === 'held') {
      one.release();
    }
  }
}

function outcomeOf(answer: TextAnswer, shape: GoodShape, signal: AbortSignal): AttemptOutcome {
  if (answer.kind === 'failed') {
    return signal.aborted && answer.failure.bodySent === true
      ? { kind: 'lost' }
      : {
          kind: 'failed',
          failure: answer.failure,
          ...(answer.usage === undefined
            ? {}
            : { usage: answer.usage, costUsd: answer.usage.costUsd ?? null }),
        };
  }
  const { usage } = answer;
  const fitting = bestOf(answer.answer, shape);
  return fitting.kind === 'fits'
    ? { kind: 'text', answer: fitting.answer, usage, costUsd: usage.costUsd ?? null }
    : misfit(answer.answer.text, fitting.problems, usage);
}

type Fitting =
  | { readonly kind: 'fits'; readonly answer: TextResult }
  | { readonly kind: 'misfits'; readonly problems: readonly string[] };

/** Of several candidates the first that has the shape stands first. */
function bestOf(answer: TextResult, shape: GoodShape): Fitting {
  const candidates = [answer.text, ...(answer.more ?? [])];
  const problems = candidates.map((text) => shape.problems(text));
  const best = problems.findIndex((found) => found.length === 0);
  if (best === -1) {
    return { kind: 'misfits', problems: [...(problems[0] ?? []), ...cutWords(answer)] };
  }
  return { kind: 'fits', answer: best === 0 ? answer : withFirst(answer, candidates, best) };
}

/** Each keeps why it ended. */
function withFirst(answer: TextResult, candidates: readonly string[], best: number): TextResult {
  const { finish, moreFinish, ...rest } = answer;
  const ends = [finish ?? null, ...(moreFinish ?? candidates.slice(1).map(() => finish ?? null))];
  const first = ends[best] ?? null;
  return {
    ...rest,
    text: candidates[best] ?? '',
    more: candidates.filter((_, at) => at !== best),
    ...(first === null ? {} : { finish: first }),
    ...(moreFinish === undefined ? {} : { moreFinish: ends.filter((_, at) => at !== best) }),
  };
}

/** An answer that was cut is mended by a shorter one. */
function cutWords({ finish = '' }: TextResult): readonly string[] {
  return /^(max_tokens|length|max_output_tokens)$/i.test(finish)
    ? ['It was cut off at the limit of output tokens: answer more briefly.']
    : [];
}
