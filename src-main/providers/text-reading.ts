/** What an adapter made of a successful answer to a text request, and the outcome that follows. */
import type { TextResult } from '@shared/model/text';
import type { Usage } from '../engine/ports';
import type { TextAnswer, TextRequest } from './adapter';
import { type Answered, factsOf } from './endpoint-call';
import { eventsIn } from './event-stream';
import type { Exchange } from './exchange';
import { errorFailure, malformedFailure, oneLine, type Rules } from './http-failure';
import { asObject, type JsonObject, objectsOf, parseJson } from './loose-json';
import { cutStreamFailure } from './network-failure';
import type { ProviderError } from './provider-error';
import type { WhyNone } from './reading';

interface WholeText {
  readonly text: string;
  /** Why it ended, in the provider's word. */
  readonly finish: string | undefined;
}

export type TextReading =
  | {
      readonly kind: 'text';
      /** At least one; none is blank. */
      readonly candidates: readonly [WholeText, ...WholeText[]];
      /** Other candidates: blocked, blank or cut off. */
      readonly withheld: number;
      readonly usage: Usage;
    }
  | { readonly kind: 'none'; readonly failure: WhyNone; readonly usage: Usage }
  /** An error among the events of a stream. */
  | { readonly kind: 'error'; readonly error: ProviderError }
  /** The stream ended before the answer did. */
  | { readonly kind: 'cut' }
  /** JSON, but not of this protocol. */
  | { readonly kind: 'alien' };

/** How a protocol's text is read. */
export interface TextProtocol {
  readonly rules: Rules;
  /** `pieces`: the events of a stream in order, or the one answer; `isStream`: it was one, so it must say how it ended. */
  read(pieces: readonly JsonObject[], isStream: boolean, text: string): TextReading;
  /** For one stream: answers what each event adds to the text of the first candidate; empty: nothing. */
  deltas(): (event: JsonObject) => string;
}

/** Hands on the pieces of a streamed answer; what was told is told once. */
interface Telling {
  /** As `CallOptions` takes it; absent: nobody listens. */
  readonly onEvent?: (data: string) => void;
  /** The whole text, for a server that did not stream it. */
  whole(text: string): void;
}

export function tellingOf({ onDelta }: TextRequest, protocol: TextProtocol): Telling {
  if (onDelta === undefined) {
    return { whole: () => undefined };
  }
  const delta = protocol.deltas();
  let hasTold = false;
  const tell = (text: string): void => {
    if (text !== '') {
      hasTold = true;
      onDelta(text);
    }
  };
  return {
    onEvent: (data) => tell(delta(asObject(parseJson(data)) ?? {})),
    whole: (text) => void (hasTold || tell(text)),
  };
}

export function textAnswer(
  end: Answered,
  request: TextRequest,
  { protocol, telling }: { readonly protocol: TextProtocol; readonly telling: Telling },
): TextAnswer {
  if (end.kind === 'failed') {
    return end;
  }
  const { exchange } = end;
  const isStream = exchange.isStream();
  const reading = protocol.read(piecesOf(exchange, isStream), isStream, exchange.text());
  if (reading.kind === 'text') {
    telling.whole(reading.candidates[0].text);
  }
  return { ...outcomeOf(reading, end, { protocol, isJson: request.schema !== null }), ...factsOf(exchange) };
}

/** An array is a stream that was collected: Gemini without `alt=sse`. */
function piecesOf(exchange: Exchange, isStream: boolean): readonly JsonObject[] {
  const pieces = isStream ? eventsIn(exchange.text()).map(parseJson) : exchange.json();
  return Array.isArray(pieces) ? objectsOf(pieces) : objectsOf([pieces]);
}

function outcomeOf(
  reading: TextReading,
  { exchange, asked }: Extract<Answered, { kind: 'answer' }>,
  { protocol, isJson }: { readonly protocol: TextProtocol; readonly isJson: boolean },
): TextAnswer {
  switch (reading.kind) {
    case 'text':
      return { kind: 'text', answer: resultOf(reading, isJson), usage: reading.usage };
    case 'none': {
      const message = oneLine(reading.failure.message, asked.secret);
      const failure = { ...reading.failure, message, httpStatus: exchange.status, bodySent: true };
      return { kind: 'failed', failure, usage: reading.usage };
    }
    case 'error': {
      const failure = errorFailure(exchange, reading.error, { asked, rules: protocol.rules });
      return { kind: 'failed', failure };
    }
    case 'cut':
      return { kind: 'failed', failure: cutStreamFailure(asked.host) };
    case 'alien':
      return { kind: 'failed', failure: malformedFailure(exchange, asked) };
  }
}

function resultOf(
  { candidates: [first, ...others], withheld }: Extract<TextReading, { kind: 'text' }>,
  isJson: boolean,
): TextResult {
  const wordsOf = ({ text }: WholeText): string => (isJson ? unfenced(text) : text);
  const { finish } = first;
  return {
    text: wordsOf(first),
    mimeType: isJson ? 'application/json' : 'text/plain',
    ...(others.length === 0 ? {} : { more: others.map(wordsOf) }),
    ...(finish === undefined ? {} : { finish }),
    ...(others.every((other) => other.finish === finish)
      ? {}
      : { moreFinish: others.map((other) => other.finish ?? null) }),
    ...(withheld === 0 ? {} : { withheld }),
  };
}

/** Models put structured answers into a code fence, whatever they are told. */
function unfenced(text: string): string {
  return /^\s*```(?:json)?[ \t]*\r?\n([\s\S]*?)\s*```\s*$/i.exec(text)?.[1] ?? text;
}
