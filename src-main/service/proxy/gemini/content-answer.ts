/** Answers as `generateContent` has them. Pure. */
import type { PictureDone, TextDone } from '../carry-out';
import { choicesIn, finishOf, totalOf } from '../openai/chat-answer';
import { pictureMark } from '../picture-json';

export interface ContentHead {
  readonly responseId: string;
  readonly model: string;
}

type Done = readonly (TextDone | PictureDone)[];

export function textContent(head: ContentHead, done: readonly TextDone[]): object {
  return {
    candidates: choicesIn(done).map(({ text, finish }, index) =>
      candidate(index, [{ text }], FINISH[finish]),
    ),
    ...end(head, done),
  };
}

export function pictureContent(head: ContentHead, done: readonly PictureDone[]): object {
  return {
    candidates: done.map(({ mimeType }, index) =>
      candidate(index, [{ inlineData: { mimeType, data: pictureMark(index) } }], 'STOP'),
    ),
    ...end(head, done),
  };
}

/** A piece of a streamed answer. */
export function textPiece({ responseId, model }: ContentHead, text: string, index: number): object {
  return {
    candidates: [{ index, content: { role: 'model', parts: [{ text }] } }],
    modelVersion: model,
    responseId,
  };
}

/** The last piece: why each ended, and what they took. */
export function lastPiece(head: ContentHead, done: readonly TextDone[]): object {
  return {
    candidates: done.map(({ at, answer }) => candidate(at, [{ text: '' }], FINISH[finishOf(answer.finish)])),
    ...end(head, done),
  };
}

const FINISH = { stop: 'STOP', length: 'MAX_TOKENS', content_filter: 'SAFETY' } as const;

function candidate(index: number, parts: readonly object[], finishReason: string): object {
  return { index, content: { role: 'model', parts }, finishReason };
}

function end({ responseId, model }: ContentHead, done: Done): object {
  const { input, output } = totalOf(done);
  return {
    usageMetadata: { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output },
    modelVersion: model,
    responseId,
  };
}
