import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { InputBytes, InputImage } from '../adapter';
import { createAdapters } from '../index';
import { collectGarbage } from '../../testing/collect-garbage';
import { callContext, endpoint, GOOGLE_KEY, type TestContext } from '../testing/calls';
import { createWire } from '../wire';
import { createFileCalls, type Waiting } from './files';

const MIB = 1024 * 1024;

interface Chunk {
  readonly command: string;
  readonly offset: number;
  readonly length: number;
}

interface Upload {
  readonly path: string;
  readonly headers: Record<string, unknown>;
  readonly file: unknown;
}

/** A Files API that hashes what it gets and keeps none of it. */
let server: Server;
let url: string;
let context: TestContext;
let starts: Upload[];
let chunks: Chunk[];
let keys: Set<unknown>;
let deleted: string[];
let looks: number;
let hash: ReturnType<typeof createHash>;
let sha: string;
/** What each look at the file finds, in turn. */
let states: object[];
/** Where the start of an upload sends its bytes. */
let target: string | null;
let startStatus: number;
let waited: number[];
let now: number;

const waiting: Waiting = {
  now: () => now,
  wait: async (ms) => {
    waited.push(ms);
    now += ms;
  },
};
const files = createFileCalls(createWire(), waiting);

beforeEach(async () => {
  starts = [];
  chunks = [];
  keys = new Set();
  deleted = [];
  looks = 0;
  states = [{ state: 'ACTIVE' }];
  startStatus = 200;
  waited = [];
  now = 0;
  server = createServer((message, reply) => {
    void handle(message, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  target = `${url}/upload/v1beta/files?upload_id=7`;
  context = callContext(endpoint('google_genai', url, { timeoutMs: 300_000 }), GOOGLE_KEY);
});
afterEach(async () => {
  await context.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function handle(message: IncomingMessage, reply: ServerResponse): Promise<void> {
  keys.add(message.headers['x-goog-api-key']);
  if (message.method === 'DELETE') {
    deleted.push(String(message.url));
    reply.end('{}');
  } else if (message.method === 'GET') {
    sendFile(reply, states[Math.min(looks, states.length - 1)] ?? {});
    looks += 1;
  } else if (message.headers['x-goog-upload-command'] === 'start') {
    const file: unknown = JSON.parse(String(Buffer.concat(await collected(message))));
    hash = createHash('sha256');
    starts.push({ path: String(message.url), headers: message.headers, file });
    reply.writeHead(startStatus, target === null ? {} : { 'x-goog-upload-url': target }).end('{}');
  } else {
    await takeChunk(message, reply);
  }
}

async function takeChunk(message: IncomingMessage, reply: ServerResponse): Promise<void> {
  let length = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    hash.update(piece);
    length += piece.byteLength;
  }
  const command = String(message.headers['x-goog-upload-command']);
  chunks.push({ command, offset: Number(message.headers['x-goog-upload-offset']), length });
  const isLast = command.includes('finalize');
  reply.setHeader('x-goog-upload-status', isLast ? 'final' : 'active');
  if (!isLast) {
    reply.end();
    return;
  }
  sha = hash.digest('hex');
  reply.end(
    JSON.stringify({ file: fileWith(states.length > 1 ? { state: 'PROCESSING' } : (states[0] ?? {})) }),
  );
}

function fileWith(part: object): object {
  return {
    name: 'files/abc-1',
    uri: `${url}/v1beta/files/abc-1`,
    mimeType: 'video/mp4',
    expirationTime: '2026-11-23T10:00:00Z',
    ...part,
  };
}

function sendFile(reply: ServerResponse, part: object): void {
  if ('status' in part) {
    reply.writeHead(Number(part.status)).end('{"error":{"message":"busy"}}');
  } else {
    reply.end(JSON.stringify(fileWith(part)));
  }
}

async function collected(message: IncomingMessage): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of message as AsyncIterable<Buffer>) {
    pieces.push(piece);
  }
  return pieces;
}

function video(bytes: InputBytes = Buffer.from('a small film')): InputImage {
  return { bytes, mimeType: 'video/mp4', fileName: 'Füße.mp4' };
}

it('uploads 20 MB in chunks of 8 MiB straight from where they lie, with flat memory', async () => {
  const sizeBytes = 20_000_001;
  const expected = createHash('sha256');
  let most = 0;
  let largest = 0;
  let next = 0;
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const result = await files.upload(
    video({
      sizeBytes,
      read: async (into, position) => {
        expect(position).toBe(next);
        for (let at = 0; at < into.byteLength; at += 1) {
          into[at] = ((position + at) * 31) % 253;
        }
        expected.update(into);
        next += into.byteLength;
        largest = Math.max(largest, into.byteLength);
        if (position % (4 * MIB) < into.byteLength) {
          // What the server read and dropped is none of the upload's memory.
          collectGarbage();
          most = Math.max(most, process.memoryUsage().arrayBuffers - before);
        }
        return into.byteLength;
      },
    }),
    context,
  );
  expect(result).toEqual({
    kind: 'held',
    file: {
      name: 'files/abc-1',
      uri: `${url}/v1beta/files/abc-1`,
      mimeType: 'video/mp4',
      expiresAt: Date.parse('2026-11-23T10:00:00Z'),
    },
  });
  expect(sha).toBe(expected.digest('hex'));
  expect(chunks).toEqual([
    { command: 'upload', offset: 0, length: 8 * MIB },
    { command: 'upload', offset: 8 * MIB, length: 8 * MIB },
    { command: 'upload, finalize', offset: 16 * MIB, length: sizeBytes - 16 * MIB },
  ]);
  expect(largest).toBeLessThanOrEqual(MIB);
  // A chunk that was held whole would be 8 MiB.
  expect(most).toBeLessThan(7 * MIB);
  expect(context.sent()).toBe(0);
});

it('starts as the protocol says, with the key in its header everywhere', async () => {
  await files.upload(video(), context);
  expect(starts).toMatchObject([
    {
      path: '/upload/v1beta/files',
      headers: {
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-header-content-length': '12',
        'x-goog-upload-header-content-type': 'video/mp4',
        'content-type': 'application/json',
      },
      file: { file: { displayName: 'Füße.mp4', mimeType: 'video/mp4', sizeBytes: '12' } },
    },
  ]);
  expect([...keys]).toEqual([GOOGLE_KEY]);
  expect(looks).toBe(0);
});

it('waits until the file is active, ever less often, and over a look that fails', async () => {
  states = [
    { state: 'PROCESSING' },
    { status: 503 },
    ...Array<object>(4).fill({ state: 'PROCESSING' }),
    { state: 'ACTIVE' },
  ];
  expect((await files.upload(video(), context)).kind).toBe('held');
  expect(waited).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  expect(deleted).toEqual([]);
});

it('says why a file is of no use, and removes it', async () => {
  const error = { code: 3, message: 'The video is corrupt.' };
  states = [{ state: 'PROCESSING' }, { state: 'FAILED', error }];
  expect(await files.upload(video(), context)).toEqual({
    kind: 'failed',
    failure: {
      kind: 'bad_input',
      message: `${new URL(url).host} could not read the uploaded file: The video is corrupt.`,
      bodySent: false,
    },
  });
  expect(deleted).toEqual(['/v1beta/files/abc-1']);
});

it('gives up with the time of the endpoint, and with its caller', async () => {
  states = [{ state: 'PROCESSING' }, { state: 'PROCESSING' }];
  const late = await files.upload(video(), context);
  expect(late).toMatchObject({ kind: 'failed', failure: { kind: 'timeout', bodySent: false } });
  expect(now).toBe(300_000);
  const stopping = createFileCalls(createWire(), { now: () => 0, wait: async () => context.stop() });
  expect(await stopping.upload(video(), context)).toMatchObject({
    kind: 'failed',
    failure: { kind: 'network', providerCode: 'STOPPED', bodySent: false },
  });
  expect(deleted).toHaveLength(2);
});

it('takes a key nowhere else', async () => {
  target = 'https://elsewhere.example/upload?id=1';
  const result = await files.upload(video(), context);
  expect(result).toMatchObject({ kind: 'failed', failure: { kind: 'malformed', bodySent: false } });
  expect(JSON.stringify(result)).toContain('another address (elsewhere.example), where its key must not go');
  expect(chunks).toEqual([]);
});

it.each([
  ['has no Files API', 404, 'malformed', 'takes no uploads'],
  ['refuses the key', 401, 'invalid_key', ''],
  ['is overloaded', 503, 'overloaded', ''],
  ['does not say where to', 200, 'malformed', 'takes no uploads'],
])('names the failure of an endpoint that %s', async (_what, status, kind, message) => {
  startStatus = status;
  target = null;
  const result = await files.upload(video(), context);
  expect(result).toMatchObject({ kind: 'failed', failure: { kind, bodySent: false } });
  expect(JSON.stringify(result)).toContain(message);
});

it('deletes by name alone, and is content with what is gone already', async () => {
  const adapter = createAdapters().google_genai;
  await adapter.files?.remove('files/abc-1', context);
  await adapter.files?.remove('../v1beta/models', context);
  server.closeAllConnections();
  server.close();
  await adapter.files?.remove('files/abc-2', context);
  expect(deleted).toEqual(['/v1beta/files/abc-1']);
});
