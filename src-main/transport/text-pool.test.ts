/** Text orders through a real worker: pieces as they come, and files that a provider holds for a run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PendingJob } from '../engine/ports';
import { endpoint, PLAIN_KEY } from '../providers/testing/calls';
import {
  answer,
  events,
  json,
  type ReceivedRequest,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../providers/testing/scripted-server';
import { systemClock } from '../system-clock';
import { MOST_INLINE_BYTES } from './carry-text';
import type { TextOrder } from './order';
import { createTransportPool, type TransportPool } from './transport-pool';

const JOB: PendingJob = { id: 7, runId: 3, model: { provider: 'google_genai', model: 'm' }, retriesUsed: 0 };

let server: ScriptedServer;
let folder = '';
let pool: TransportPool;
let heard: (readonly [number, string])[] = [];
let order: Partial<TextOrder> = {};

beforeEach(async () => {
  server = await startScriptedServer();
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-texts-'));
  heard = [];
  order = {};
  pool = createTransportPool({
    clock: systemClock,
    workers: 1,
    order: () =>
      Promise.resolve({
        task: 'text',
        endpoint: endpoint('google_genai', server.url, { apiVersion: 'v1beta' }),
        secret: PLAIN_KEY,
        model: 'm',
        keyId: 'k',
        runId: 3,
        system: '',
        messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Hello' }] }],
        generation: {},
        schema: null,
        nativeSchema: null,
        streams: false,
        input: { baseDir: folder, roots: [], allowPrivateUrls: false, imageCacheDir: null, embeddedDir: '' },
        ...order,
      }),
    onDelta: (job, text) => heard.push([job.id, text]),
    onWorkerDeath: () => undefined,
  });
});
afterEach(async () => {
  await pool.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

let attempts = 0;
function send() {
  attempts += 1;
  const attemptId = attempts;
  const attempt = { attemptId, jobId: 7, runId: 3, endpointId: 'e', keyId: 'k', model: 'm', sentAt: 0 };
  const lease = {
    id: attemptId,
    endpoint: endpoint('google_genai', server.url),
    keyId: 'k',
    model: 'm',
    leasedAt: 0,
  };
  const hooks = { bodySent: () => undefined, answered: () => undefined, received: () => Promise.resolve() };
  return pool.send(attempt, JOB, lease, hooks);
}

const spoken = (text: string, more: Record<string, unknown> = {}) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, ...more }],
  usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2 },
});
const said = (text: string): Script => json(spoken(text, { finishReason: 'STOP' }));

describe('text orders', () => {
  it('are told piece by piece where somebody looks on, and end whole', async () => {
    order = { streams: true };
    const pieces = [spoken('Good '), spoken('morn'), spoken('ing.', { finishReason: 'STOP' })];
    server.reply(events(pieces.map((piece) => `data: ${JSON.stringify(piece)}\r\n\r\n`)));
    expect(await send()).toMatchObject({ kind: 'text', answer: { text: 'Good morning.' } });
    expect(heard).toEqual([
      [7, 'Good '],
      [7, 'morn'],
      [7, 'ing.'],
    ]);
    expect(server.requests).toHaveLength(1);
  });

  it('that are cut off after their body had left are lost', async () => {
    let arrived: () => void = () => undefined;
    const isThere = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    server.reply(() => {
      arrived();
      return { kind: 'hang' };
    });
    const outcome = send();
    await isThere;
    pool.cancel?.(attempts);
    expect(await outcome).toEqual({ kind: 'lost' });
  });

  describe('with a file that is too large for a request', () => {
    const log: string[] = [];
    beforeEach(async () => {
      log.length = 0;
      server.reply((request) => filesApi(request, log));
      const wav = Buffer.concat([
        Buffer.from('RIFF\0\0\0\0WAVE'),
        Buffer.alloc(MOST_INLINE_BYTES.google_genai),
      ]);
      await writeFile(join(folder, 'long.wav'), wav);
      const parts = [
        { kind: 'media', medium: 'audio', reference: 'long.wav' },
        { kind: 'text', text: 'What is said?' },
      ] as const;
      order = { messages: [{ role: 'user', parts: [...parts] }] };
    });

    it('give it to the provider once, and have it deleted when the run is over', async () => {
      expect(await send()).toMatchObject({ kind: 'text' });
      expect(await send()).toMatchObject({ kind: 'text' });
      expect(log).toEqual(['start', 'upload', 'upload', 'generate files/abc', 'generate files/abc']);
      pool.runOver(3);
      await expect.poll(() => log.at(-1)).toBe('delete files/abc');
    });

    it('have it deleted when the program ends', async () => {
      await send();
      await pool.close();
      expect(log.at(-1)).toBe('delete files/abc');
    });
  });
});

function filesApi({ method, path, headers, body }: ReceivedRequest, log: string[]): Script {
  const file = {
    name: 'files/abc',
    uri: `${server.url}/v1beta/files/abc`,
    mimeType: 'audio/wav',
    state: 'ACTIVE',
  };
  const command = String(headers['x-goog-upload-command'] ?? '');
  if (command === 'start') {
    log.push('start');
    return answer(200, '{}', { 'x-goog-upload-url': `${server.url}/upload/v1beta/files?upload_id=1` });
  }
  if (command !== '') {
    log.push('upload');
    return command.includes('finalize')
      ? json({ file })
      : answer(200, '', { 'x-goog-upload-status': 'active' });
  }
  if (method === 'DELETE') {
    log.push(`delete ${path.replace('/v1beta/', '')}`);
    return json({});
  }
  log.push(`generate ${/files\/abc/.exec(body.toString())?.[0] ?? 'nothing'}`);
  return said('Nothing.');
}
