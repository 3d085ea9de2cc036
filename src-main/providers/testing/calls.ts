/** Ready-made endpoints, requests and contexts for tests of the adapters. */
import { deflateSync } from 'node:zlib';
import type { Endpoint } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import type {
  CallContext,
  ImageAnswer,
  ImageRequest,
  InputImage,
  TextAnswer,
  TextPart,
  TextRequest,
} from '../adapter';
import { type Connections, createConnections } from '../http/connections';
import { Secret } from '../secret';

/** Looks like a real key, so that redaction by shape would also catch it; `PLAIN_KEY` is caught only by value. */
export const GOOGLE_KEY = 'AIzaSyTESTtestTESTtestTESTtestTESTtest0';
export const PLAIN_KEY = 'relay.key/with+signs=42';

export function endpoint(provider: Provider, baseUrl: string, changes: Partial<Endpoint> = {}): Endpoint {
  return {
    id: `${provider}-1`,
    name: 'Test endpoint',
    provider,
    baseUrl,
    apiVersion: '',
    enabled: true,
    weight: 1,
    limits: {},
    timeoutMs: 20_000,
    options: {},
    demo: false,
    ...changes,
  };
}

export interface TestContext extends CallContext {
  /** How often the last byte of a body has left. */
  sent(): number;
  stop(): void;
  close(): Promise<void>;
}

export function callContext(
  target: Endpoint,
  key: string | null = PLAIN_KEY,
  given?: Connections,
): TestContext {
  const controller = new AbortController();
  const connections = given ?? createConnections();
  let sent = 0;
  return {
    endpoint: target,
    secret: key === null ? null : new Secret(key),
    signal: controller.signal,
    connections,
    onBodySent: () => {
      sent += 1;
    },
    sent: () => sent,
    stop: () => controller.abort(),
    close: async () => connections.close(),
  };
}

export function request(changes: Partial<ImageRequest> = {}): ImageRequest {
  return {
    task: 't2i',
    model: 'test-model',
    prompt: 'a red barn',
    images: [],
    mask: null,
    aspectRatio: null,
    imageSize: null,
    responseFormat: null,
    ...changes,
  };
}

export function textRequest(changes: Partial<TextRequest> = {}): TextRequest {
  return {
    model: 'test-model',
    system: '',
    messages: [{ role: 'user', parts: [said('Hello')] }],
    generation: {},
    schema: null,
    nativeSchema: null,
    ...changes,
  };
}

export function said(text: string): TextPart {
  return { kind: 'text', text };
}

/** Something waits at it until it is opened. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

/** Bytes are those given: nothing on the way may look into them. */
export function input(name: string, mimeType: string, bytes: Uint8Array): InputImage {
  return { bytes, mimeType, fileName: name };
}

/** A valid PNG of one pixel; different `shade`s give different bytes. */
export function png(shade = 0): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from([0, shade]))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks]);
}

/** The same PNG with these bytes in it, in a chunk that decoders pass over. */
export function pngWith(small: Buffer, bytes: Buffer): Buffer {
  const end = small.length - END_CHUNK;
  return Buffer.concat([small.subarray(0, end), chunk('noIs', bytes), small.subarray(end)]);
}

/** Length, type and checksum. */
const END_CHUNK = 12;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

/** CRC-32 as PNG uses it; zlib.crc32 is missing in older Node versions. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The answer; throws with the failure's text when there is none. */
export function textIn(result: TextAnswer) {
  if (result.kind !== 'text') {
    throw new Error(`expected text, got ${JSON.stringify(result)}`);
  }
  return result.answer;
}

/** The failure of an answer; throws when it is none. */
export function failureIn(result: ImageAnswer | TextAnswer) {
  if (result.kind !== 'failed') {
    throw new Error(`expected a failure, got ${result.kind}`);
  }
  return result.failure;
}

/** The bytes of an answer; throws with the failure's text when there are none. */
export function bytesIn(result: ImageAnswer): Buffer {
  if (result.kind !== 'image') {
    throw new Error(`expected a picture, got ${JSON.stringify(result)}`);
  }
  return Buffer.from(result.bytes);
}
