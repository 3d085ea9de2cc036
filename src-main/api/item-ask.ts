/** One item as a request, or the sentence why it cannot be one. Pure. */
import { type MediaItem, mediaOfItem, placeMedia } from '@shared/media-parts';
import type { ModelChoice } from '@shared/model/run';
import type { AnswerFormat, TextAsk } from '@shared/model/text';
import { givenGeneration } from './generation';
import type { BrushfleetOptions, PromptItem } from './types';

export type ItemAsk =
  | { readonly kind: 'ok'; readonly ask: TextAsk }
  | { readonly kind: 'refused'; readonly sentence: string };

/** What holds for items that do not say otherwise. */
type Defaults = Pick<BrushfleetOptions, 'system' | 'generation' | 'schema'> & { readonly model: ModelChoice };

export function askOfItem(item: PromptItem, defaults: Defaults): ItemAsk {
  const { prompt = '' } = item;
  if (typeof prompt !== 'string') {
    return refused('The prompt of an item is text.');
  }
  const config = givenGeneration(defaults.generation, item.generation_config, item.generationConfig);
  if (config.kind === 'refused') {
    return config;
  }
  // Their bytes are files by now.
  const media = mediaOfItem(item as MediaItem);
  if (media.kind === 'refused') {
    return media;
  }
  const placed = placeMedia(prompt, media.files);
  if (placed.kind === 'refused') {
    return placed;
  }
  if (placed.parts.length === 0) {
    return refused('Empty prompt provided: write a prompt, or give a file.');
  }
  return {
    kind: 'ok',
    ask: {
      kind: 'text',
      model: defaults.model,
      system: item.system ?? item.system_prompt ?? config.system ?? defaults.system ?? '',
      messages: [{ role: 'user', parts: [...placed.parts] }],
      generation: config.generation,
      answer: answerOf(item.schema ?? config.schema ?? defaults.schema),
    },
  };
}

function answerOf(schema: BrushfleetOptions['schema']): AnswerFormat {
  return schema === undefined
    ? { kind: 'text' }
    : { kind: 'json', schema: typeof schema === 'string' ? schema : JSON.stringify(schema) };
}

function refused(sentence: string): ItemAsk {
  return { kind: 'refused', sentence };
}
