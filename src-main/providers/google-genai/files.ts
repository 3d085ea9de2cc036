/**
 * Gemini's Files API by hand: the SDK reads a file whole or from a path of its own choice, and sends wherever the start
 * of an upload says. Here an input goes from where it lies to the socket in chunks, and a key never leaves its endpoint.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '@shared/model/failure';
import { googleBase } from '@shared/request-url';
import type { CallContext, FileCalls, HeldFile, InputBytes, InputImage } from '../adapter';
import { unusableBase } from '../endpoint-call';
import type { Exchange } from '../exchange';
import { type Asked, malformedFailure, oneLine, statusFailure } from '../http-failure';
import { asObject, asText, type JsonObject } from '../loose-json';
import { stoppedFailure, timeoutFailure } from '../network-failure';
import type { PlainRequest } from '../plain-request';
import type { Wire } from '../wire';
import { googleRules } from './failure';

/** What the protocol's clients send at once; it must be a multiple of 256 KiB. */
const CHUNK_BYTES = 8 * 1024 * 1024;
const FIRST_LOOK_MS = 1000;
const LONGEST_LOOK_MS = 10_000;
/** Deleting must not hold anything up: a file goes by itself after two days. */
const REMOVE_TIMEOUT_MS = 10_000;
const FILE_NAME = /^files\/[\w-]{1,100}$/;

export interface Waiting {
  /** Monotonic milliseconds. */
  now(): number;
  /** Resolves after so long, or at once when `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const realWaiting: Waiting = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

type Uploaded = Awaited<ReturnType<FileCalls['upload']>>;

/** One upload, with what is left of its time. */
interface Job {
  readonly context: CallContext;
  readonly asked: Asked;
  readonly base: string;
  readonly version: string;
  readonly endsAt: number;
}

type Step<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: Failure };

export function createFileCalls(wire: Wire, waiting: Waiting = realWaiting): FileCalls {
  async function upload(input: InputImage, context: CallContext): Promise<Uploaded> {
    const job = jobFor(context, waiting.now() + context.endpoint.timeoutMs);
    if (job === null) {
      return failed(unusableBase(context.endpoint));
    }
    const url = await start(input, job);
    const sent = url.kind === 'ok' ? await sendChunks(input, url.value, job) : url;
    if (sent.kind === 'failed') {
      return failed(sent.failure);
    }
    const active = await untilActive(sent.value, job);
    if (active.kind === 'failed') {
      await remove(asText(sent.value.name) ?? '', context);
      return failed(active.failure);
    }
    return { kind: 'held', file: heldFile(active.value, input) };
  }

  /** The address to which the bytes go. */
  async function start(input: InputImage, job: Job): Promise<Step<URL>> {
    const size = String(sizeOf(input.bytes));
    const file = { displayName: input.fileName, mimeType: input.mimeType, sizeBytes: size };
    const step = await ask(job, new URL(`${job.base}/upload/${job.version}/files`), {
      method: 'POST',
      headers: {
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-length': size,
        'x-goog-upload-header-content-type': input.mimeType,
      },
      parts: [{ kind: 'bytes', bytes: Buffer.from(JSON.stringify({ file })) }],
    });
    if (step.kind === 'failed') {
      return step.failure.httpStatus === 404 ? refusal(step.failure, noFilesApi(job)) : step;
    }
    return uploadUrl(step.value, job);
  }

  /** The answer to the last chunk names the file. */
  async function sendChunks(input: InputImage, url: URL, job: Job): Promise<Step<JsonObject>> {
    const size = sizeOf(input.bytes);
    for (let from = 0; ; from += CHUNK_BYTES) {
      const source = partOf(input.bytes, from, Math.min(CHUNK_BYTES, size - from));
      const isLast = from + CHUNK_BYTES >= size;
      const step = await ask(job, url, {
        method: 'POST',
        headers: {
          'content-type': 'application/octet-stream',
          'x-goog-upload-command': isLast ? 'upload, finalize' : 'upload',
          'x-goog-upload-offset': String(from),
        },
        parts: [{ kind: 'image', source, coding: 'raw' }],
      });
      if (step.kind === 'failed') {
        return step;
      }
      if (isLast) {
        const file = asObject(asObject(step.value.json())?.file);
        return isNamed(file) ? { kind: 'ok', value: file } : malformed(step.value, job);
      }
      if (step.value.headers.get('x-goog-upload-status')?.toLowerCase() === 'cancelled') {
        return malformed(step.value, job, `${job.asked.host} gave up the upload of “${input.fileName}”.`);
      }
    }
  }

  /** Looks after it until it can be used. One look that fails says nothing of the file. */
  async function untilActive(uploaded: JsonObject, job: Job): Promise<Step<JsonObject>> {
    let file = uploaded;
    let trouble: Failure | null = null;
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, LONGEST_LOOK_MS)) {
      if (file.state === 'FAILED') {
        return { kind: 'failed', failure: unusableFile(file, job) };
      }
      // A relay that tells no state has nothing to wait for.
      if (file.state !== 'PROCESSING') {
        return { kind: 'ok', value: file };
      }
      await waiting.wait(Math.min(pause, Math.max(0, job.endsAt - waiting.now())), job.context.signal);
      if (job.context.signal.aborted || waiting.now() >= job.endsAt) {
        return { kind: 'failed', failure: trouble ?? notInTime(job) };
      }
      const step = await ask(job, fileUrl(job, String(file.name)), {
        method: 'GET',
        headers: {},
        parts: null,
      });
      const seen = step.kind === 'ok' ? asObject(step.value.json()) : undefined;
      trouble = step.kind === 'failed' ? step.failure : null;
      if (trouble !== null && trouble.kind !== 'overloaded' && trouble.kind !== 'network') {
        return { kind: 'failed', failure: trouble };
      }
      file = { ...file, ...seen, name: file.name };
    }
  }

  async function remove(name: string, context: CallContext): Promise<void> {
    const job = jobFor(context, waiting.now() + REMOVE_TIMEOUT_MS);
    if (job === null || !FILE_NAME.test(name)) {
      return;
    }
    // What was stopped is cleaned up all the same.
    const signal = AbortSignal.timeout(REMOVE_TIMEOUT_MS);
    const request: PlainRequest = { method: 'DELETE', headers: {}, parts: null };
    await ask({ ...job, context: { ...context, signal } }, fileUrl(job, name), request);
  }

  /** Nothing that can be billed is sent here, so no failure says that a body was. */
  async function ask(job: Job, url: URL, request: PlainRequest): Promise<Step<Exchange>> {
    const timeoutMs = Math.max(1, job.endsAt - waiting.now());
    const context = { ...job.context, onBodySent: () => undefined };
    const options = { context, timeoutMs, inputs: [], isText: true, keyHeader };
    const end = await wire.send(options, url, request);
    switch (end.kind) {
      case 'failed':
        return refusal(end.failure);
      case 'refused':
        return refusal({ kind: 'bad_request', message: 'The upload could not be built.' });
      case 'answered': {
        const { exchange } = end;
        return exchange.status >= 200 && exchange.status < 300
          ? { kind: 'ok', value: exchange }
          : refusal(statusFailure(exchange, job.asked, googleRules));
      }
    }
  }

  function notInTime(job: Job): Failure {
    const cut = { host: job.asked.host, bodySent: false, timeoutMs: job.context.endpoint.timeoutMs };
    return job.context.signal.aborted
      ? stoppedFailure(cut)
      : { ...timeoutFailure(cut), message: `${cut.host} did not make the uploaded file ready in time.` };
  }

  return { upload, remove };
}

function jobFor(context: CallContext, endsAt: number): Job | null {
  const base = googleBase(context.endpoint);
  return base === null
    ? null
    : {
        context,
        asked: { secret: context.secret, host: new URL(base.baseUrl).host },
        base: base.baseUrl,
        version: base.apiVersion,
        endsAt,
      };
}

function keyHeader(key: string): readonly [string, string] {
  return ['x-goog-api-key', key];
}

function fileUrl(job: Job, name: string): URL {
  return new URL(`${job.base}/${job.version}/${name}`);
}

/** The key goes with every chunk: not to another address than the one it was entered for. */
function uploadUrl(exchange: Exchange, job: Job): Step<URL> {
  const text = exchange.headers.get('x-goog-upload-url') ?? '';
  if (!URL.canParse(text)) {
    return malformed(exchange, job, noFilesApi(job));
  }
  const url = new URL(text);
  return url.origin === new URL(job.base).origin
    ? { kind: 'ok', value: url }
    : malformed(
        exchange,
        job,
        `${job.asked.host} sends uploads to another address (${url.host}), where its key must not go; use smaller files or another endpoint.`,
      );
}

function noFilesApi({ asked }: Job): string {
  return `${asked.host} takes no uploads; use smaller files or another endpoint.`;
}

function unusableFile(file: JsonObject, { asked }: Job): Failure {
  const said = asText(asObject(file.error)?.message);
  const message = `${asked.host} could not read the uploaded file${said === undefined ? '.' : `: ${said}`}`;
  return { kind: 'bad_input', message: oneLine(message, asked.secret), bodySent: false };
}

function heldFile(file: JsonObject, input: InputImage): HeldFile {
  const expiresAt = Date.parse(asText(file.expirationTime) ?? '');
  return {
    name: String(file.name),
    uri: String(file.uri),
    mimeType: asText(file.mimeType) ?? input.mimeType,
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  };
}

/** The name becomes a part of an address. */
function isNamed(file: JsonObject | undefined): file is JsonObject {
  return file !== undefined && FILE_NAME.test(asText(file.name) ?? '') && asText(file.uri) !== undefined;
}

function malformed(exchange: Exchange, { asked }: Job, why?: string): Step<never> {
  return refusal(malformedFailure(exchange, asked, why));
}

/** Without its files an endpoint may still serve the model. */
function refusal(failure: Failure, message = failure.message): Step<never> {
  const kind = failure.kind === 'no_model' ? 'malformed' : failure.kind;
  return { kind: 'failed', failure: { ...failure, kind, message, bodySent: false } };
}

function failed(failure: Failure): Uploaded {
  return { kind: 'failed', failure };
}

function sizeOf(bytes: InputBytes): number {
  return bytes instanceof Uint8Array ? bytes.byteLength : bytes.sizeBytes;
}

/** A view: nothing is copied or read ahead. */
function partOf(bytes: InputBytes, from: number, sizeBytes: number): InputBytes {
  return bytes instanceof Uint8Array
    ? bytes.subarray(from, from + sizeBytes)
    : { sizeBytes, read: (target, position) => bytes.read(target, from + position) };
}
