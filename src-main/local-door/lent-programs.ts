/**
 * Programs of other processes at the owner's app. Each has its sessions here for as long as it listens: when it is gone,
 * what it asked for is cancelled, save what is under way, which is finished and kept.
 */
import { ORPCError } from '@orpc/server';
import type { TextAsk } from '@shared/model/text';
import type { App } from '../app';
import { jobsOf } from '../app/sessions/asked-jobs';
import {
  endsOf,
  type KeyStanding,
  type PlaceSession,
  type ProgramAnswer,
  type ProgramPlace,
  programPlace,
} from '../app/program-place';
import type { Session, SessionAnswer } from '../app/sessions/session';
import { lentFleetSchema, sealed } from './lent-fleet';
import { createMailbox } from './mailbox';
import type { ProgramEvent } from './program-contract';
import type { z } from 'zod';
import type { Provider } from '@shared/model/provider';

/** How often a program hears how its sessions stand, while it has something there. */
const TELL_EVERY_MS = 100;
const KEYS_EVERY_MS = 1_000;
/** After it could not be found out: what went wrong may go wrong again. */
const TELL_AGAIN_MS = 1_000;

interface JoinRequest {
  readonly borrower: string;
  readonly provider: Provider;
  readonly model?: string | undefined;
  readonly fleet: z.infer<typeof lentFleetSchema> | null;
}

interface Asked {
  readonly id: number;
  readonly ask: TextAsk;
  readonly isStreamed: boolean;
  readonly token?: string | undefined;
}

export type LentPrograms = ReturnType<typeof createLentPrograms>;

export function createLentPrograms(app: App) {
  const members = new Map<string, Member>();
  let isClosing = false;

  async function* join(
    { borrower, provider, model, fleet }: JoinRequest,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ProgramEvent, void, void> {
    const lent = fleet === null ? null : sealed(fleet);
    const place = isClosing ? null : await programPlace(app, { borrower, provider, model, fleet: lent });
    if (place?.kind === 'refused') {
      yield { kind: 'refused', sentence: place.sentence };
      return;
    }
    if (place === null || isClosing || signal?.aborted === true) {
      place?.leave();
      yield { kind: 'handover' };
      return;
    }
    const member = createMember(app, place);
    members.set(borrower, member);
    const leave = (): void => {
      members.delete(borrower);
      member.leave();
    };
    signal?.addEventListener('abort', leave, { once: true });
    try {
      yield { kind: 'joined', model: place.model };
      yield* member.events();
    } finally {
      signal?.removeEventListener('abort', leave);
      leave();
    }
  }

  function memberOf(borrower: string): Member {
    const member = members.get(borrower);
    if (member === undefined || isClosing) {
      throw new ORPCError('NOT_FOUND', {
        message: 'This program is not known here any more.',
        defined: true,
      });
    }
    return member;
  }

  return {
    join,
    open: ({ borrower, ...session }: PlaceSession & { readonly borrower: string }) =>
      memberOf(borrower).open(session),
    ask: ({ borrower, name, asks }: { borrower: string; name: string; asks: readonly Asked[] }) =>
      memberOf(borrower).ask(name, asks),
    cancel: ({ borrower, ids }: { borrower: string; ids: readonly number[] }) =>
      members.get(borrower)?.cancel(ids),
    close: ({ borrower, name, how }: { borrower: string; name: string; how: 'keep' | 'drop' }) =>
      memberOf(borrower).close(name, how),
    async jobsOf(tokens: readonly string[]) {
      return [...(await jobsOf(app.store, tokens))].map(([token, jobId]) => ({ token, jobId }));
    },
    async endsOf(jobIds: readonly number[]) {
      return [...(await endsOf(app, jobIds))].map(([jobId, answer]) => ({ jobId, answer }));
    },
    /** Programs that wait for something here. */
    count: () => [...members.values()].filter(({ asked }) => asked() > 0).length,
    /** When none of them waits for anything. */
    async idle(): Promise<void> {
      await Promise.all([...members.values()].map((member) => member.idle()));
    },
    /** What is in flight is finished, and its answer told; they go on elsewhere with the rest. */
    async handOver(): Promise<void> {
      isClosing = true;
      await Promise.allSettled([...members.values()].map((member) => member.handOver()));
    },
  };
}

type Member = ReturnType<typeof createMember>;

function createMember(app: App, place: ProgramPlace) {
  // An answer is paid for: none is left out, however slowly it is read.
  const mailbox = createMailbox<ProgramEvent>(undefined, Number.POSITIVE_INFINITY);
  const sessions = new Map<string, Promise<Session>>();
  const closing = new WeakSet<Promise<Session>>();
  const asked = new Map<number, { readonly cut: AbortController; readonly over: Promise<void> }>();
  /** Those below it have been asked. */
  let nextId = 0;
  let isOver = false;
  let isHandedOver = false;
  let cancelTimer: (() => void) | null = null;
  let told = '';
  let keys: { readonly at: number; readonly standings: Record<string, KeyStanding> } = {
    at: Number.NEGATIVE_INFINITY,
    standings: {},
  };

  function tellStanding(): void {
    cancelTimer = null;
    void standing().then(
      (event) => {
        const text = JSON.stringify(event);
        if (text !== told) {
          told = text;
          mailbox.replace('standing', event);
        }
        if (asked.size > 0) {
          tellSoon();
        }
      },
      (error: unknown) => {
        onError(error);
        tellSoon(TELL_AGAIN_MS);
      },
    );
  }

  async function standing(): Promise<ProgramEvent> {
    const inFlight: Record<string, number> = {};
    for (const [name, opened] of sessions) {
      inFlight[name] = (await opened).standing().inFlight;
    }
    return { kind: 'standing', inFlight, keys: keysNow() };
  }

  /** There may be thousands: they are looked at now and then, and when all is answered. */
  function keysNow(): Record<string, KeyStanding> {
    const now = app.clock.now();
    if (asked.size === 0 || now - keys.at >= KEYS_EVERY_MS) {
      keys = { at: now, standings: { ...place.keyStatus() } };
    }
    return keys.standings;
  }

  function tellSoon(delayMs = TELL_EVERY_MS): void {
    if (!isOver) {
      cancelTimer ??= app.clock.setTimer(delayMs, tellStanding);
    }
  }

  function onError(error: unknown): void {
    app.log.error('door', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  function note(id: number, { cut, answer }: { cut: AbortController; answer: Promise<SessionAnswer> }): void {
    const over = answer
      .then((end) => {
        // What is handed over unsent is asked anew elsewhere.
        if (!(isHandedOver && end.kind === 'cancelled')) {
          mailbox.post({ kind: 'answer', id, answer: toldOf(end) });
        }
      })
      .catch((error: unknown) => {
        mailbox.post({
          kind: 'refusedAsk',
          id,
          sentence: error instanceof Error ? error.message : String(error),
        });
      })
      .finally(() => asked.delete(id));
    asked.set(id, { cut, over });
  }

  /** What was not sent never is; what is under way ends, and then the keys are given back. */
  async function dropAll(): Promise<void> {
    cutAll();
    await closeAll('drop');
    place.leave();
  }

  async function closeAll(how: 'keep' | 'drop'): Promise<void> {
    await Promise.allSettled([...sessions.values()].map(async (opened) => (await opened).close(how)));
  }

  function cutAll(): void {
    asked.forEach(({ cut }) => cut.abort());
  }

  async function open(session: PlaceSession): Promise<void> {
    const known = sessions.get(session.name);
    if (known !== undefined && !closing.has(known)) {
      // The answer to its opening was lost, and it is asked for again.
      await known;
      return;
    }
    const opening = place.open(session);
    sessions.set(session.name, opening);
    opening.catch(() => sessions.delete(session.name));
    await opening;
    tellSoon();
  }

  async function ask(name: string, given: readonly Asked[]): Promise<void> {
    const session = await sessions.get(name);
    if (session === undefined || isOver || isHandedOver) {
      throw new ORPCError('NOT_FOUND', { message: 'That session is not open here.', defined: true });
    }
    // Where the answer to a call was lost, its asker makes it again.
    const asks = given.filter(({ id }) => id >= nextId);
    const cuts = asks.map(() => new AbortController());
    const answers = session.submitAll(
      asks.map((one) => one.ask),
      asks.map(({ id, isStreamed, token }, at) => ({
        ...(token === undefined ? {} : { token }),
        ...(cuts[at] === undefined ? {} : { signal: cuts[at].signal }),
        onJob: (jobId) => mailbox.post({ kind: 'job', id, jobId }),
        ...(isStreamed ? { onDelta: (text) => mailbox.post({ kind: 'delta', id, text }) } : {}),
      })),
    );
    nextId = Math.max(nextId, ...asks.map(({ id }) => id + 1));
    answers.forEach((answer, at) => {
      const [one, cut] = [asks[at], cuts[at]];
      if (one !== undefined && cut !== undefined) {
        note(one.id, { cut, answer });
      }
    });
    tellSoon();
  }

  async function close(name: string, how: 'keep' | 'drop'): Promise<void> {
    const opened = sessions.get(name);
    if (opened !== undefined) {
      closing.add(opened);
      await (await opened).close(how);
      if (sessions.get(name) === opened) {
        sessions.delete(name);
      }
      tellSoon();
    }
  }

  return {
    open,
    ask,
    close,
    cancel: (ids: readonly number[]) => ids.forEach((id) => asked.get(id)?.cut.abort()),
    asked: () => asked.size,
    events: () => mailbox.read(),
    async idle(): Promise<void> {
      while (asked.size > 0) {
        await Promise.allSettled([...asked.values()].map(({ over }) => over));
      }
    },
    async handOver(): Promise<void> {
      isHandedOver = true;
      await closeAll('keep');
      cutAll();
      await Promise.allSettled([...asked.values()].map(({ over }) => over));
      mailbox.end({ kind: 'handover' });
    },
    leave(): void {
      if (!isOver) {
        isOver = true;
        cancelTimer?.();
        dropAll().catch(onError);
        mailbox.end({ kind: 'handover' });
      }
    },
  };
}

function toldOf(answer: SessionAnswer): ProgramAnswer {
  switch (answer.kind) {
    case 'text':
      return { kind: 'text', answer: answer.answer };
    case 'failed':
      return { kind: 'failed', failure: answer.failure };
    case 'picture':
    case 'cancelled':
      return { kind: answer.kind };
  }
}
