/** Sends one item and tells what became of it. */
import type { Failure } from '@shared/model/failure';
import type { Ask } from '@shared/model/text';
import type { Session } from '../app/sessions/session';
import type { Caller } from './callers';
import { type GatedAnswer, submitGated } from './gated-sessions';
import { type Wish, toldAnswer } from './planned-ask';
import { Problem, problemOf } from './problem';
import { Refusal } from '../refusal';
import type { Semaphores } from './semaphores';

export interface Sending {
  readonly semaphores: Semaphores;
  readonly whose: Caller['whose'];
  readonly session: Session;
  readonly lane: object;
  readonly semaphoreId: string | undefined;
  readonly signal: AbortSignal;
  /** What a caller is not to read. */
  onError(error: unknown): void;
}

export type Sent =
  | { readonly kind: 'done'; readonly told: Readonly<Record<string, unknown>>; readonly seconds: number }
  | { readonly kind: 'failed'; readonly problem: Problem };

export interface Planned {
  readonly wish: Wish;
  readonly ask: Ask;
}

/** Never rejects: what becomes of one item of a batch is not to take the others' answers with it. */
export async function sendWish({ wish, ask }: Planned, sending: Sending): Promise<Sent> {
  const { session, lane, semaphoreId, signal } = sending;
  let answer: GatedAnswer;
  try {
    answer = await submitGated(sending.semaphores, session, ask, { lane, semaphoreId, signal });
  } catch (error) {
    sending.onError(error);
    return { kind: 'failed', problem: error instanceof Refusal ? stopping() : unwritten() };
  }
  return sentOf(answer, wish, sending);
}

function sentOf(answer: GatedAnswer, wish: Wish, { semaphoreId, whose }: Sending): Sent {
  switch (answer.kind) {
    case 'text':
      return {
        kind: 'done',
        told: toldAnswer(wish, { ...answer.answer, model: answer.model }),
        seconds: answer.seconds,
      };
    case 'failed':
      return { kind: 'failed', problem: problemOf(answer.failure, whose) };
    case 'cancelled':
      return { kind: 'failed', problem: new Problem(408, 'The request was cancelled before it was sent.') };
    case 'closed':
      return { kind: 'failed', problem: stopping() };
    case 'unknown':
      return { kind: 'failed', problem: noSemaphore(semaphoreId ?? '') };
    case 'picture':
      return { kind: 'failed', problem: new Problem(502, 'The model answered with a picture.') };
  }
}

/** A session rejects otherwise only where the library cannot be written. */
function unwritten(): Problem {
  return new Problem(507, 'The library of the service cannot be written: free some space on its disk.');
}

export function stopping(): Problem {
  return new Problem(503, 'The service is stopping: nothing of this was sent.');
}

export function noSemaphore(semaphoreId: string): Problem {
  return new Problem(404, `External semaphore '${semaphoreId.slice(0, 200)}' not found.`, {
    field: 'external_semaphore_id',
  });
}

/** As it stands in the list of a batch, or in the body of a single answer. */
export function toldFailure(problem: Problem, echo: Wish['echo']): Readonly<Record<string, unknown>> {
  const failure: Failure | undefined = problem.details.failure;
  return {
    success: false,
    error: problem.message,
    ...(failure === undefined ? {} : { failure }),
    ...echo,
  };
}
