/** Answers that come as server-sent events (WHATWG HTML, 9.2.6), each with JSON in its `data`. */
import { StringDecoder } from 'node:string_decoder';
import { asObject, asText, type JsonObject, parseJson } from './loose-json';
import { namedError } from './provider-error';

/** OpenAI's last event, which is no JSON. */
const END = '[DONE]';

/** By what it holds, then by what it says of itself: relays label streams as text and errors as streams. */
export function isEventStream(headers: Headers, body: Buffer): boolean {
  const start = body
    .toString('utf8', 0, 200)
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (/^[{[]/.test(start)) {
    return false;
  }
  const isCalledOne = /^text\/event-stream\b/i.test(headers.get('content-type') ?? '');
  return isCalledOne || /^(?:data|event|id|retry)?:/.test(start);
}

/**
 * The event that says how it ended: the whole picture, else an error, wherever relays put something behind them; else the
 * last. Throws SyntaxError when there is none, or it is cut off.
 */
export function decidingEvent(text: string): unknown {
  const events = eventsIn(text);
  const known = events.map(parseJson).map(asObject);
  const found =
    known.findLast((event) => isWholePicture(event)) ?? known.findLast((event) => namedError(event) !== null);
  return found ?? (JSON.parse(events.at(-1) ?? '') as unknown);
}

/** Of OpenAI's images API: the picture itself, with the usage beside it. */
export function isWholePicture(event: JsonObject | undefined): boolean {
  return /^image_(?:generation|edit)\.completed$/.test(asText(event?.type) ?? '');
}

/** What the events of a whole stream hold, in order. What follows the last empty line has not ended: it is no event. */
export function eventsIn(text: string): readonly string[] {
  const events: string[] = [];
  const reader = new EventReader((data) => events.push(data));
  reader.push(Buffer.from(text));
  return events;
}

/** Whether a stream of OpenAI's protocol said by itself that it is over. */
export function saysItIsOver(text: string): boolean {
  return /(?:^|[\r\n])data: ?\[DONE\]\s*$/.test(text.slice(-200));
}

/** Tells each event of a stream while it arrives; of a body that is JSON, nothing. */
export class EventReader {
  readonly #tell: (data: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #data: string[] = [];
  #isJson: boolean | null = null;
  /** The last piece ended in a carriage return: a line feed after it belongs to it. */
  #afterReturn = false;

  constructor(tell: (data: string) => void) {
    this.#tell = tell;
  }

  push(piece: Uint8Array): void {
    let text = this.#decoder.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
    if (this.#isJson === null) {
      text = text.replace(/^\uFEFF/, '').trimStart();
      this.#isJson = text === '' ? null : /^[{[]/.test(text);
    }
    if (text === '' || this.#isJson === true) {
      return;
    }
    if (this.#afterReturn && text.startsWith('\n')) {
      text = text.slice(1);
    }
    this.#afterReturn = text.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/);
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#take(this.#line + line);
      this.#line = '';
    }
    this.#line += rest;
  }

  #take(line: string): void {
    if (line !== '') {
      if (line.startsWith('data:')) {
        this.#data.push(line.slice('data:'.length).replace(/^ /, ''));
      }
      return;
    }
    const data = this.#data.join('\n');
    this.#data = [];
    if (data !== '' && data !== END) {
      this.#tell(data);
    }
  }
}
