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
import { deliver, refused, send } from './deliver';
import { createHostedFiles, type HostedFile } from './hosted-files';
import { paint } from './paint';
import { readBody, readRequest, TOO_LARGE } from './read-request';
import {
  fingerprint,
  type FoundKey,
  keyOf,
  NOTHING_TOLD,
  type RecordedRequest,
  type Told,
  toldOf,
  toldOfText,
} from './recorder';
import { geminiError, openaiError } from './refusals';
import type { PictureRequest } from './request';
import { findRoute, modelList, type Route } from './routes';
import { seeded } from './seeded';
import { demoScript, type Fault, type FaultScript, type ScriptedRequest } from './script';
import { partialsAsked, streamPicture } from './stream';
import { say } from './text/say';
import { sendEvents } from './text/send-events';
import { textBody, textEvents } from './text/text-answer';
import { promptOf, type TextRequest } from './text/text-request';
import { createUploads, type UploadAnswer } from './text/uploads';

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
  /** Names of the files that clients have uploaded and not deleted. */
  uploaded(): readonly string[];
  /** Serves a file under `/files/<name>`; answers its URL. */
  host(name: string, file: HostedFile): string;
}

const DEFAULT_LATENCY = { min: 350, max: 900 };
const DEFAULT_MODELS = [
  'gemini-nano-banana-2.1',
  'gpt-image-2.5-flare',
  'gpt-image-2.5-sunburst',
  'demo-text',
];

type RequestRoute = Extract<Route, { kind: 'picture' }>;

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
  return new PictureServer(options);
}

class PictureServer implements DemoServer {
  readonly requests: RecordedRequest[] = [];
  readonly #options: DemoServerOptions;
  readonly #random: () => number;
  readonly #hosted: ReturnType<typeof createHostedFiles>;
  readonly #uploads = createUploads();
  readonly #closing = new AbortController();
  readonly #attempts = new Map<string, number>();
  readonly #server = createServer((incoming, response) => void this.#serve(incoming, response));
  #url = '';
  #inFlight = 0;
  #peakInFlight = 0;

  constructor(options: DemoServerOptions) {
    this.#options = options;
    this.#random = options.random ?? seeded(20_261_121);
    this.#hosted = createHostedFiles(options.files ?? {});
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get peakInFlight(): number {
    return this.#peakInFlight;
  }

  async start(): Promise<{ readonly url: string; readonly port: number }> {
    this.#server.listen(this.#options.port ?? 0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    this.#url = `http://127.0.0.1:${port}`;
    return { url: this.#url, port };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#server.listening) {
      const closed = once(this.#server, 'close');
      this.#server.close();
      this.#server.closeAllConnections();
      await closed;
    }
  }

  clear(): void {
    this.requests.length = 0;
    this.#attempts.clear();
    this.#peakInFlight = this.#inFlight;
  }

  uploaded(): readonly string[] {
    return this.#uploads.names();
  }

  host(name: string, file: HostedFile): string {
    return this.#hosted.add(this.#url, name, file);
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    this.#peakInFlight = Math.max(this.#peakInFlight, this.#inFlight);
    const gone = new AbortController();
    // Counted until the answer is out or the client is gone, as a provider counts.
    response.once('close', () => {
      this.#inFlight -= 1;
      gone.abort();
    });
    const asked = new URL(incoming.url ?? '/', 'http://demo.invalid');
    const exchange: Exchange = {
      incoming,
      response,
      found: keyOf(incoming, asked),
      path: asked.pathname,
      startedAt: performance.now(),
      inFlight: this.#inFlight,
      signal: AbortSignal.any([this.#closing.signal, gone.signal]),
    };
    try {
      await this.#respond(exchange, findRoute(incoming.method ?? 'GET', asked.pathname));
    } catch (error) {
      if (!exchange.signal.aborted) {
        send(response, { status: 500, body: { error: { message: String(error) } } });
      }
    }
  }

  async #respond(exchange: Exchange, route: Route): Promise<void> {
    const { response } = exchange;
    switch (route.kind) {
      case 'file':
        this.#hosted.serve(route.name, response);
        return;
      case 'models':
        this.#note(exchange)(200);
        send(response, { status: 200, body: modelList(this.#options.models ?? DEFAULT_MODELS, route) });
        return;
      case 'none':
        this.#note(exchange)(404);
        send(
          response,
          openaiError(404, 'invalid_request_error', 'unknown_url', `Unknown URL ${exchange.path}.`),
        );
        return;
      case 'upload':
      case 'uploaded': {
        const answered = await this.#keepFile(exchange, route);
        this.#note(exchange)(answered.status);
        send(response, answered);
        return;
      }
      case 'picture':
        await this.#respondToRequest(exchange, route);
    }
  }

  async #keepFile(
    { incoming, found: { key } }: Exchange,
    route: Extract<Route, { kind: 'upload' | 'uploaded' }>,
  ): Promise<UploadAnswer> {
    const call = { key, url: this.#url };
    if (route.kind === 'uploaded') {
      return route.method === 'GET'
        ? this.#uploads.look(route.id, call)
        : this.#uploads.remove(route.id, key);
    }
    const body = (await readBody(incoming)) ?? Buffer.alloc(0);
    const upload = { ...call, headers: incoming.headers, body };
    return route.id === null ? this.#uploads.begin(upload) : this.#uploads.go(route.id, upload);
  }

  async #respondToRequest(exchange: Exchange, route: RequestRoute): Promise<void> {
    const { key } = exchange.found;
    const read = await readRequest(exchange.incoming, route, (uri) => this.#uploads.picture(uri, key));
    if (read.kind === 'bad') {
      const status = read.message === TOO_LARGE ? 413 : (read.status ?? 400);
      this.#note(exchange)(status);
      send(exchange.response, refused(route.protocol, status, read.message));
      return;
    }
    await (read.kind === 'text'
      ? this.#respondWithText(exchange, read.request)
      : this.#respondWithPicture(exchange, read.request));
  }

  async #respondWithText(exchange: Exchange, request: TextRequest): Promise<void> {
    const told = toldOfText(request);
    const attempt = this.#countAttempt(told);
    const setStatus = this.#note(exchange, told, attempt);
    const { response, signal } = exchange;
    const fault = this.#faultFor(
      { ...request, asks: 'text', prompt: promptOf(request), imageCount: request.media.length },
      exchange.found,
      attempt,
    );
    await fault?.until;
    const due = exchange.startedAt + (fault?.latencyMs ?? this.#latency());
    const isFault = fault?.status !== undefined || fault?.hang === true || fault?.reset === 'before';
    const said = { texts: await say(request), id: randomUUID(), createdAt: Math.floor(Date.now() / 1000) };
    if (request.isStreamed && !isFault) {
      setStatus(200);
      await sendEvents(response, {
        events: textEvents(request, said),
        due,
        signal,
        cut: fault?.reset === 'midBody',
      });
      return;
    }
    await sleep(Math.max(0, Math.ceil(due - performance.now()) + 1), undefined, { signal });
    const reply = isFault ? fault : { status: 200, body: textBody(request, said) };
    setStatus(deliver(exchange, reply, fault));
  }

  async #respondWithPicture(exchange: Exchange, request: PictureRequest): Promise<void> {
    const told = toldOf(request);
    const attempt = this.#countAttempt(told);
    const setStatus = this.#note(exchange, told, attempt);
    const fault = this.#faultFor(
      { ...request, asks: 'picture', imageCount: request.images.length },
      exchange.found,
      attempt,
    );
    await fault?.until;
    const due = exchange.startedAt + (fault?.latencyMs ?? this.#latency());
    const reply = await this.#replyTo(request, fault);
    const partials = fault === null ? partialsAsked(request) : null;
    if (partials !== null && reply.status === 200) {
      setStatus(200);
      const { signal, response } = exchange;
      await streamPicture(response, { request, body: reply.body, partials, due, signal });
      return;
    }
    await sleep(Math.max(0, Math.ceil(due - performance.now()) + 1), undefined, { signal: exchange.signal });
    setStatus(deliver(exchange, reply, fault));
  }

  #faultFor(
    { protocol, via, model, prompt, asks, imageCount }: Omit<ScriptedRequest, 'key' | 'attempt'>,
    { key }: FoundKey,
    attempt: number,
  ): Fault | null {
    const scripted = { protocol, via, model, prompt, asks, key, attempt, imageCount };
    return this.#options.script?.(scripted) ?? demoScript(scripted);
  }

  async #replyTo(request: PictureRequest, fault: Fault | null): Promise<Fault> {
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
      host: (picture) => this.#hosted.keep(this.#url, picture),
    });
    return { status: 200, body };
  }

  #latency(): number {
    const range = this.#options.latencyMs ?? DEFAULT_LATENCY;
    return typeof range === 'number' ? range : range.min + this.#random() * (range.max - range.min);
  }

  #countAttempt(request: Told): number {
    if (this.#options.record === false) {
      return 1;
    }
    const name = fingerprint(request);
    const attempt = (this.#attempts.get(name) ?? 0) + 1;
    this.#attempts.set(name, attempt);
    return attempt;
  }

  /** Writes the request down; what it returns takes the status that went out. */
  #note(exchange: Exchange, told: Told = NOTHING_TOLD, attempt = 1): (status: number | null) => void {
    if (this.#options.record === false) {
      return () => undefined;
    }
    let current = recordOf(exchange, told, attempt);
    this.requests.push(current);
    const update = (change: Partial<RecordedRequest>): void => {
      const at = this.requests.lastIndexOf(current);
      current = { ...current, ...change };
      if (at >= 0) {
        this.requests[at] = current;
      }
    };
    exchange.response.once('close', () => update({ endedAt: performance.now() }));
    return (status) => update({ status });
  }
}

function recordOf(exchange: Exchange, told: Told, attempt: number): RecordedRequest {
  const { incoming, found } = exchange;
  return {
    ...told,
    method: incoming.method ?? '',
    path: exchange.path,
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
