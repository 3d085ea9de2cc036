/** Orders through real workers: what they carry, what is cut, and what a dead one leaves behind. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptStart, Lease, PendingJob, ReceivedFile, SendHooks } from '../engine/ports';
import { endpoint, PLAIN_KEY, png } from '../providers/testing/calls';
import { json, type ScriptedServer, startScriptedServer } from '../providers/testing/scripted-server';
import { systemClock } from '../system-clock';
import type { Order } from './order';
import { createTransportPool, type TransportPool } from './transport-pool';

const MODEL = { provider: 'openai', model: 'm' } as const;
const JOB: PendingJob = { id: 1, runId: 1, model: MODEL, retriesUsed: 0 };

let server: ScriptedServer;
let outputDir = '';
let pool: TransportPool;
let deaths: string[] = [];
let order: (attempt: AttemptStart) => Order;

beforeEach(async () => {
  server = await startScriptedServer();
  server.reply(json({ data: [{ b64_json: png(5).toString('base64') }] }));
  outputDir = await mkdtemp(join(tmpdir(), 'brushfleet-pool-'));
  deaths = [];
  order = ({ attemptId }) => ({
    task: 't2i',
    endpoint: endpoint('openai', server.url),
    secret: PLAIN_KEY,
    model: 'm',
    prompt: 'a red barn',
    inputs: [],
    mask: null,
    aspectRatio: null,
    imageSize: null,
    responseFormat: null,
    input: { baseDir: '', roots: 'all', allowPrivateUrls: false, imageCacheDir: null, embeddedDir: '' },
    outputDir,
    stem: `picture-${attemptId}`,
  });
  pool = createTransportPool({
    clock: systemClock,
    workers: 2,
    order: (attempt) => Promise.resolve(order(attempt)),
    onWorkerDeath: (error) => deaths.push(error.message),
  });
});
afterEach(async () => {
  await pool.close();
  await server.close();
  await rm(outputDir, { recursive: true, force: true });
});

function send(attemptId: number, received: (file: ReceivedFile) => Promise<void> = () => Promise.resolve()) {
  const told: string[] = [];
  const hooks: SendHooks = {
    bodySent: () => told.push('bodySent'),
    answered: () => told.push('answered'),
    received: (file) => {
      told.push('received');
      return received(file);
    },
  };
  const attempt: AttemptStart = {
    attemptId,
    jobId: attemptId,
    runId: 1,
    endpointId: 'e',
    keyId: null,
    model: 'm',
    sentAt: 0,
  };
  const lease: Lease = {
    id: attemptId,
    endpoint: endpoint('openai', server.url),
    keyId: null,
    model: 'm',
    leasedAt: 0,
  };
  return { outcome: pool.send(attempt, JOB, lease, hooks), told };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the transport pool', () => {
  it('carries many orders at once, each with its own file and its hooks in order', async () => {
    const sent = Array.from({ length: 20 }, (_, at) => send(at + 1));
    const outcomes = await Promise.all(sent.map(({ outcome }) => outcome));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['done']));
    expect(new Set(sent.map(({ told }) => told.join()))).toEqual(new Set(['bodySent,answered,received']));
    expect(await readdir(outputDir)).toHaveLength(20);
    expect(await readFile(join(outputDir, 'picture-7.png'))).toEqual(png(5));
  });

  it('gives no file its name that the journal could not note', async () => {
    const { outcome } = send(1, () => Promise.reject(new Error('the disk is full')));
    expect(await outcome).toMatchObject({ kind: 'failed', failure: { kind: 'storage', bodySent: true } });
    expect(await readdir(outputDir)).toEqual([]);
  });

  it('cuts one request off and leaves the others alone', async () => {
    server.reply(() => ({ kind: 'hang' }));
    const [cut, other] = [send(1), send(2)];
    await until(() => cut.told.includes('bodySent') && other.told.includes('bodySent'));
    let isOtherOver = false;
    void other.outcome.then(() => {
      isOtherOver = true;
    });
    pool.cancel?.(1);
    expect(await cut.outcome).toEqual({ kind: 'lost' });
    expect(isOtherOver).toBe(false);
    pool.cancel?.(2);
    expect(await other.outcome).toEqual({ kind: 'lost' });
  });

  it('sends nothing of what is cut off before a worker has it', async () => {
    const { outcome } = send(1);
    pool.cancel?.(1);
    expect(await outcome).toMatchObject({ kind: 'failed', failure: { kind: 'network', bodySent: false } });
    expect(server.begun()).toBe(0);
  });

  it('replaces a worker that died; what it carried is lost', async () => {
    server.reply(() => ({ kind: 'hang' }));
    const carried = send(1);
    await until(() => carried.told.includes('bodySent'));
    const good = order;
    // What no worker understands ends it; with one worker it is the same that carries the other order.
    pool.resize(1);
    order = () => ({}) as Order;
    const poison = send(2);
    expect(await poison.outcome).toEqual({ kind: 'lost' });
    expect(await carried.outcome).toEqual({ kind: 'lost' });
    expect(deaths).toHaveLength(1);
    order = good;
    server.reply(json({ data: [{ b64_json: png(6).toString('base64') }] }));
    expect((await send(3).outcome).kind).toBe('done');
  });
});
