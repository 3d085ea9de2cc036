/** An order that cannot be handed over: no worker has any of it, or is held to be busy with it. */
import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { endpoint } from '../providers/testing/calls';
import { systemClock } from '../system-clock';
import { pictureOrder } from './testing/picture-carrier';
import { createTransportPool } from './transport-pool';

const URL = 'http://127.0.0.1:9';

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
  const outcome = await pool.send(
    { attemptId: 1, jobId: 1, runId: 1, endpointId: 'e', keyId: null, model: 'm', sentAt: 0 },
    { id: 1, runId: 1, model: { provider: 'openai', model: 'm' }, retriesUsed: 0 },
    { id: 1, endpoint: endpoint('openai', URL), keyId: null, model: 'm', leasedAt: 0 },
    { bodySent: () => undefined, answered: () => undefined, received: async () => undefined },
  );
  expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'storage', bodySent: false } });
  // Only one that carries nothing is let go.
  pool.resize(0);
  await new Promise(setImmediate);
  expect(posted).toEqual([{ kind: 'close' }]);
  await pool.close();
});
