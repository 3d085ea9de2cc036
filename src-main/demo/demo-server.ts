/**
 * The demo endpoint: a small HTTP server on a loopback port that speaks the Gemini and the OpenAI protocol and really
 * changes pictures. Needs no key and no network. The app runs it in a worker (start-demo.ts); tests run it in process
 * and may script its failures.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import sharp from 'sharp';
import { answer } from './answer';
import { createHostedFiles, type HostedFile } from './hosted-files';
import { paint } from './paint';
import { readRequest, TOO_LARGE } from './read-request';
import { fingerprint, type FoundKey, keyOf, type RecordedRequest, recordedPicture } from './recorder';
import { geminiError, openaiError } from './refusals';
import type { PictureRequest } from './request';
import { findRoute, modelList, type Route } from './routes';
import { demoScript, type Fault, type FaultScript } from './script';

export interface DemoServerOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** How long an answer takes at least, in milliseconds. Default 350 to 900. */
  readonly latencyMs?: number | { readonly min: number; readonly max: number };
  /** Uniform in [0, 1). Default: a seeded generator, the same in every run. */
  readonly random?: () => number;
  /** Asked before the demo's own words (script.ts); null leaves a request to them. */
  readonly script?: FaultScript;
  /** Keep what was received in `requests`. Default true. */
  readonly record?: boolean;
  /** Served under `/files/<name>`. */
  readonly files?: Readonly<Record<string, HostedFile>>;
  /** What the model lists name. */
  readonly models?: readonly string[];
}

export interface DemoServer {
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Cuts what is in flight. */
  close(): Promise<void>;
  /** In order of arrival; each entry is replaced as its request goes on. */
  readonly requests: readonly RecordedRequest[];
  readonly inFlight: number;
  readonly peakInFlight: number;
  /** Forgets requests, attempts and the peak. */
  clear(): void;
  /** Serves a file under `/files/<name>`; answers its URL. */
  host(name: string, file: HostedFile): string;
}

const DEFAULT_LATENCY = { min: 350, max: 900 };
const DEFAULT_MODELS = ['gemini-nano-banana-2.1', 'gpt-image-2.5-flare', 'gpt-image-2.5-sunburst'];

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly found: FoundKey;
  readonly path: string;
  readonly startedAt: number;
  readonly inFlight: number;
  readonly signal: AbortSignal;
}

export function createDemoServer(options: DemoServerOptions = {}): DemoServer {
  sharp.concurrency(1);
  const random = options.random ?? seeded(20_261_121);
  const hosted = createHostedFiles(options.files ?? {});
  const closing = new AbortController();
  const requests: RecordedRequest[] = [];
  const attempts = new Map<string, number>();
  const server = createServer((incoming, response) => void serve(incoming, response));
  let url = '';
  let inFlight = 0;
  let peakInFlight = 0;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    inFlight += 1;
    peakInFlight = Math.max(peakInFlight, inFlight);
    const gone = new AbortController();
    // Counted until the answer is out or the client is gone, as a provider counts.
    response.once('close', () => {
      inFlight -= 1;
      gone.abort();
    });
    const asked = new URL(incoming.url ?? '/', 'http://demo.invalid');
    const exchange: Exchange = {
      incoming,
      response,
      found: keyOf(incoming, asked),
      path: asked.pathname,
      startedAt,
      inFlight,
      signal: AbortSignal.any([closing.signal, gone.signal]),
    };
    try {
      await respond(exchange, findRoute(incoming.method ?? 'GET', asked.pathname));
    } catch (error) {
      if (!exchange.signal.aborted) {
        send(response, { status: 500, body: { error: { message: String(error) } } });
      }
    }
  }

  async function respond(exchange: Exchange, route: Route): Promise<void> {
    const { response } = exchange;
    switch (route.kind) {
      case 'file':
        hosted.serve(route.name, response);
        return;
      case 'models':
        note(exchange, null, 1);
        send(response, { status: 200, body: modelList(options.models ?? DEFAULT_MODELS, route) });
        return;
      case 'none':
        note(exchange, null, 1);
        send(response, openaiError(404, 'invalid_request_error', 'unknown_url', `Unknown URL ${exchange.path}.`));
        return;
      case 'picture':
        await respondWithPicture(exchange, route);
    }
  }

  async function respondWithPicture(exchange: Exchange, route: Extract<Route, { kind: 'picture' }>): Promise<void> {
    const read = await readRequest(exchange.incoming, route);
    if (read.kind === 'bad') {
      note(exchange, null, 1);
      const status = read.message === TOO_LARGE ? 413 : 400;
      send(
        exchange.response,
        route.protocol === 'google_genai'
          ? geminiError(status, 'INVALID_ARGUMENT', read.message)
          : openaiError(status, 'invalid_request_error', 'invalid_value', read.message),
      );
      return;
    }
    const { request } = read;
    const attempt = countAttempt(request);
    const setStatus = note(exchange, request, attempt);
    const fault = faultFor(request, exchange.found, attempt);
    const due = exchange.startedAt + (fault?.latencyMs ?? latency());
    const reply = await replyTo(request, fault);
    await sleep(Math.max(0, due - performance.now()), undefined, { signal: exchange.signal });
    setStatus(deliver(exchange, reply, fault));
  }

  function faultFor(request: PictureRequest, found: FoundKey, attempt: number): Fault | null {
    const { protocol, via, model, prompt, images } = request;
    const scripted = { protocol, via, model, prompt, key: found.key, attempt, imageCount: images.length };
    return options.script?.(scripted) ?? demoScript(scripted);
  }

  async function replyTo(request: PictureRequest, fault: Fault | null): Promise<Fault> {
    if (fault?.status !== undefined || fault?.hang === true || fault?.reset === 'before') {
      return fault;
    }
    if (!request.wantsImage) {
      return { status: 200, body: inWords(request) };
    }
    const outcome = await paint(request);
    if (outcome.kind === 'unreadable') {
      return request.protocol === 'google_genai'
        ? geminiError(400, 'INVALID_ARGUMENT', 'Unable to process input image.')
        : openaiError(400, 'invalid_request_error', 'invalid_image_file', 'Invalid image file or mode.');
    }
    const body = await answer(request, outcome.pictures, {
      shape: fault?.shape ?? 'plain',
      createdAt: Math.floor(Date.now() / 1000),
      id: randomUUID(),
      host: (picture) => hosted.keep(url, picture),
    });
    return { status: 200, body };
  }

  function latency(): number {
    const range = options.latencyMs ?? DEFAULT_LATENCY;
    return typeof range === 'number' ? range : range.min + random() * (range.max - range.min);
  }

  function countAttempt(request: PictureRequest): number {
    if (options.record === false) {
      return 1;
    }
    const name = fingerprint(request);
    const attempt = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, attempt);
    return attempt;
  }

  /** Writes the request down; what it returns takes the status that went out. */
  function note(exchange: Exchange, request: PictureRequest | null, attempt: number): (status: number | null) => void {
    if (options.record === false) {
      return () => undefined;
    }
    const at = requests.push(recordOf(exchange, request, attempt)) - 1;
    exchange.response.once('close', () => update({ endedAt: performance.now() }));
    const update = (change: Partial<RecordedRequest>): void => {
      const before = requests[at];
      if (before !== undefined) {
        requests[at] = { ...before, ...change };
      }
    };
    return (status) => update({ status });
  }

  return {
    requests,
    get inFlight() {
      return inFlight;
    },
    get peakInFlight() {
      return peakInFlight;
    },
    async start() {
      server.listen(options.port ?? 0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      url = `http://127.0.0.1:${port}`;
      return { url, port };
    },
    async close() {
      closing.abort();
      if (server.listening) {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      }
    },
    clear() {
      requests.length = 0;
      attempts.clear();
      peakInFlight = inFlight;
    },
    host: (name, file) => hosted.add(url, name, file),
  };
}

/** Sends the reply, or fails as the fault says; answers the status that went out. */
function deliver({ response, signal }: Exchange, reply: Fault, fault: Fault | null): number | null {
  if (signal.aborted || fault?.hang === true) {
    return null;
  }
  if (fault?.reset === 'before') {
    response.socket?.resetAndDestroy();
    return null;
  }
  send(response, reply, fault?.reset === 'midBody');
  return reply.status ?? 200;
}

function send(response: ServerResponse, { status = 200, body = '', headers = {} }: Fault, isCut = false): void {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const contentType = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length, ...headers });
  if (isCut) {
    response.write(bytes.subarray(0, Math.max(1, bytes.length >> 1)), () => response.socket?.resetAndDestroy());
  } else {
    response.end(bytes);
  }
}

function recordOf(exchange: Exchange, request: PictureRequest | null, attempt: number): RecordedRequest {
  const { incoming, found } = exchange;
  return {
    method: incoming.method ?? '',
    path: exchange.path,
    protocol: request?.protocol ?? null,
    via: request?.via ?? null,
    model: request?.model ?? null,
    prompt: request?.prompt ?? null,
    images: request?.images.map(recordedPicture) ?? [],
    mask: request?.mask ? recordedPicture(request.mask) : null,
    params: request?.params ?? {},
    contentType: incoming.headers['content-type'] ?? null,
    keyFrom: found.from,
    keyTail: found.key?.slice(-4) ?? null,
    attempt,
    startedAt: exchange.startedAt,
    bodyAt: performance.now(),
    endedAt: null,
    status: null,
    inFlight: exchange.inFlight,
  };
}

function inWords(request: PictureRequest): Readonly<Record<string, unknown>> {
  const parts = [{ text: `You said: ${request.prompt}` }];
  return { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }] };
}

/** mulberry32 by Tommy Ettinger (public domain). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
