/**
 * One client of the mock provider, alone in its process: what receiving costs at least, what the provider's SDK costs by
 * itself, and what this program's own path costs without files. Prints its figures as one line of JSON.
 *
 * Usage: node client.js ROLE URL REQUESTS IN_FLIGHT [FOLDER]
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { GoogleGenAI } from '@google/genai';
import { createAdapters } from '../../src-main/providers';
import type { SpooledPicture } from '../../src-main/providers/adapter';
import type { PictureSpool } from '../../src-main/providers/answer-scan';
import { CHUNK_BYTES } from '../../src-main/providers/base64-stream';
import { createConnections } from '../../src-main/providers/http/connections';
import { alignedBuffer } from '../../src-main/transport/aligned-memory';
import { TemporaryFile } from '../../src-main/transport/temporary-file';
import { markedPng } from '../loopback/marked-png.mjs';

type Work = (index: number) => Promise<void>;

const [role = '', url = '', requests = '0', inFlight = '1', folder = ''] = process.argv.slice(2);
const MODEL = 'mock';
const SMALLEST_ANSWER = 1_000_000;
/** Of monitorEventLoopDelay; what it adds is taken off again. */
const RESOLUTION_MS = 2;

const ROLES: Readonly<Record<string, () => Work>> = {
  floor: receiveAndDrop,
  plain: plainSdk,
  path: ownPath,
  sdk: sdkAlone,
  sha256: hashAlone,
  write: writeAlone,
};

const make = ROLES[role];
if (make === undefined) {
  throw new Error(`There is no client ${role}.`);
}
const work = make();
const total = Number(requests);
// Compiled, connected and with its buffers: what is measured is the long run.
await runAll(work, Math.max(Number(inFlight) * 2, Math.ceil(total / 10)));
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await runAll(work, total);
const seconds = (performance.now() - startedAt) / 1000;
const cpu = process.cpuUsage(cpuBefore);
const figures = {
  rate: total / seconds,
  cpuMs: (cpu.user + cpu.system) / 1000 / total,
  delayMs: Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS),
  rssMb: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));

async function runAll(one: Work, count: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await one(next);
    }
  };
  await Promise.all(Array.from({ length: Number(inFlight) }, lane));
}

/** The floor: node:http reads every byte and keeps none. */
function receiveAndDrop(): Work {
  const agent = new Agent({ keepAlive: true, maxSockets: Number(inFlight) });
  const body = JSON.stringify({ contents: [{ parts: [{ text: 'row 1' }] }] });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  return () =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(`${url}/v1beta/models/${MODEL}:generateContent`, {
        method: 'POST',
        agent,
        headers,
      });
      sent.on('response', (answer) => {
        let size = 0;
        answer.on('data', (piece: Buffer) => {
          size += piece.length;
        });
        answer.on('end', () => (size > SMALLEST_ANSWER ? resolve() : reject(new Error('a small answer'))));
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

/** The SDK as its documentation shows it: its own fetch, the whole answer parsed, the picture decoded in one piece. */
function plainSdk(): Work {
  const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url, apiVersion: 'v1beta' } });
  return async (index) => {
    const answer = await client.models.generateContent({ model: MODEL, contents: `row ${index}` });
    const data = answer.candidates?.[0]?.content?.parts?.[0]?.inlineData?.data ?? '';
    if (Buffer.from(data, 'base64').length < SMALLEST_ANSWER / 2) {
      throw new Error('no picture');
    }
  };
}

/** Connections, scan, decoder and SDK as they are, with pictures that are hashed and thrown away. */
function ownPath(): Work {
  const adapter = createAdapters().google_genai;
  const connections = createConnections();
  const free: Buffer[] = [];
  return async (index) => {
    const answer = await adapter.image(
      {
        task: 't2i',
        model: MODEL,
        prompt: `row ${index}`,
        images: [],
        mask: null,
        aspectRatio: null,
        imageSize: null,
        responseFormat: null,
      },
      {
        endpoint: {
          id: 'bench',
          name: 'bench',
          provider: 'google_genai',
          baseUrl: url,
          apiVersion: '',
          enabled: true,
          weight: 1,
          limits: {},
          timeoutMs: 60_000,
          options: {},
          demo: false,
        },
        secret: null,
        signal: new AbortController().signal,
        connections,
        spool: hashingSpool(free),
        onBodySent: () => undefined,
      },
    );
    if (answer.kind !== 'spooled') {
      throw new Error(`expected a picture, got ${JSON.stringify(answer)}`);
    }
  };
}

function hashingSpool(free: Buffer[]): PictureSpool<SpooledPicture> {
  const lend = (): Buffer => free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  return {
    pressure: () => undefined,
    begin() {
      const hash = createHash('sha256');
      return {
        lend,
        take(chunk, length) {
          hash.update(chunk.subarray(0, length));
          free.push(chunk);
        },
        end() {
          hash.digest('hex');
          return { isImage: true };
        },
        discard: () => undefined,
      };
    },
  };
}

/** What the SDK does around a request, with an answer that is there at once. */
function sdkAlone(): Work {
  const answer = JSON.stringify({ candidates: [{ content: { parts: [{ inlineData: { data: 'mark' } }] } }] });
  const fetch = () =>
    Promise.resolve(new Response(answer, { headers: { 'content-type': 'application/json' } }));
  const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: 'http://127.0.0.1', fetch } });
  return async (index) => {
    await client.models.generateContent({ model: MODEL, contents: `row ${index}` });
  };
}

function hashAlone(): Work {
  const png = markedPng(975_000);
  return () => {
    createHash('sha256').update(png).digest('hex');
    return Promise.resolve();
  };
}

/** As durable as a result, and written as one is: flushed, renamed, its folder flushed. */
function writeAlone(): Work {
  const png = markedPng(975_000);
  const pieces = Array.from({ length: Math.ceil(png.length / CHUNK_BYTES) }, (_, at) => {
    const memory = alignedBuffer(CHUNK_BYTES);
    return { memory, length: png.copy(memory, 0, at * CHUNK_BYTES) };
  });
  const cachedFolders = new Set<string>();
  return async (index) => {
    const temporary = join(folder, `${index}.part`);
    const file = new TemporaryFile(folder, cachedFolders);
    await file.write(temporary, pieces);
    await file.flush();
    await rename(temporary, join(folder, `${index}.png`));
    if (index % Number(inFlight) === 0) {
      const descriptor = openSync(folder, 'r');
      fsyncSync(descriptor);
      closeSync(descriptor);
    }
  };
}
