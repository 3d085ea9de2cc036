/** Orders through real workers: what they carry, what is cut, and what a dead one leaves behind. */
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptStart, ReceivedFile, SendHooks } from '../engine/ports';
import { createVirtualClock } from '../engine/testing/virtual-clock';
import { endpoint, PLAIN_KEY, png } from '../providers/testing/calls';
import { json, type ScriptedServer, startScriptedServer } from '../providers/testing/scripted-server';
import { systemClock } from '../system-clock';
import { workerPath } from '../worker-path';
import { BEAT_MS, MOST_MISSED } from './heartbeat';
import type { Order, TextOrder } from './order';
import { attemptOf, JOB, leaseOf } from './testing/attempts';
import { pictureOrder } from './testing/picture-carrier';
import { createTransportPool, type TransportPool, type TransportPoolOptions } from './transport-pool';

let server: ScriptedServer;
let outputDir = '';
let pool: TransportPool;
let deaths: string[] = [];
let faults: unknown[] = [];
/** The last that was started. */
let worker: Worker;
let order: (attempt: AttemptStart) => Order;

beforeEach(async () => {
  server = await startScriptedServer();
  server.reply(json({ data: [{ b64_json: png(5).toString('base64') }] }));
  outputDir = await mkdtemp(join(tmpdir(), 'brushfleet-pool-'));
  deaths = [];
  faults = [];
  order = ({ attemptId }) => pictureOrder(server.url, { outputDir, stem: `picture-${attemptId}` });
  pool = poolWith({});
});
afterEach(async () => {
  await pool.close();
  await server.close();
  await rm(outputDir, { recursive: true, force: true });
});

function poolWith(given: Partial<TransportPoolOptions>): TransportPool {
  return createTransportPool({
    clock: systemClock,
    workers: 2,
    order: async (attempt) => order(attempt),
    onWorkerDeath: (error) => deaths.push(error.message),
    onFault: (fault) => faults.push(fault),
    startWorker() {
      worker = new Worker(workerPath('transport-worker'));
      return worker;
    },
    ...given,
  });
}

async function reopenWith(given: Partial<TransportPoolOptions>): Promise<void> {
  await pool.close();
  pool = poolWith(given);
}

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
  return { outcome: pool.send(attemptOf(attemptId), JOB, leaseOf(attemptId, server.url), hooks), told };
}

/** What no worker understands ends it. */
const kill = (): void => worker.postMessage(null);

const prepare = (attemptId: number): void =>
  pool.prepare?.(attemptOf(attemptId), JOB, leaseOf(attemptId, server.url));

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
    const path = join(outputDir, 'picture-1.own.1.whole.part');
    expect(await outcome).toMatchObject({ kind: 'done', unplaced: { path, outputDir } });
    expect(await readdir(outputDir)).toEqual(['picture-1.own.1.whole.part']);
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

  it('lets an order that meets a fault cost no other', async () => {
    server.reply(() => ({ kind: 'hang' }));
    const other = send(1);
    await until(() => other.told.includes('bodySent'));
    const good = order;
    order = (attempt) => ({ ...good(attempt), inputs: null }) as unknown as Order;
    expect(await send(2).outcome).toMatchObject({ kind: 'failed', failure: { bodySent: false } });
    // No adapter speaks it: as one that throws.
    const speechless = { ...endpoint('openai', server.url), provider: 'nobody' };
    order = (attempt) => ({ ...good(attempt), endpoint: speechless }) as unknown as Order;
    expect(await send(3).outcome).toEqual({ kind: 'lost' });
    expect(faults).toHaveLength(2);
    expect(faults.join()).toContain('TypeError');
    expect(deaths).toEqual([]);
    pool.cancel?.(1);
    expect(await other.outcome).toEqual({ kind: 'lost' });
    order = good;
    server.reply(json({ data: [{ b64_json: png(6).toString('base64') }] }));
    expect((await send(4).outcome).kind).toBe('done');
    expect(deaths).toEqual([]);
  });

  it('tells of an order that could not be made that nothing was sent', async () => {
    const fault = new Error('no such row');
    order = () => {
      throw fault;
    };
    const refused = send(1);
    expect(await refused.outcome).toMatchObject({
      kind: 'failed',
      failure: { kind: 'bad_input', bodySent: false },
    });
    expect(refused.told).toEqual(['answered']);
    expect(faults).toEqual([fault]);
    expect(server.begun()).toBe(0);
  });

  it('pauses the run of an order whose worker cannot start', async () => {
    await reopenWith({
      startWorker() {
        throw new Error('too many threads');
      },
    });
    const failure = { kind: 'storage', bodySent: false };
    expect(await send(1).outcome).toMatchObject({ kind: 'failed', failure });
    expect(faults.join()).toContain('too many threads');
  });

  it('tells of what came when it was closed that nothing was sent', async () => {
    await pool.close();
    expect(await send(1).outcome).toMatchObject({
      kind: 'failed',
      failure: { kind: 'network', bodySent: false },
    });
  });

  it('replaces a worker that died; what it carried is lost', async () => {
    server.reply(() => ({ kind: 'hang' }));
    const carried = send(1);
    await until(() => carried.told.includes('bodySent'));
    kill();
    expect(await carried.outcome).toEqual({ kind: 'lost' });
    expect(deaths).toHaveLength(1);
    server.reply(json({ data: [{ b64_json: png(6).toString('base64') }] }));
    expect((await send(3).outcome).kind).toBe('done');
  });
});

describe('a worker that hangs', () => {
  /** Its loop never turns again once it has an order. */
  const LOOPS = `require('node:worker_threads').parentPort.on('message', (messages) => {
    while (messages.some(({ kind }) => kind === 'send')) {}
  });`;
  const built = () => new Worker(workerPath('transport-worker'));
  const clock = createVirtualClock();

  const openWith = (startWorker: () => Worker): Promise<void> =>
    reopenWith({ clock, workers: 1, startWorker });

  it('for good is ended and replaced, and what it carried is lost', async () => {
    const starts = [() => new Worker(LOOPS, { eval: true }), built];
    await openWith(() => (starts.shift() ?? built)());
    const carried = [send(1), send(2)];
    await clock.advance(MOST_MISSED * BEAT_MS);
    expect(deaths).toEqual([]);
    await clock.advance(BEAT_MS);
    expect(await Promise.all(carried.map(({ outcome }) => outcome))).toEqual([
      { kind: 'lost' },
      { kind: 'lost' },
    ]);
    expect(deaths).toEqual(['It has not answered for minutes, and was ended.']);
    expect((await send(3).outcome).kind).toBe('done');
    expect(starts).toEqual([]);
    expect(deaths).toHaveLength(1);
  });

  it('is not one that waits for its provider', async () => {
    const workers: Worker[] = [];
    await openWith(() => {
      const worker = built();
      workers.push(worker);
      return worker;
    });
    server.reply(() => ({ kind: 'hang' }));
    const waits = send(1);
    await until(() => waits.told.includes('bodySent'));
    for (let beats = 0; beats < 3 * MOST_MISSED; beats += 1) {
      const answered = once(workers[0] as Worker, 'message');
      await clock.advance(BEAT_MS);
      await answered;
    }
    expect(deaths).toEqual([]);
    pool.cancel?.(1);
    expect(await waits.outcome).toEqual({ kind: 'lost' });
    expect(workers).toHaveLength(1);
  });
});

describe('workers', () => {
  const SILENT = `require('node:worker_threads').parentPort.on('message', () => undefined);`;
  let started = 0;

  async function openWith(limits: { readonly workers: number; readonly cores: number }): Promise<void> {
    started = 0;
    await reopenWith({
      ...limits,
      startWorker: () => {
        started += 1;
        return new Worker(SILENT, { eval: true });
      },
    });
  }

  async function sendUpTo(last: number, first = 1): Promise<void> {
    for (let id = first; id <= last; id += 1) {
      void send(id);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  it('are as many as the requests under way need, of those that are wanted', async () => {
    await openWith({ workers: 3, cores: 8 });
    expect(started).toBe(0);
    await sendUpTo(32);
    expect(started).toBe(1);
    await sendUpTo(33, 33);
    expect(started).toBe(2);
    await sendUpTo(200, 34);
    expect(started).toBe(3);
  });

  it('are one a core at most', async () => {
    await openWith({ workers: 16, cores: 2 });
    await sendUpTo(200);
    expect(started).toBe(2);
    pool.resize(16);
    await sendUpTo(300, 201);
    expect(started).toBe(2);
  });

  it('are made ready before the first request, as many as it and those with it need', async () => {
    await openWith({ workers: 4, cores: 4 });
    pool.warm('openai', 1);
    expect(started).toBe(1);
    pool.warm('openai', 64);
    expect(started).toBe(2);
    await sendUpTo(64);
    expect(started).toBe(2);
    pool.warm('openai', 1000);
    expect(started).toBe(4);
  });
});

describe('an attempt that is being journalled', () => {
  const CHAT = json({ choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' } }] });
  const textOrder = (attemptId: number): TextOrder => ({
    task: 'text',
    endpoint: endpoint('openai', server.url),
    secret: PLAIN_KEY,
    keyId: null,
    runId: 1,
    model: 'm',
    system: '',
    messages: [{ role: 'user', parts: [{ kind: 'text', text: `number ${attemptId}` }] }],
    generation: {},
    schema: null,
    nativeSchema: null,
    streams: false,
    input: { baseDir: '', roots: 'all', allowPrivateUrls: false, imageCacheDir: null, embeddedDir: '' },
  });

  beforeEach(() => {
    server.reply(CHAT);
    order = ({ attemptId }) => textOrder(attemptId);
  });

  it('is prepared, and nothing of it leaves before it is sent', async () => {
    prepare(1);
    prepare(2);
    // The worker takes orders one by one: this one's answer shows that it has had the others.
    expect((await send(3).outcome).kind).toBe('text');
    expect(server.requests).toHaveLength(1);
    const one = send(1);
    expect(await one.outcome).toMatchObject({ kind: 'text', answer: { text: 'Hello.' } });
    expect(one.told).toEqual(['bodySent']);
    expect(server.requests.map(({ body }) => /number \d/.exec(String(body))?.[0])).toEqual([
      'number 3',
      'number 1',
    ]);
  });

  it('leaves nothing behind when it is forgotten', async () => {
    prepare(1);
    pool.forget?.(1);
    prepare(2);
    await send(3).outcome;
    pool.forget?.(2);
    expect((await send(4).outcome).kind).toBe('text');
    expect(server.requests).toHaveLength(2);
  });

  it('tells only then why it cannot be sent', async () => {
    order = ({ attemptId }) => ({ ...textOrder(attemptId), schema: { kind: 'json', schema: { type: 7 } } });
    prepare(1);
    order = ({ attemptId }) => textOrder(attemptId);
    await send(2).outcome;
    expect(await send(1).outcome).toMatchObject({ kind: 'failed', failure: { kind: 'bad_input' } });
    expect(server.requests).toHaveLength(1);
  });

  it('cut off before it was sent costs nothing', async () => {
    prepare(1);
    await send(2).outcome;
    pool.cancel?.(1);
    expect(await send(1).outcome).toMatchObject({ kind: 'failed', failure: { bodySent: false } });
    expect(server.requests).toHaveLength(1);
  });

  it('is sent by another worker when its own died with it', async () => {
    pool.resize(1);
    prepare(1);
    server.reply(() => ({ kind: 'hang' }));
    const carried = send(2);
    await until(() => carried.told.includes('bodySent'));
    kill();
    expect(await carried.outcome).toEqual({ kind: 'lost' });
    server.reply(CHAT);
    expect((await send(1).outcome).kind).toBe('text');
    expect(server.requests).toHaveLength(2);
    expect(deaths).toHaveLength(1);
  });
});
