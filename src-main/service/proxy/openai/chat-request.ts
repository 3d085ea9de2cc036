/** The body of `POST /v1/chat/completions` as an ask. */
import type { Generation, TextAsk } from '@shared/model/text';
import { z } from 'zod';
import type { CallerMedia } from '../caller-media';
import { badParam, unsupported } from '../proxy-error';
import { type ModelGround, servedModel, tasksOf } from '../served-models';
import { answerOf, thinkingOf } from './json-answer';
import { conversationOf } from './message-parts';
import { readParams } from '../params';

const MOST_ANSWERS = 8;

const chatSchema = z.object({
  model: z.string(),
  messages: z
    .array(z.looseObject({ role: z.string(), content: z.unknown() }))
    .min(1)
    .max(1000),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.number().int().min(1).max(1000).optional(),
  max_tokens: z.number().int().min(1).max(1_000_000).optional(),
  max_completion_tokens: z.number().int().min(1).max(1_000_000).optional(),
  n: z.number().int().min(1).max(MOST_ANSWERS).optional(),
  seed: z.number().int().min(-2_147_483_648).max(2_147_483_647).optional(),
  stop: z.union([z.string().min(1).max(500), z.array(z.string().min(1).max(500)).max(5)]).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  response_format: z.unknown().optional(),
  reasoning_effort: z.string().optional(),
  stream: z.boolean().optional(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).optional(),
});

const KNOWN = {
  harmless: [
    'user',
    'metadata',
    'store',
    'service_tier',
    'parallel_tool_calls',
    'safety_identifier',
    'prompt_cache_key',
    'prompt_cache_retention',
    'prediction',
  ],
  plain: {
    logprobs: [false],
    top_logprobs: [0],
    tool_choice: ['none', 'auto'],
    function_call: ['none', 'auto'],
    verbosity: ['medium'],
  },
} as const;

export interface ChatAsked {
  readonly ask: TextAsk;
  readonly count: number;
  readonly isStreamed: boolean;
  readonly wantsUsage: boolean;
}

export function readChat(body: unknown, media: CallerMedia, ground: ModelGround): ChatAsked {
  const asked = readParams(chatSchema, withoutText(body), KNOWN);
  refuseCalls(asked.messages);
  const served = servedModel(asked.model, 'openai', ground);
  if (!tasksOf(served).includes('text')) {
    throw badParam('model', `${served.choice.model} draws pictures: ask for them at /v1/images/generations.`);
  }
  const { provider } = served.choice;
  if (asked.top_k !== undefined && provider !== 'google_genai') {
    throw badParam('top_k', 'top_k cannot be passed on to this model: leave it out.');
  }
  return {
    ask: {
      kind: 'text',
      model: served.choice,
      ...conversationOf(asked.messages as readonly { role: string; content: unknown }[], media, 'messages'),
      generation: {
        ...generationOf(asked),
        ...thinkingOf(asked.reasoning_effort, provider, 'reasoning_effort'),
      },
      answer: answerOf(asked.response_format, 'response_format'),
    } as TextAsk,
    count: asked.n ?? 1,
    isStreamed: asked.stream === true,
    wantsUsage: asked.stream_options?.include_usage === true,
  };
}

/** What tools were called with cannot be passed on, and without it the conversation says something else. */
function refuseCalls(messages: readonly Readonly<Record<string, unknown>>[]): void {
  messages.forEach((message, at) => {
    for (const name of ['tool_calls', 'function_call', 'audio']) {
      const value = message[name];
      if (value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)) {
        throw unsupported(`messages.${at}.${name}`);
      }
    }
  });
}

/** `modalities: ['text']` says what is so anyway. */
function withoutText(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('modalities' in body)) {
    return body;
  }
  const { modalities, ...rest } = body;
  return Array.isArray(modalities) && modalities.every((one) => one === 'text') ? rest : body;
}

function generationOf(asked: z.infer<typeof chatSchema>): Generation {
  const most = asked.max_completion_tokens ?? asked.max_tokens;
  const stop = [asked.stop ?? []].flat();
  return {
    ...(asked.temperature === undefined ? {} : { temperature: asked.temperature }),
    ...(asked.top_p === undefined ? {} : { topP: asked.top_p }),
    ...(asked.top_k === undefined ? {} : { topK: asked.top_k }),
    ...(most === undefined ? {} : { maxOutputTokens: most }),
    ...(asked.seed === undefined ? {} : { seed: asked.seed }),
    ...(stop.length === 0 ? {} : { stop }),
    ...penalty('presencePenalty', asked.presence_penalty),
    ...penalty('frequencyPenalty', asked.frequency_penalty),
  };
}

/** Clients send 0 without meaning anything by it, and some models take no penalty at all. */
function penalty(name: 'presencePenalty' | 'frequencyPenalty', value: number | undefined): Generation {
  return value === undefined || value === 0 ? {} : { [name]: value };
}
