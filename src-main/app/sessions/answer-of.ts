/** What an attempt's end means to who waits for its job. Pure. */
import { join } from 'node:path';
import type { Failure } from '@shared/model/failure';
import type { RunState } from '@shared/model/run';
import type { AttemptEnd } from '../../engine/ports';
import type { SessionAnswer } from './session';

/** Nobody knows what became of it. */
export const LOST: Failure = {
  kind: 'network',
  message: 'The request was cut off: its outcome is unknown, and it may have been charged.',
  bodySent: true,
};

export interface Asked {
  /** Where its picture is. */
  readonly outputDir: string;
  /** The model asked for. */
  readonly model: string;
}

/** Null: it goes again. */
export function answerOf(end: AttemptEnd, { outputDir, model }: Asked): SessionAnswer | null {
  const { jobId, outcome, next, tookMs } = end;
  if (next.kind === 'again') {
    return null;
  }
  if (next.kind === 'cancelled') {
    // What has left and failed was sent: only what never left was cancelled before.
    return outcome.kind === 'failed' && outcome.failure.bodySent !== false
      ? { kind: 'failed', jobId, failure: outcome.failure }
      : { kind: 'cancelled', jobId };
  }
  const facts = { jobId, model, seconds: tookMs / 1000 };
  switch (outcome.kind) {
    case 'text': {
      const { answer, usage, costUsd } = outcome;
      return { kind: 'text', ...facts, answer, usage, costUsd };
    }
    case 'done': {
      const { file, usage, costUsd } = outcome;
      const { fileName, mimeType, width, height } = file;
      const path = join(outputDir, fileName);
      return { kind: 'picture', ...facts, path, mimeType, width, height, usage, costUsd };
    }
    case 'failed':
      return { kind: 'failed', jobId, failure: outcome.failure };
    case 'lost':
      return { kind: 'failed', jobId, failure: LOST };
  }
}

type Paused = Extract<RunState, { kind: 'paused' }>;

/** Why a request was not sent when its run stood still. A pause that names no kind has no key or endpoint left. */
export function pauseFailure({ reason, failure = 'invalid_key', until }: Paused, wallNow: number): Failure {
  return {
    kind: failure,
    message: reason,
    bodySent: false,
    ...(until === undefined ? {} : { retryAfterMs: Math.max(0, until - wallNow) }),
  };
}

/** The session was stopped under its requests. */
export const STOPPED: Failure = {
  kind: 'overloaded',
  message: 'The session was stopped before this was sent: ask once more to go on.',
  bodySent: false,
};
