/** A program's place in the app of another process, over its local door. */
import { ORPCError } from '@orpc/client';
import type { TextAsk } from '@shared/model/text';
import type { PlaceRequest, ProgramAnswer } from '../app/program-place';
import type { SubmitOptions } from '../app/sessions/session';
import type { Clock } from '../engine/ports';
import type { Connection } from '../local-door/connect-door';
import { revealed } from '../local-door/lent-fleet';
import type { ProgramEvent } from '../local-door/program-contract';
import { systemClock } from '../system-clock';
import { ClientError } from './errors';
import { endsWithin, inParts, whenGone } from './owner-calls';
import { type Gone, type OpenPlace, type OpenPlaceSession, OwnerGone } from './place';

type Owner = Extract<Connection, { kind: 'ok' }>;
type Events = AsyncIterator<ProgramEvent, unknown, void>;

/** Of one call, in requests and in characters: prompts may be long, and a body has its bound. */
const MOST_ASKS = 200;
const MOST_CHARACTERS = 8_000_000;
/** A call that failed is made again after so long, and each time that much later. */
const AGAIN_MS = 250;
const MOST_FAILURES = 5;

interface Waiting {
  readonly name: string;
  readonly options: Omit<SubmitOptions, 'onAgain'>;
  /** Never rejects. */
  readonly over: Promise<unknown>;
  /** Its owner has been told of it. Never rejects. */
  readonly asked: Promise<void>;
  settle(answer: ProgramAnswer): void;
  fail(error: unknown): void;
}

interface Unasked {
  readonly name: string;
  readonly ask: TextAsk;
  readonly id: number;
  readonly given: Waiting['options'];
  onAsked(): void;
}

/** Throws ClientError where its requests cannot be sent there, and OwnerGone where the owner is ending. */
export async function joinPlace(
  { client, pid }: Owner,
  request: PlaceRequest,
  clock: Pick<Clock, 'setTimer'> = systemClock,
): Promise<OpenPlace> {
  const { borrower, provider, model, fleet } = request;
  const leaving = new AbortController();
  const stream = await client.door
    .joinAsProgram(
      {
        borrower,
        provider,
        fleet: fleet === null ? null : revealed(fleet),
        ...(model === undefined ? {} : { model }),
      },
      { signal: leaving.signal },
    )
    .catch(whenGone);
  const events = stream[Symbol.asyncIterator]();
  const first = await events.next().catch(whenGone);
  if (first.done === true || first.value.kind === 'handover') {
    throw new OwnerGone();
  }
  if (first.value.kind === 'refused') {
    throw new ClientError(first.value.sentence);
  }
  if (first.value.kind !== 'joined') {
    throw new Error('The owner of the library answers out of turn.');
  }
  const joined = createJoined({ door: client.door, borrower, events, clock, leaving });
  return {
    model: first.value.model,
    owner: String(pid),
    open: joined.open,
    keyStatus: joined.keyStatus,
    gone: joined.gone,
    async jobsOf(tokens) {
      const told = await inParts(tokens, (part) => client.door.jobsOf({ tokens: part }));
      return new Map(told.map(({ token, jobId }) => [token, jobId]));
    },
    async endsOf(jobIds) {
      const told = await inParts(jobIds, (part) => client.door.endsOf({ jobIds: part }));
      return new Map(told.map(({ jobId, answer }) => [jobId, answer]));
    },
    async leave() {
      leaving.abort();
    },
  };
}

type Door = Owner['client']['door'];

interface JoinedParts {
  readonly door: Door;
  readonly borrower: string;
  readonly events: Events;
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly leaving: AbortController;
}

function createJoined({ door, borrower, events, clock, leaving }: JoinedParts) {
  const waiting = new Map<number, Waiting>();
  const cancelled = new Set<number>();
  let standing: Omit<Extract<ProgramEvent, { kind: 'standing' }>, 'kind'> = { inFlight: {}, keys: {} };
  const outbox: Unasked[] = [];
  let asking: Promise<void> | null = null;
  let nextId = 0;
  let giveUp: (how: Gone) => void = () => undefined;
  const gone = Promise.race([listen(), new Promise<Gone>((resolve) => (giveUp = resolve))]);
  void gone.then(() => giveBack(() => true));

  async function listen(): Promise<Gone> {
    try {
      for (;;) {
        const event = await events.next();
        if (event.done === true) {
          return 'died';
        }
        if (event.value.kind === 'handover') {
          return 'handedOver';
        }
        hear(event.value);
      }
    } catch {
      return 'died';
    }
  }

  function hear(event: ProgramEvent): void {
    switch (event.kind) {
      case 'job':
        waiting.get(event.id)?.options.onJob?.(event.jobId);
        break;
      case 'delta':
        waiting.get(event.id)?.options.onDelta?.(event.text);
        break;
      case 'answer':
        waiting.get(event.id)?.settle(event.answer);
        break;
      case 'refusedAsk':
        waiting.get(event.id)?.fail(new Error(event.sentence));
        break;
      case 'standing':
        standing = event;
        break;
      case 'joined':
      case 'refused':
      case 'handover':
        break;
    }
  }

  /**
   * An owner that does not answer is gone, or about to be; or only a connection is, and it is asked again: it takes
   * nothing twice. One that tells events and hears no call is left.
   */
  async function call<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof ORPCError) {
          await endOf(error);
        } else if (!(await endsWithin(gone, AGAIN_MS * failures, clock))) {
          if (failures < MOST_FAILURES) {
            continue;
          }
          giveUp('died');
          leaving.abort();
        }
        throw new OwnerGone();
      }
    }
  }

  /** It knows this program no more: it is ending. */
  async function endOf(error: ORPCError<string, unknown>): Promise<void> {
    if (error.code !== 'NOT_FOUND') {
      throw error;
    }
    await gone;
  }

  function submitAll(
    name: string,
    asks: readonly TextAsk[],
    options: readonly Omit<SubmitOptions, 'onAgain'>[],
  ): readonly Promise<ProgramAnswer>[] {
    const answers = asks.map((ask, at) => {
      const id = nextId;
      nextId += 1;
      const given = options[at] ?? {};
      const asked = new Promise<void>((onAsked) => outbox.push({ name, ask, id, given, onAsked }));
      return wait(id, { name, options: given, asked });
    });
    asking ??= askAll();
    return answers;
  }

  /** One call after the other: their order is kept, and of thousands the owner is not to hear at once. Never rejects. */
  async function askAll(): Promise<void> {
    // All of one turn together.
    await Promise.resolve();
    while (outbox.length > 0) {
      const part = nextPart();
      await askPart(part.filter(({ id }) => waiting.has(id)));
      part.forEach(({ onAsked }) => onAsked());
    }
    asking = null;
  }

  /** What the owner has not heard of is asked later, or elsewhere. */
  function giveBack(isMeant: (one: Unasked) => boolean): void {
    const kept = outbox.filter((one) => !isMeant(one));
    for (const one of outbox.splice(0, outbox.length, ...kept).filter(isMeant)) {
      one.onAsked();
      waiting.get(one.id)?.fail(new OwnerGone());
    }
  }

  /** Of one session. */
  function nextPart(): readonly Unasked[] {
    let characters = 0;
    const end = outbox.findIndex(({ name, ask }, at) => {
      characters += JSON.stringify(ask).length;
      return at > 0 && (at >= MOST_ASKS || name !== outbox[0]?.name || characters > MOST_CHARACTERS);
    });
    return outbox.splice(0, end === -1 ? outbox.length : end);
  }

  /** Never rejects. */
  async function askPart(part: readonly Unasked[]): Promise<void> {
    const [first] = part;
    if (first === undefined) {
      return;
    }
    const asks = part.map(({ ask, id, given: { onDelta, token } }) => ({
      id,
      ask,
      isStreamed: onDelta !== undefined,
      ...(token === undefined ? {} : { token }),
    }));
    try {
      await call(() => door.ask({ borrower, name: first.name, asks }));
    } catch (error) {
      if (!(error instanceof OwnerGone)) {
        part.forEach(({ id }) => waiting.get(id)?.fail(error));
      }
    }
  }

  function wait(id: number, one: Pick<Waiting, 'name' | 'options' | 'asked'>): Promise<ProgramAnswer> {
    const { signal } = one.options;
    const onAbort = (): void => cancelSoon(id);
    let resolve: (answer: ProgramAnswer) => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const promise = new Promise<ProgramAnswer>((settle, fail) => {
      [resolve, reject] = [settle, fail];
    });
    const end = (): void => {
      signal?.removeEventListener('abort', onAbort);
      waiting.delete(id);
    };
    waiting.set(id, {
      ...one,
      over: promise.catch(() => undefined),
      settle(answer) {
        end();
        resolve(answer);
      },
      fail(error) {
        end();
        reject(error);
      },
    });
    if (signal?.aborted === true) {
      waiting.get(id)?.settle({ kind: 'cancelled' });
    } else {
      signal?.addEventListener('abort', onAbort);
    }
    return promise;
  }

  /** All of one turn together. */
  function cancelSoon(id: number): void {
    cancelled.add(id);
    if (cancelled.size === 1) {
      queueMicrotask(() => void cancelAll());
    }
  }

  async function cancelAll(): Promise<void> {
    const ids = [...cancelled];
    cancelled.clear();
    // A cancel that is faster than its request would miss it.
    await Promise.allSettled(ids.flatMap((id) => waiting.get(id)?.asked ?? []));
    await call(() => door.cancelAsks({ borrower, ids })).catch(() => undefined);
  }

  async function open(session: Parameters<OpenPlace['open']>[0]): Promise<OpenPlaceSession> {
    const { name } = session;
    await call(() => door.openSession({ borrower, ...session }));
    return {
      submitAll: (asks, options) => submitAll(name, asks, options),
      inFlight: () => standing.inFlight[name] ?? 0,
      async close(how) {
        giveBack((one) => one.name === name);
        // One that is faster than a request that is on its way would have it refused.
        await Promise.all(of(name).map(({ asked }) => asked));
        await call(() => door.closeSession({ borrower, name, how }));
        if (how === 'drop') {
          // Their answers are on the way, and nobody would hear them after this.
          await Promise.race([gone, answered(name)]);
        }
      },
    };
  }

  const of = (name: string): readonly Waiting[] => [...waiting.values()].filter((one) => one.name === name);

  async function answered(name: string): Promise<void> {
    await Promise.all(of(name).map(({ over }) => over));
  }

  return { gone, open, keyStatus: () => standing.keys };
}
