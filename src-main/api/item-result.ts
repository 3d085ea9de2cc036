/** What became of an item, in the words that programs look for. Pure. */
import type { Failure, FailureKind } from '@shared/model/failure';
import { besideAnswer } from '../app/tables/beside-answer';
import type { ProgramAnswer } from '../app/program-place';
import type { ItemResult } from './types';

const EXHAUSTED: ReadonlySet<FailureKind> = new Set(['quota_minute', 'quota_day']);

export function resultOf(
  answer: ProgramAnswer,
  metadata: ItemResult['metadata'],
  isStructured: boolean,
): ItemResult {
  switch (answer.kind) {
    case 'text': {
      const { text } = answer.answer;
      const response: unknown = isStructured ? JSON.parse(text) : text;
      return { metadata, response, error: null, failure: null, ...besideAnswer(answer.answer) };
    }
    case 'failed':
      return failed(answer.failure, metadata);
    case 'cancelled':
      return failed({ kind: 'bad_request', message: 'It was cancelled before it was sent.' }, metadata);
    case 'picture':
      return failed({ kind: 'malformed', message: 'The model answered with a picture.' }, metadata);
  }
}

/** Nothing of it was sent. */
export function refusedResult(sentence: string, metadata: ItemResult['metadata']): ItemResult {
  return failed({ kind: 'bad_input', message: sentence, bodySent: false }, metadata);
}

/** The library could not be written, or could not be had any more: nobody sent it. */
export function untakenResult(error: unknown, metadata: ItemResult['metadata']): ItemResult {
  const message = error instanceof Error ? error.message : String(error);
  return failed({ kind: 'storage', message, bodySent: false }, metadata);
}

function failed(failure: Failure, metadata: ItemResult['metadata']): ItemResult {
  const { kind, message, httpStatus, retryAfterMs } = failure;
  return {
    metadata,
    response: null,
    error: sentenceOf(failure),
    failure: {
      kind,
      message,
      ...(httpStatus === undefined ? {} : { httpStatus }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  };
}

function sentenceOf({ kind, message }: Failure): string {
  if (EXHAUSTED.has(kind)) {
    return `All keys exhausted: ${message}`;
  }
  return kind === 'invalid_key'
    ? `A persistent error, Failed to initialize client: ${message}`
    : `A persistent error: ${message}`;
}
