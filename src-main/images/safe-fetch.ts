/** Downloads an image from a URL a stranger wrote: no private address, no credentials, bounded in hops, time and size. */
import { Agent, fetch, type Response } from 'undici';
import { badInput, parseUrl, type Refused, shownReference } from './bad-input';
import { AddressRefused, checkedConnector, type FetchNetwork, systemNetwork } from './checked-connector';
import { MAX_INPUT_IMAGE_BYTES } from './largest-input';
import { megabytes } from './safe-path';
import { sniffImage } from './sniff';

export interface FetchImageOptions {
  /** Allows loopback and private addresses, and ports besides 80 and 443. */
  readonly allowPrivate: boolean;
  /** Allows the same for this one host (`URL.host`), and for no other that it redirects to. */
  readonly ownHost?: string;
  readonly signal?: AbortSignal;
  /** For the connection, the headers and each pause in the body; the whole may take four times as long. Default 30 s. */
  readonly timeoutMs?: number;
  /** Of the decoded body. Default 50 MB. */
  readonly maxBytes?: number;
  readonly network?: FetchNetwork;
  /** Audio and video are let through whatever their bytes are: whoever takes them looks at them. Default: images alone. */
  readonly media?: boolean;
}

export type FetchedImage = { readonly kind: 'ok'; readonly bytes: Uint8Array } | NotFetched;

export interface NotFetched extends Refused {
  /** The network failed, or the server had trouble or no time: another try may bring it. */
  readonly mayPass?: true;
}

export interface ImageFetcher {
  /** Never rejects. */
  fetchImage(url: string, signal?: AbortSignal): Promise<FetchedImage>;
  /** Cuts what is under way. */
  close(): Promise<void>;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const DEFAULT_TIMEOUT_MS = 30_000;
const TOTAL_FACTOR = 4;

/** What ends a download with a sentence of its own. */
class DownloadRefused extends Error {
  readonly code = 'REFUSED';
  constructor(
    readonly sentence: string,
    readonly mayPass = false,
  ) {
    super(sentence);
  }
}

/** One download. Never rejects. */
export async function fetchImage(url: string, options: FetchImageOptions): Promise<FetchedImage> {
  const fetcher = createImageFetcher(options);
  try {
    return await fetcher.fetchImage(url);
  } finally {
    await fetcher.close();
  }
}

/** Keeps its connections for many downloads. */
export function createImageFetcher(options: FetchImageOptions): ImageFetcher {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const dispatcher = new Agent({
    connect: checkedConnector(options.network ?? systemNetwork(timeoutMs), (host) =>
      mayBePrivate(host, options),
    ),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return {
    fetchImage: async (url, signal) => {
      const signals = [options.signal, signal, AbortSignal.timeout(timeoutMs * TOTAL_FACTOR)];
      const ended = AbortSignal.any(signals.filter((each) => each !== undefined));
      try {
        const response = await follow(url, { options, dispatcher, signal: ended });
        const bytes = await readBody(response, options.maxBytes ?? MAX_INPUT_IMAGE_BYTES, url);
        return options.media !== true && sniffImage(bytes) === null
          ? badInput(`${shownReference(url)} answered with something that is not an image.`)
          : { kind: 'ok', bytes };
      } catch (error) {
        return { ...badInput(sentenceOf(error, url)), ...(mayPass(error) ? { mayPass: true } : {}) };
      }
    },
    close: () => dispatcher.destroy(),
  };
}

interface Hop {
  readonly options: FetchImageOptions;
  readonly dispatcher: Agent;
  readonly signal: AbortSignal;
}

async function follow(url: string, hop: Hop): Promise<Response> {
  let target = checkUrl(url, url, hop.options);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(target, {
      dispatcher: hop.dispatcher,
      signal: hop.signal,
      redirect: 'manual',
      credentials: 'omit',
      headers: { accept: hop.options.media === true ? 'audio/*, video/*' : 'image/*' },
    });
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return accepted(response, url);
    await response.body?.cancel();
    target = checkUrl(location, url, hop.options, target);
  }
  throw new DownloadRefused(`${shownReference(url)} redirects more than ${MAX_REDIRECTS} times.`);
}

async function accepted(response: Response, url: string): Promise<Response> {
  if (response.ok) return response;
  await response.body?.cancel();
  throw new DownloadRefused(
    `${shownReference(url)} answered with HTTP status ${response.status}; check that it is still there.`,
    response.status >= 500 || PASSING.has(response.status),
  );
}

/** Too slow, too early, too often. */
const PASSING = new Set([408, 425, 429]);

/** What can be judged by the URL alone; addresses are judged where the socket opens. */
function checkUrl(reference: string, asked: string, options: FetchImageOptions, base?: URL): URL {
  const url = parseUrl(reference, base);
  const shown = shownReference(asked);
  if (url === null) throw new DownloadRefused(`"${shown}" is not a valid URL.`);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new DownloadRefused(
      `${shown} leads to a ${url.protocol} address; files are fetched over https or http.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new DownloadRefused(
      `${shown} carries a user name or password; files are fetched without credentials.`,
    );
  }
  if (!mayBePrivate(url.host, options) && !ALLOWED_PORTS.has(url.port)) {
    throw new DownloadRefused(`${shown} names port ${url.port}; only 80 and 443 are allowed. ${HINT}`);
  }
  return url;
}

/** Each hop is judged for itself: the first one says nothing of where it leads. */
function mayBePrivate(host: string | undefined, { allowPrivate, ownHost }: FetchImageOptions): boolean {
  return allowPrivate || (ownHost !== undefined && host === ownHost);
}

/** Blank: the scheme's own. */
const ALLOWED_PORTS = new Set(['', '80', '443']);
const HINT = 'To fetch it all the same, use --allow_private_urls or the setting Allow private URLs.';

async function readBody(response: Response, maxBytes: number, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    /* Leaving the loop cancels the body. */
    if (size > maxBytes) {
      throw new DownloadRefused(
        `${shownReference(url)} is larger than ${megabytes(maxBytes)}; make it smaller.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function sentenceOf(error: unknown, url: string): string {
  const shown = shownReference(url);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DownloadRefused) return cause.sentence;
    if (cause instanceof AddressRefused) {
      return cause.reason === 'never'
        ? `${shown} leads to an address that is never fetched.`
        : `${shown} leads to a private address. ${HINT}`;
    }
    if (cause.name === 'TimeoutError' || TIMEOUTS.has(codeOf(cause))) {
      return `${shown} did not answer in time; rerun the row later.`;
    }
    if (cause.name === 'AbortError') return `The download of ${shown} was stopped.`;
    if (codeOf(cause) === 'ENOTFOUND') return `The host of ${shown} does not exist; check the URL.`;
  }
  return `${shown} could not be downloaded; check the URL and the connection.`;
}

/** All that is neither said by the server nor refused here. */
function mayPass(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DownloadRefused) return cause.mayPass;
    if (cause instanceof AddressRefused || cause.name === 'AbortError') return false;
  }
  return true;
}

const TIMEOUTS = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
