/** An answer as the Responses API has it. Pure. */
import type { TextDone } from '../carry-out';
import { finishOf, totalOf } from './chat-answer';
import type { ResponseAsked } from './response-request';

export interface ResponseHead {
  readonly id: string;
  readonly messageId: string;
  /** Wall clock, ms. */
  readonly now: number;
  readonly asked: ResponseAsked;
}

/** Under way: nothing of it is there yet. */
export function responseBegun(head: ResponseHead): object {
  return { ...start(head), status: 'in_progress', output: [], usage: null, incomplete_details: null };
}

export function responseDone(head: ResponseHead, done: TextDone): object {
  const { input, output } = totalOf([done]);
  const isWhole = finishOf(done.answer.finish) === 'stop';
  return {
    ...start(head),
    status: isWhole ? 'completed' : 'incomplete',
    incomplete_details: isWhole
      ? null
      : {
          reason: finishOf(done.answer.finish) === 'length' ? 'max_output_tokens' : 'content_filter',
        },
    output: [messageItem(head, done.answer.text)],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  };
}

/** Without a text: still being written. */
export function messageItem({ messageId }: ResponseHead, text?: string): object {
  return {
    type: 'message',
    id: messageId,
    role: 'assistant',
    status: text === undefined ? 'in_progress' : 'completed',
    content: text === undefined ? [] : [textPart(text)],
  };
}

export function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function start({ id, now, asked: { ask, metadata } }: ResponseHead): object {
  const { generation } = ask;
  return {
    id,
    object: 'response',
    created_at: Math.floor(now / 1000),
    model: ask.model.model,
    error: null,
    instructions: ask.system === '' ? null : ask.system,
    metadata,
    max_output_tokens: generation.maxOutputTokens ?? null,
    temperature: generation.temperature ?? null,
    top_p: generation.topP ?? null,
    parallel_tool_calls: false,
    tool_choice: 'none',
    tools: [],
    previous_response_id: null,
    text: { format: { type: ask.answer.kind === 'text' ? 'text' : 'json_schema' } },
  };
}
