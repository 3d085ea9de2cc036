/**
 * Sessions whose every request waits for a slot of the service first: what waits there is not in the library yet. A slot
 * is held by what is sent: what its session cannot send gives it up, and takes it again with its lease.
 */
import type { Ask } from '@shared/model/text';
import type { Session, SessionAnswer, Sessions, SubmitOptions } from '../app/sessions/session';
import type { Gone } from './lanes';
import type { Granted, Semaphores } from './semaphores';

export interface GatedSubmit extends Omit<SubmitOptions, 'pass'> {
  /** Absent: one of its own. */
  readonly lane?: object;
  readonly semaphoreId?: string | undefined;
}

export type GatedAnswer = SessionAnswer | Gone;

/** Cancelled before it had a job. */
const NO_JOB = 0;

export async function submitGated(
  semaphores: Semaphores,
  session: Session,
  ask: Ask,
  { lane = {}, semaphoreId, ...options }: GatedSubmit = {},
): Promise<GatedAnswer> {
  const { provider, model } = ask.model;
  const line = `${provider} ${model}`;
  const slot = await semaphores.acquire({ lane, line, semaphoreId, signal: options.signal });
  switch (slot.kind) {
    case 'granted':
      return submitWith(slot, session, ask, options);
    case 'cancelled':
      return { kind: 'cancelled', jobId: NO_JOB };
    case 'unknown':
    case 'closed':
      return slot;
  }
}

async function submitWith(
  slot: Granted,
  session: Session,
  ask: Ask,
  options: SubmitOptions,
): Promise<GatedAnswer> {
  const leaving = new AbortController();
  const reasons: Gone[] = [];
  slot.onGone((why) => {
    reasons.push(why);
    leaving.abort();
  });
  const signal =
    options.signal === undefined ? leaving.signal : AbortSignal.any([options.signal, leaving.signal]);
  let failedBefore: string | null = null;
  const onAgain = (failure: string): void => {
    failedBefore = failure;
    options.onAgain?.(failure);
  };
  try {
    const answer = await session.submit(ask, { ...options, onAgain, signal, pass: slot.pass });
    const [why] = reasons;
    if (answer.kind !== 'cancelled' || why === undefined) {
      return answer;
    }
    return failedBefore === null ? why : notAgain(answer.jobId, failedBefore, why);
  } finally {
    slot.release();
  }
}

/** It may have been charged: who hears that nothing was sent sends it once more. */
function notAgain(jobId: number, failedBefore: string, why: Gone): SessionAnswer {
  const reason = why.kind === 'closed' ? 'the service is stopping' : 'its semaphore was removed';
  const message = `It was sent, and not answered: ${failedBefore} It is not sent again, for ${reason}.`;
  return { kind: 'failed', jobId, failure: { kind: 'network', message, bodySent: true } };
}

/** What is opened through these shares the service's bound with all other callers. */
export function gatedSessions(sessions: Sessions, semaphores: Semaphores): Sessions {
  return {
    async open(options) {
      return gated(await sessions.open(options), semaphores);
    },
    endEarlier: (prefix) => sessions.endEarlier(prefix),
    close: () => sessions.close(),
  };
}

function gated(session: Session, semaphores: Semaphores): Session {
  const submit = async (ask: Ask, options: GatedSubmit = {}): Promise<SessionAnswer> => {
    const answer = await submitGated(semaphores, session, ask, options);
    if (answer.kind === 'closed' || answer.kind === 'unknown') {
      throw new ServiceStopping();
    }
    return answer;
  };
  return {
    runId: session.runId,
    submit: (ask, options) => submit(ask, options),
    submitAll(asks, options) {
      const lane = {};
      return asks.map((ask, at) => submit(ask, { ...options?.[at], lane }));
    },
    standing: () => session.standing(),
    change: (options) => session.change(options),
    close: (how) => session.close(how),
  };
}

/** It takes no more requests. */
export class ServiceStopping extends Error {
  constructor() {
    super('The service is stopping.');
  }
}
