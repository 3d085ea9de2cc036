/** Pictures that are prepared while their attempts are being journalled, in a real worker. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../engine/ports';
import { png } from '../providers/testing/calls';
import { json, type ScriptedServer, startScriptedServer } from '../providers/testing/scripted-server';
import { systemClock } from '../system-clock';
import { workerPath } from '../worker-path';
import type { PictureOrder } from './order';
import { attemptOf, JOB, leaseOf } from './testing/attempts';
import { pictureOrder } from './testing/picture-carrier';
import { createTransportPool, type TransportPool } from './transport-pool';

let server: ScriptedServer;
let folder = '';
let outputDir = '';
let pool: TransportPool;
let told: string[] = [];
let order: Partial<PictureOrder> = {};

beforeEach(async () => {
  server = await startScriptedServer();
  server.reply(json({ data: [{ b64_json: png(5).toString('base64') }] }));
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-prepared-'));
  outputDir = join(folder, 'out');
  await mkdir(outputDir);
  told = [];
  order = {};
  pool = createTransportPool({
    clock: systemClock,
    workers: 1,
    order: ({ attemptId }) =>
      Promise.resolve(pictureOrder(server.url, { outputDir, stem: `picture-${attemptId}`, ...order })),
    onWorkerDeath: (error) => told.push(error.message),
    startWorker: () => new Worker(workerPath('transport-worker')),
  });
});
afterEach(async () => {
  await pool.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const prepare = (id: number): void => pool.prepare?.(attemptOf(id), JOB, leaseOf(id, server.url));

function send(id: number): Promise<AttemptOutcome> {
  return pool.send(attemptOf(id), JOB, leaseOf(id, server.url), {
    bodySent: () => told.push('bodySent'),
    answered: () => told.push('answered'),
    received: () => {
      told.push('received');
      return Promise.resolve();
    },
  });
}

describe('a picture that is asked for in words alone', () => {
  it('is prepared, and nothing of it leaves before it is sent', async () => {
    prepare(1);
    // The worker takes orders one by one: this one's answer shows that it has had the other.
    await send(2);
    expect(server.requests).toHaveLength(1);
    told = [];
    expect(await send(1)).toMatchObject({ kind: 'done', file: { fileName: 'picture-1.png' } });
    expect(told).toEqual(['bodySent', 'answered', 'received']);
    expect(server.requests).toHaveLength(2);
    expect((await readdir(outputDir)).toSorted()).toEqual(['picture-1.png', 'picture-2.png']);
  });

  it('leaves nothing behind when it is forgotten', async () => {
    prepare(1);
    await send(2);
    pool.forget?.(1);
    await send(3);
    expect(server.requests).toHaveLength(2);
    expect((await readdir(outputDir)).toSorted()).toEqual(['picture-2.png', 'picture-3.png']);
  });

  it('costs nothing when it is cut off before it is sent', async () => {
    prepare(1);
    await send(2);
    pool.cancel?.(1);
    expect(await send(1)).toMatchObject({ kind: 'failed', failure: { bodySent: false } });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a picture with an input', () => {
  it('reads it when it is sent, and not before', async () => {
    const input = join(folder, 'input.png');
    order = { task: 'edit', inputs: [input] };
    prepare(1);
    order = {};
    await send(2);
    await writeFile(input, png(3));
    expect(await send(1)).toMatchObject({ kind: 'done' });
  });
});
