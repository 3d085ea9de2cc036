/** An order that cannot be handed over: no worker has any of it, or is held to be busy with it. */
import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { endpoint } from '../providers/testing/calls';
import { systemClock } from '../system-clock';
import { pictureOrder } from './testing/picture-carrier';
import { createTransportPool, type TransportPool } from './transport-pool';

const URL = 'http://127.0.0.1:9';
const NOTHING_SENT = { kind: 'failed', failure: { kind: 'storage', bodySent: false } };

function send(pool: Pick<TransportPool, 'send'>, attemptId = 1) {
  return pool.send(
    { attemptId, jobId: 1, runId: 1, endpointId: 'e', keyId: null, model: 'm', sentAt: 0 },
    { id: 1, runId: 1, model: { provider: 'openai', model: 'm' }, retriesUsed: 0 },
    { id: 1, endpoint: endpoint('openai', URL), keyId: null, model: 'm', leasedAt: 0 },
    { bodySent: () => undefined, answered: () => undefined, received: async () => undefined },
  );
}

it('leaves its worker with nothing', async () => {
  const posted: unknown[] = [];
  const worker = Object.assign(new EventEmitter(), {
    postMessage: (messages: readonly unknown[]) => posted.push(...messages),
    terminate: async () => 0,
  });
  const pool = createTransportPool({
    // The watch over the worker cannot start.
    clock: {
      ...systemClock,
      setTimer() {
        throw new Error('no timers left');
      },
    },
    workers: 1,
    order: async () => pictureOrder(URL, { outputDir: '' }),
    onWorkerDeath: () => undefined,
    startWorker: () => worker as unknown as Worker,
  });
  expect(await send(pool)).toMatchObject(NOTHING_SENT);
  // Only one that carries nothing is let go.
  pool.resize(0);
  await new Promise(setImmediate);
  expect(posted).toEqual([{ kind: 'close' }]);
  await pool.close();
});

it.each([
  [
    'has come up',
    [`require('node:worker_threads').parentPort.postMessage([{ kind: 'ready' }]);`, { eval: true }],
    [{ kind: 'lost' }, { kind: 'lost' }],
  ],
  ['never came up', ['/no/such/worker.js', {}], [NOTHING_SENT, NOTHING_SENT]],
] as const)('may have been begun only by a worker that %s', async (_what, [code, options], outcomes) => {
  const pool = createTransportPool({
    clock: systemClock,
    workers: 1,
    order: async () => pictureOrder(URL, { outputDir: '' }),
    onWorkerDeath: () => undefined,
    startWorker: () => new Worker(code, options),
  });
  expect(await Promise.all([send(pool, 1), send(pool, 2)])).toMatchObject(outcomes);
  await pool.close();
});
