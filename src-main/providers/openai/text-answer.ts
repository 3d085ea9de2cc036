/**
 * The text in an OpenAI-compatible answer, whole or as events, or why there is none. Relays mix the shapes of chat
 * completions and of the Responses API up, so each is looked for whatever was asked.
 */
import { saysItIsOver } from '../event-stream';
import { asObject, asText, type JsonObject, objectsOf } from '../loose-json';
import { namedError, type ProviderError } from '../provider-error';
import type { WhyNone } from '../reading';
import type { TextProtocol, TextReading } from '../text-reading';
import { usageOf } from './answer';
import { openaiRules } from './failure';

export const openaiText: TextProtocol = { rules: openaiRules, read, deltas };

interface Candidate {
  readonly text: string;
  readonly refusal: string;
  readonly finish: string | undefined;
}

function read(pieces: readonly JsonObject[], isStream: boolean, text: string): TextReading {
  const error = pieces.map(errorIn).find((found) => found !== null);
  if (error !== undefined) {
    return { kind: 'error', error };
  }
  const chunks = pieces.filter((piece) => Array.isArray(piece.choices));
  if (chunks.length > 0) {
    return readChat(pieces, chunks, isStream && !saysItIsOver(text));
  }
  const response = pieces.map(responseIn).findLast((found) => found !== undefined);
  if (response !== undefined) {
    return readResponse(response, pieces);
  }
  return pieces.some(({ type }) => asText(type)?.startsWith('response.'))
    ? { kind: 'cut' }
    : { kind: 'alien' };
}

/** Chat's under `error`; the Responses API's as an event of its own, or in the response that failed. */
function errorIn(piece: JsonObject): ProviderError | null {
  const named = namedError(piece);
  if (named !== null || (piece.type !== 'error' && piece.type !== 'response.failed')) {
    return named;
  }
  const response = asObject(piece.response);
  return (
    namedError(piece.type === 'error' ? { error: piece } : response) ?? {
      message: 'The model could not complete its answer.',
      codes: [],
      details: [],
    }
  );
}

function readChat(
  pieces: readonly JsonObject[],
  chunks: readonly JsonObject[],
  mustFinish: boolean,
): TextReading {
  const begun = chatCandidates(chunks);
  const candidates = mustFinish ? begun.filter(({ finish }) => finish !== undefined) : begun;
  if (mustFinish && candidates.length === 0) {
    return { kind: 'cut' };
  }
  const counted = pieces.findLast((piece) => asObject(piece.usage) !== undefined);
  return readingOf(candidates, counted ?? {}, begun.length);
}

/** By their index, each with all its pieces. */
function chatCandidates(chunks: readonly JsonObject[]): readonly Candidate[] {
  const found = new Map<number, Candidate>();
  for (const chunk of chunks) {
    for (const [at, choice] of objectsOf(chunk.choices).entries()) {
      const index = indexOf(choice, at);
      const before = found.get(index) ?? { text: '', refusal: '', finish: undefined };
      // Some relays end a stream with the whole message again.
      const said = asObject(choice.delta) ?? (before.text === '' ? asObject(choice.message) : undefined);
      found.set(index, {
        text: before.text + wordsIn(said?.content),
        refusal: before.refusal + textIn(said?.refusal),
        finish: asText(choice.finish_reason) ?? before.finish,
      });
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([, candidate]) => candidate);
}

function indexOf(choice: JsonObject, at: number): number {
  return typeof choice.index === 'number' ? choice.index : at;
}

/** `content` as text, or as parts of which some are text. */
function wordsIn(content: unknown): string {
  return typeof content === 'string'
    ? content
    : objectsOf(content)
        .map(({ text }) => textIn(text))
        .join('');
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function responseIn(piece: JsonObject): JsonObject | undefined {
  const inner = asObject(piece.response);
  const isEnd = piece.type === 'response.completed' || piece.type === 'response.incomplete';
  return isEnd ? inner : Array.isArray(piece.output) || piece.object === 'response' ? piece : undefined;
}

/** Some relays leave the output of the last event empty: then the pieces before it are the text. */
function readResponse(response: JsonObject, pieces: readonly JsonObject[]): TextReading {
  const parts = objectsOf(response.output)
    .filter(({ type, phase }) => type === 'message' && phase !== 'commentary')
    .flatMap(({ content }) => objectsOf(content));
  const written = parts.filter(({ type }) => type !== 'refusal').map(({ text }) => textIn(text));
  const candidate = {
    text: written.join('') || pieces.map(deltas()).join(''),
    refusal: parts.map(({ refusal }) => textIn(refusal)).join(''),
    finish: asText(asObject(response.incomplete_details)?.reason) ?? asText(response.status),
  };
  return readingOf([candidate], response, 1);
}

/**
 * A candidate that was filtered is no answer, even where a part of it came before: the rest was withheld. `begun`: so
 * many there are with those that were cut off.
 */
function readingOf(candidates: readonly Candidate[], counted: JsonObject, begun: number): TextReading {
  const usage = usageOf(counted);
  const [first, ...more] = candidates.filter(
    (candidate) => candidate.text.trim() !== '' && !isBlocked(candidate),
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

function isBlocked({ refusal, finish }: Candidate): boolean {
  return refusal.trim() !== '' || finish === 'content_filter';
}

function whyNone(candidates: readonly Candidate[]): WhyNone {
  const blocked = candidates.find(isBlocked);
  if (blocked !== undefined) {
    const { refusal, finish } = blocked;
    const message =
      refusal.trim() === '' ? 'The content filter stopped the answer.' : `The model refused: “${refusal}”`;
    const code = finish === 'content_filter' ? finish : 'refusal';
    return { kind: 'blocked', message, providerCode: code };
  }
  const finish = candidates.at(-1)?.finish;
  const code = finish === undefined ? {} : { providerCode: finish };
  if (finish === 'length' || finish === 'max_output_tokens') {
    const message = `The model used up its output tokens before it wrote any text (${finish}): raise max_output_tokens, or allow less thinking.`;
    return { kind: 'token_limit', message, ...code };
  }
  const message = `The model returned no text${finish === undefined ? '' : ` (${finish})`}.`;
  return { kind: 'malformed', message, ...code };
}

/** What a model says to itself on the way is marked as commentary when its message begins. */
function deltas(): (event: JsonObject) => string {
  const commentary = new Set<unknown>();
  return (event) => {
    const item = asObject(event.item);
    if (event.type === 'response.output_item.added' && item?.phase === 'commentary') {
      commentary.add(item.id);
    }
    if (event.type === 'response.output_text.delta') {
      return commentary.has(event.item_id) ? '' : textIn(event.delta);
    }
    return objectsOf(event.choices)
      .filter((choice, at) => indexOf(choice, at) === 0)
      .map((choice) => wordsIn(asObject(choice.delta)?.content))
      .join('');
  };
}
