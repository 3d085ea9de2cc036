/** Sends the asks of one request with its token's session, and gathers what came. */
import { type Ask, askSchema, type TextAsk } from '@shared/model/text';
import { type Failure, mayBeCharged } from '@shared/model/failure';
import type { SessionAnswer, SubmitOptions } from '../../app/sessions/session';
import { Refusal } from '../../refusal';
import { ServiceStopping } from '../gated-sessions';
import type { ProxyContext } from './proxy-context';
import { badParam, errorOf, ProxyError } from './proxy-error';
import type { ProxyApp } from './proxy-app';
import type { Asking } from './proxy-request';
import type { TokenSessions, Turn } from './token-sessions';

export type TextDone = Extract<SessionAnswer, { kind: 'text' }> & Answering;
export type PictureDone = Extract<SessionAnswer, { kind: 'picture' }> & Answering;

interface Answering {
  /** Which of the request's asks it answers, from 0. */
  readonly at: number;
}

/** Several outputs of one request: what was made is handed over, and the rest is told of. */
export interface Carried<Done> {
  readonly done: readonly Done[];
  readonly failures: readonly Failure[];
}

/** The client has gone: there is nobody to answer. */
export class ClientGone extends Error {}

const NOT_SENT = {
  kind: 'failed',
  jobId: 0,
  failure: {
    kind: 'overloaded',
    message: 'The request was not sent: the service is stopping, or its token was revoked.',
    bodySent: false,
  },
} as const satisfies SessionAnswer;

const LOST = {
  kind: 'failed',
  jobId: 0,
  failure: {
    kind: 'storage',
    message: 'This answer could not be had, and may have been charged; the log of the service has more.',
    bodySent: true,
  },
} as const satisfies SessionAnswer;

export interface Listening {
  onDelta(at: number, text: string): void;
  onAgain(at: number): void;
}

/** Throws a ProxyError where nothing came; ClientGone where nobody waits any more. */
export async function carryOut(
  { sessions, app }: Pick<ProxyContext, 'sessions'> & { readonly app: Pick<ProxyApp, 'log'> },
  { holder, media, signal }: Asking,
  asks: readonly Ask[],
  listening?: Listening,
): Promise<Carried<TextDone | PictureDone>> {
  // All of one request are for one model.
  asks.slice(0, 1).forEach((ask) => {
    checkSize(ask);
    sessions.checkName(holder, ask.model);
  });
  try {
    await media.settled();
  } catch {
    throw new ProxyError(507, 'The media of the request could not be saved: free some space on its disk.');
  }
  const ends = await Promise.allSettled(
    asks.map((ask, at) =>
      oneTurn(sessions, { holder, signal }, (turn) =>
        turn.session.submit(ask, {
          signal,
          ...(listening === undefined ? {} : hooksOf(listening, at)),
        }),
      ),
    ),
  );
  if (signal.aborted) {
    throw new ClientGone();
  }
  return sorted(
    answersOf(ends, app.log).map((answer) =>
      answer.kind === 'failed'
        ? { ...answer, failure: { ...answer.failure, message: media.hide(answer.failure.message) } }
        : answer,
    ),
  );
}

/** What was thrown for one of them hides nothing of the others that may be paid for. */
function answersOf(
  ends: readonly PromiseSettledResult<SessionAnswer>[],
  log: ProxyApp['log'],
): readonly SessionAnswer[] {
  const isAnyPaid = ends.some((end) => end.status === 'fulfilled' && isPaid(end.value));
  return ends.map((end) => {
    if (end.status === 'fulfilled') {
      return end.value;
    }
    if (!isAnyPaid) {
      throw end.reason;
    }
    log.error('service', `one of ${ends.length} answers of a request: ${String(end.reason)}`);
    return LOST;
  });
}

function isDone(answer: SessionAnswer): answer is Extract<SessionAnswer, { kind: 'text' | 'picture' }> {
  return answer.kind === 'text' || answer.kind === 'picture';
}

function isPaid(answer: SessionAnswer): boolean {
  return isDone(answer) || (answer.kind === 'failed' && mayBeCharged(answer.failure));
}

/** What the protocols leave open, the journal bounds. */
function checkSize(ask: Ask): void {
  const read = askSchema.safeParse(ask);
  if (!read.success) {
    const where = read.error.issues[0]?.path.map(String).join('.') ?? '';
    throw badParam(where, `The request is larger than can be taken here: ${where} is too long.`);
  }
}

function hooksOf(listening: Listening, at: number): SubmitOptions {
  return {
    onDelta: (text) => listening.onDelta(at, text),
    onAgain: () => listening.onAgain(at),
  };
}

async function oneTurn(
  sessions: TokenSessions,
  { holder, signal }: Pick<Asking, 'holder' | 'signal'>,
  work: (turn: Turn) => Promise<SessionAnswer>,
): Promise<SessionAnswer> {
  let turn: Turn | null = null;
  try {
    turn = await sessions.enter(holder, signal);
    if (turn === null) {
      return NOT_SENT;
    }
    const answer = await work(turn);
    // By a person, or because the service stops.
    return answer.kind === 'cancelled' ? NOT_SENT : answer;
  } catch (error) {
    // A session refuses only once it, or the library, is closed. What others of the request got is handed over still.
    if (error instanceof Refusal || error instanceof ServiceStopping) {
      return NOT_SENT;
    }
    throw error;
  } finally {
    turn?.release();
  }
}

function sorted(answers: readonly SessionAnswer[]): Carried<TextDone | PictureDone> {
  const done = answers.flatMap((answer, at) => (isDone(answer) ? [{ ...answer, at }] : []));
  const failures = answers.flatMap((answer) => (answer.kind === 'failed' ? [answer.failure] : []));
  if (done.length > 0) {
    return { done, failures };
  }
  throw errorOf(failures.find(mayBeCharged) ?? failures[0] ?? NOT_SENT.failure);
}

export function textsOf({ done, failures }: Carried<TextDone | PictureDone>): Carried<TextDone> {
  return { done: done.filter((one) => one.kind === 'text'), failures };
}

export function picturesOf({ done, failures }: Carried<TextDone | PictureDone>): Carried<PictureDone> {
  return { done: done.filter((one) => one.kind === 'picture'), failures };
}

/**
 * One ask for each answer that is wanted. Only Gemini's protocol gives several to one request, and not in pieces; seeds
 * differ, so that answers do.
 */
export function asksFor(ask: TextAsk, count: number, isStreamed: boolean): readonly TextAsk[] {
  if (count <= 1) {
    return [ask];
  }
  if (ask.model.provider === 'google_genai' && !isStreamed) {
    return [{ ...ask, generation: { ...ask.generation, candidateCount: count } }];
  }
  const { seed } = ask.generation;
  return Array.from({ length: count }, (_, at) =>
    seed === undefined ? ask : { ...ask, generation: { ...ask.generation, seed: seed + at } },
  );
}
