/** One HTTP answer, read whole and kept, so that it can be judged after an SDK has had its own view of it. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { SpooledPicture } from './adapter';
import { isEventStream, decidingEvent } from './event-stream';
import { cutLongStrings, type CutJson, decodeInPlace } from './long-strings';

/** Room for two 4K pictures in base64 with their thoughts; what is larger is no answer to one request. */
export const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const INFLATERS: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  gzip: (body) => promisify(gunzip)(body, { maxOutputLength: MAX_ANSWER_BYTES }),
  deflate: (body) => promisify(inflate)(body, { maxOutputLength: MAX_ANSWER_BYTES }),
  br: (body) => promisify(brotliDecompress)(body, { maxOutputLength: MAX_ANSWER_BYTES }),
};

/** What a mark stands for; null within: it was no base64. */
export type CutString =
  | { readonly kind: 'bytes'; readonly bytes: Buffer | null }
  | { readonly kind: 'spooled'; readonly picture: SpooledPicture | null };

export class Exchange {
  #text: string | undefined;
  #json: { readonly value: unknown } | undefined;
  #cut: CutJson | undefined;

  constructor(
    readonly status: number,
    readonly headers: Headers,
    /** Without the pictures that are in `spooled`: marks stand for them. */
    readonly body: Buffer,
    readonly spooled: ReadonlyMap<string, SpooledPicture | null> | null = null,
    /** The answer is text: no string of it is taken for a picture, however long. */
    readonly isText = false,
  ) {}

  text(): string {
    // `TextDecoder` also drops the byte order mark that some relays send.
    this.#text ??= new TextDecoder().decode(this.body);
    return this.#text;
  }

  /** The parsed `cutText`, of a stream the event that says how it ended; `cutString` answers what a mark in it stands for. Throws SyntaxError when the body is no JSON. */
  parse(): unknown {
    this.#json ??= {
      value: this.isStream() ? decidingEvent(this.cutText()) : parseJson(this.cutText()),
    };
    return this.#json.value;
  }

  isStream(): boolean {
    return isEventStream(this.headers, this.body);
  }

  /** The text with a mark in place of each long base64 string. */
  cutText(): string {
    if (this.spooled !== null || this.isText) {
      return this.text();
    }
    this.#cut ??= cutLongStrings(this.body);
    return new TextDecoder().decode(this.#cut.json);
  }

  /**
   * The string that `cutText` replaced by a mark; null for any other string. Bytes are decoded into `body`, whose text is
   * gone with it: the last thing asked of an exchange.
   */
  cutString(mark: string): CutString | null {
    const picture = this.spooled?.get(mark);
    if (picture !== undefined) {
      return { kind: 'spooled', picture };
    }
    const place = this.#cut?.strings.get(mark);
    return place === undefined ? null : { kind: 'bytes', bytes: decodeInPlace(this.body, place) };
  }

  /** Takes over the body as an SDK has already parsed it. */
  adopt(json: object): void {
    this.#json = { value: json };
  }

  /** The parsed body, undefined when it is no JSON. */
  json(): unknown {
    try {
      return this.parse();
    } catch {
      return undefined;
    }
  }

  /** Whether a web page answered: a gateway, a login form, a relay's front page. */
  isHtml(): boolean {
    const start = this.body.subarray(0, 400).toString('latin1').trimStart().toLowerCase();
    return start.startsWith('<!doctype html') || start.startsWith('<html') || /^<[a-z!?][^>]*>/.test(start);
  }
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

/** What the SDKs get to see: an ordinary Response over the bytes that were already read, long strings cut out. */
export class ExchangeResponse extends Response {
  readonly #exchange: Exchange;

  /** Throws RangeError for a status outside 200 to 599. */
  constructor(exchange: Exchange) {
    super(null, { status: exchange.status, headers: exchange.headers });
    this.#exchange = exchange;
  }

  override readonly text = (): Promise<string> => Promise.resolve(this.#exchange.cutText());

  override readonly json = (): Promise<unknown> =>
    new Promise((resolve) => {
      resolve(this.#exchange.parse());
    });
}

/**
 * The body as it was before any content coding. Requests ask for none (`accept-encoding: identity`), but some gateways
 * compress all the same. Rejects when the coding is unknown or the bytes do not fit it.
 */
export async function decodeBody(body: Buffer, headers: Headers): Promise<Buffer> {
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity' || body.byteLength === 0) {
    return body;
  }
  const decode = INFLATERS[coding.replace(/^x-/, '')];
  if (decode === undefined) {
    throw new Error(`unknown content coding ${coding}`);
  }
  return decode(body);
}
