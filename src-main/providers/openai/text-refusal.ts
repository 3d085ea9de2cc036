/** What OpenAI's protocol cannot carry of a text request: one sentence, and nothing is sent. */
import type { Endpoint } from '@shared/model/endpoint';
import type { Generation } from '@shared/model/text';
import { isOpenaiItself } from '@shared/request-url';
import type { TextOutline, TextPart, TextRequest } from '../adapter';

const AUDIO_FORMATS: Readonly<Record<string, string>> = {
  'audio/mp3': 'mp3',
  'audio/mpeg': 'mp3',
  'audio/vnd.wave': 'wav',
  'audio/wav': 'wav',
  'audio/wave': 'wav',
  'audio/x-wav': 'wav',
};
const OPENAI_FORMATS = new Set(['mp3', 'wav']);
const MOST_STOPS = 4;

/** OpenAI's name of an audio type; of others the name that relays use, such as `ogg`. */
export function audioFormat(mimeType: string): string {
  const type = mimeType.toLowerCase();
  return AUDIO_FORMATS[type] ?? type.replace(/^audio\/(?:x-)?/, '');
}

/** Null: all of it can be sent. */
export function textRefusal(
  request: TextRequest,
  api: 'chat' | 'responses',
  endpoint: Endpoint,
): string | null {
  return (
    outlineRefusal(request, api, endpoint) ??
    request.messages
      .flatMap(({ parts }) => parts.map((part) => partRefusal(part, endpoint)))
      .find((refusal) => refusal !== null) ??
    null
  );
}

/** The same as far as it can be told before its media are opened. */
export function outlineRefusal(
  { generation, messages }: TextOutline,
  api: 'chat' | 'responses',
  endpoint: Endpoint,
): string | null {
  return (
    optionRefusal(generation, api, endpoint) ??
    messages
      .flatMap(({ role, parts }) => parts.map((part) => mediumRefusal(part, role, api)))
      .find((refusal) => refusal !== null) ??
    null
  );
}

function mediumRefusal(
  part: TextOutline['messages'][number]['parts'][number],
  role: 'user' | 'model',
  api: 'chat' | 'responses',
): string | null {
  if (part.kind === 'text') {
    return null;
  }
  if (role === 'model') {
    return 'OpenAI’s protocol takes only text in the model’s earlier turns; start a new conversation.';
  }
  if (part.medium === 'video') {
    return 'OpenAI’s protocol takes no video; choose a Gemini model.';
  }
  return part.medium === 'audio' && api === 'responses'
    ? 'The Responses API takes no audio; set this endpoint’s text to chat completions.'
    : null;
}

/** Of the options that chat completions alone have, the first that is set. */
export function chatOption({
  candidateCount = 1,
  seed,
  stop,
  presencePenalty,
  frequencyPenalty,
}: Generation): string | null {
  const set = [
    { name: 'seed', isSet: seed !== undefined },
    { name: 'stop sequences', isSet: stop !== undefined },
    { name: 'presence penalty', isSet: presencePenalty !== undefined },
    { name: 'frequency penalty', isSet: frequencyPenalty !== undefined },
    { name: 'candidate count', isSet: candidateCount > 1 },
  ];
  return set.find(({ isSet }) => isSet)?.name ?? null;
}

function optionRefusal(generation: Generation, api: 'chat' | 'responses', endpoint: Endpoint): string | null {
  if (generation.topK !== undefined) {
    return 'OpenAI’s protocol has no top_k; leave it out or choose a Gemini model.';
  }
  if (generation.thinkingBudget !== undefined) {
    return 'OpenAI’s protocol has no thinking budget; leave it out or choose a Gemini model.';
  }
  if (generation.safety !== undefined) {
    return 'OpenAI’s protocol has no safety settings; leave them out or choose a Gemini model.';
  }
  if (api === 'chat') {
    return isOpenaiItself(endpoint) && (generation.stop?.length ?? 0) > MOST_STOPS
      ? `OpenAI takes at most ${MOST_STOPS} stop sequences; leave some out or choose a Gemini model.`
      : null;
  }
  if ((generation.candidateCount ?? 1) > 1) {
    return 'The Responses API gives one candidate only; leave the candidate count out or set this endpoint’s text to chat completions.';
  }
  const option = chatOption(generation);
  return option === null
    ? null
    : `The Responses API has no ${option}; leave it out or set this endpoint’s text to chat completions.`;
}

function partRefusal(part: TextPart, endpoint: Endpoint): string | null {
  if (part.kind === 'text') {
    return null;
  }
  if (part.medium === 'audio') {
    return audioRefusal(part, isOpenaiItself(endpoint));
  }
  return part.kind === 'held' && !/^https?:/i.test(part.uri)
    ? `OpenAI’s protocol takes an image by its bytes or its web address, not as ${part.uri}.`
    : null;
}

function audioRefusal(part: Exclude<TextPart, { kind: 'text' }>, isItself: boolean): string | null {
  if (part.kind === 'held') {
    return 'OpenAI’s protocol takes audio by its bytes only, not by an address; choose a Gemini model.';
  }
  const { fileName, mimeType } = part.input;
  return isItself && !OPENAI_FORMATS.has(audioFormat(mimeType))
    ? `OpenAI takes audio as MP3 or WAV; “${fileName}” is ${mimeType}.`
    : null;
}
