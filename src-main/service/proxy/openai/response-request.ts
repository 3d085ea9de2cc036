/** The body of `POST /v1/responses` as an ask. */
import type { TextAsk } from '@shared/model/text';
import { z } from 'zod';
import type { CallerMedia } from '../caller-media';
import { badParam } from '../proxy-error';
import { type ModelGround, servedModel, tasksOf } from '../served-models';
import { answerOf, thinkingOf } from './json-answer';
import { conversationOf, type Said } from './message-parts';
import { fieldsOf, readParams } from '../params';

const responseSchema = z.object({
  model: z.string(),
  input: z.union([z.string().min(1), z.array(z.unknown()).min(1).max(1000)]),
  instructions: z.string().optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  max_output_tokens: z.number().int().min(1).max(1_000_000).optional(),
  text: z.looseObject({ format: z.unknown().optional() }).optional(),
  reasoning: z.looseObject({ effort: z.string().nullish() }).optional(),
  stream: z.boolean().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

const KNOWN = {
  harmless: [
    'user',
    'store',
    'service_tier',
    'parallel_tool_calls',
    'safety_identifier',
    'prompt_cache_key',
    'prompt_cache_retention',
    'stream_options',
    'include',
  ],
  plain: { background: [false], truncation: ['disabled'], tool_choice: ['none', 'auto'], top_logprobs: [0] },
} as const;

export interface ResponseAsked {
  readonly ask: TextAsk;
  readonly isStreamed: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function readResponse(body: unknown, media: CallerMedia, ground: ModelGround): ResponseAsked {
  const asked = readParams(responseSchema, body, KNOWN);
  const served = servedModel(asked.model, 'openai', ground);
  if (!tasksOf(served).includes('text')) {
    throw badParam('model', `${served.choice.model} draws pictures: ask for them at /v1/images/generations.`);
  }
  const { system, messages } = conversationOf(saidIn(asked.input), media, 'input');
  const effort = asked.reasoning?.effort ?? undefined;
  return {
    ask: {
      kind: 'text',
      model: served.choice,
      system: [asked.instructions ?? '', system].filter((part) => part !== '').join('\n\n'),
      messages: [...messages],
      generation: {
        ...(asked.temperature === undefined ? {} : { temperature: asked.temperature }),
        ...(asked.top_p === undefined ? {} : { topP: asked.top_p }),
        ...(asked.max_output_tokens === undefined ? {} : { maxOutputTokens: asked.max_output_tokens }),
        ...thinkingOf(effort, served.choice.provider, 'reasoning.effort'),
      },
      answer: answerOf(asked.text?.format, 'text.format'),
    },
    isStreamed: asked.stream === true,
    metadata: asked.metadata ?? {},
  };
}

function saidIn(input: string | readonly unknown[]): readonly Said[] {
  if (typeof input === 'string') {
    return [{ role: 'user', content: input }];
  }
  return input.map((item, at) => {
    const { type = 'message', role, content } = fieldsOf(item);
    if (type !== 'message' || typeof role !== 'string') {
      throw badParam(
        `input.${at}`,
        `Items of the type "${String(type).slice(0, 40)}" are not supported here.`,
      );
    }
    return { role, content };
  });
}
