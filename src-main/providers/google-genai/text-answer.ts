/**
 * The text in a Gemini answer, whole or in the chunks of a stream, or why there is none. Thoughts are no part of it. It
 * is read from the raw body, as pictures are.
 */
import type { Usage } from '../../engine/ports';
import { asObject, asText, type JsonObject, objectsOf } from '../loose-json';
import { namedError } from '../provider-error';
import type { WhyNone } from '../reading';
import type { TextProtocol, TextReading } from '../text-reading';
import { ANSWER_FIELDS, BLOCKING_REASONS, promptBlock, sentence, usageOf } from './answer';
import { googleRules } from './failure';

export const googleText: TextProtocol = { rules: googleRules, read, deltas: () => delta };

interface Candidate {
  readonly text: string;
  readonly finish: string | undefined;
  readonly finishText: string | undefined;
}

function read(chunks: readonly JsonObject[], isStream: boolean): TextReading {
  for (const chunk of chunks) {
    const error = namedError(chunk);
    if (error !== null) {
      return { kind: 'error', error };
    }
  }
  if (!chunks.some((chunk) => ANSWER_FIELDS.some((field) => field in chunk))) {
    return { kind: 'alien' };
  }
  const usage = lastUsage(chunks);
  const blocked = chunks.map(promptBlock).find((block) => block !== null);
  if (blocked !== undefined) {
    return { kind: 'none', failure: blocked, usage };
  }
  const begun = candidatesIn(chunks);
  const candidates = isStream ? begun.filter(({ finish }) => finish !== undefined) : begun;
  if (isStream && candidates.length === 0) {
    return { kind: 'cut' };
  }
  return readingOf(candidates, usage, begun.length);
}

/**
 * A candidate that was blocked is no answer, even where a part of it came before: the rest was withheld. `begun`: so
 * many there are with those that were cut off.
 */
function readingOf(candidates: readonly Candidate[], usage: Usage, begun: number): TextReading {
  const [first, ...more] = candidates.filter(
    ({ text, finish }) => text.trim() !== '' && !BLOCKING_REASONS.has(finish ?? ''),
  );
  return first === undefined
    ? { kind: 'none', failure: whyNone(candidates), usage }
    : {
        kind: 'text',
        candidates: [first, ...more],
        withheld: begun - 1 - more.length,
        usage,
      };
}

function whyNone(candidates: readonly Candidate[]): WhyNone {
  const last = candidates.find(({ finish }) => BLOCKING_REASONS.has(finish ?? '')) ?? candidates.at(-1);
  const reason = last?.finish;
  const code = reason === undefined ? {} : { providerCode: reason };
  if (reason !== undefined && BLOCKING_REASONS.has(reason)) {
    return {
      kind: 'blocked',
      message: sentence('The answer was blocked', reason, last?.finishText),
      ...code,
    };
  }
  if (reason === 'MAX_TOKENS') {
    const message =
      'The model used up its output tokens before it wrote any text (MAX_TOKENS): raise max_output_tokens, or allow less thinking.';
    return { kind: 'token_limit', message, ...code };
  }
  const message = sentence('The model returned no text', reason ?? 'no candidate', last?.finishText);
  return { kind: 'malformed', message, ...code };
}

/** By their index, each with all its pieces; the later finish counts. */
function candidatesIn(chunks: readonly JsonObject[]): readonly Candidate[] {
  const found = new Map<number, Candidate>();
  for (const chunk of chunks) {
    for (const [at, entry] of objectsOf(chunk.candidates).entries()) {
      const index = indexOf(entry, at);
      const before = found.get(index);
      found.set(index, {
        text: (before?.text ?? '') + textOf(entry),
        finish: finishOf(entry) ?? before?.finish,
        finishText: asText(entry.finishMessage) ?? before?.finishText,
      });
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([, candidate]) => candidate);
}

function indexOf(candidate: JsonObject, at: number): number {
  return typeof candidate.index === 'number' ? candidate.index : at;
}

function finishOf(candidate: JsonObject): string | undefined {
  const reason = asText(candidate.finishReason);
  return reason === 'FINISH_REASON_UNSPECIFIED' ? undefined : reason;
}

function textOf(candidate: JsonObject): string {
  return objectsOf(asObject(candidate.content)?.parts)
    .filter((part) => part.thought !== true)
    .map((part) => (typeof part.text === 'string' ? part.text : ''))
    .join('');
}

/** Counts of a stream grow from chunk to chunk. */
function lastUsage(chunks: readonly JsonObject[]): Usage {
  const last = chunks.findLast((chunk) => asObject(chunk.usageMetadata) !== undefined);
  return last === undefined ? {} : usageOf(last);
}

function delta(chunk: JsonObject): string {
  return objectsOf(chunk.candidates)
    .filter((candidate, at) => indexOf(candidate, at) === 0)
    .map(textOf)
    .join('');
}
