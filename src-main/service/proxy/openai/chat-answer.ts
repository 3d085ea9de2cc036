/** Answers as chat completions, whole and in pieces. Pure. */
import type { Failure } from '@shared/model/failure';
import type { Usage } from '../../../engine/ports';
import type { Carried, TextDone } from '../carry-out';

export interface ChatHead {
  readonly id: string;
  readonly model: string;
  /** Wall clock, ms. */
  readonly now: number;
}

export function chatCompletion(head: ChatHead, { done, failures }: Carried<TextDone>): unknown {
  return {
    ...start(head, 'chat.completion'),
    choices: choicesIn(done).map(({ text, finish }, index) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: finish,
    })),
    usage: usageOf(done),
    ...failedBeside([...failures, ...withheldIn(done)]),
  };
}

interface Choice {
  readonly text: string;
  readonly finish: 'stop' | 'length' | 'content_filter';
}

/** A provider's own further candidates count as answers too. */
export function choicesIn(done: readonly TextDone[]): readonly Choice[] {
  return done.flatMap(({ answer: { text, finish, more = [], moreFinish } }) => [
    { text, finish: finishOf(finish) },
    ...more.map((other, at) => ({
      text: other,
      finish: finishOf(moreFinish === undefined ? finish : (moreFinish[at] ?? undefined)),
    })),
  ]);
}

/** Candidates that the provider charged for and did not give. */
export function withheldIn(done: readonly TextDone[]): readonly Failure[] {
  return done.flatMap(({ answer: { withheld = 0 } }) =>
    Array.from({ length: withheld }, () => ({
      kind: 'blocked' as const,
      message: 'The provider withheld this candidate, or it was empty.',
      bodySent: true,
    })),
  );
}

export interface ChatPiece {
  readonly index: number;
  readonly delta: object;
  readonly finish?: Choice['finish'];
  /** Of the whole answer. */
  readonly beside?: object;
}

export function chatChunk(head: ChatHead, piece: ChatPiece, wantsUsage: boolean): unknown {
  const { index, delta, finish = null, beside = {} } = piece;
  return {
    ...start(head, 'chat.completion.chunk'),
    choices: [{ index, delta, logprobs: null, finish_reason: finish }],
    ...(wantsUsage ? { usage: null } : {}),
    ...beside,
  };
}

export function usageChunk(head: ChatHead, done: readonly TextDone[]): unknown {
  return { ...start(head, 'chat.completion.chunk'), choices: [], usage: usageOf(done) };
}

export function finishOf(finish = 'stop'): Choice['finish'] {
  switch (finish.toLowerCase()) {
    case 'max_tokens':
    case 'length':
    case 'max_output_tokens':
      return 'length';
    case 'safety':
    case 'content_filter':
    case 'recitation':
    case 'prohibited_content':
    case 'blocklist':
    case 'spii':
      return 'content_filter';
    default:
      return 'stop';
  }
}

/** What was made is handed over; what was not is told of beside it, in a field of our own. */
export function failedBeside(failures: readonly Failure[]): object {
  return failures.length === 0
    ? {}
    : {
        brushfleet: {
          failed: failures.length,
          failures: failures.map(({ kind, message }) => ({ kind, message })),
        },
      };
}

export function totalOf(done: readonly { readonly usage: Usage }[]): { input: number; output: number } {
  return {
    input: done.reduce((sum, { usage }) => sum + (usage.inputTokens ?? 0), 0),
    output: done.reduce((sum, { usage }) => sum + (usage.outputTokens ?? 0), 0),
  };
}

function usageOf(done: readonly TextDone[]): unknown {
  const { input, output } = totalOf(done);
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function start({ id, model, now }: ChatHead, object: string): object {
  return { id, object, created: Math.floor(now / 1000), model, system_fingerprint: null };
}
