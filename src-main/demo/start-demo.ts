/** Runs the demo endpoint in a worker thread of its own. */
import { Worker } from 'node:worker_threads';
import { workerPath } from '../worker-path';
import type { FromDemoWorker, ToDemoWorker } from './worker';

export interface RunningDemo {
  /** The base URL of both protocols, without a version. */
  readonly url: string;
  close(): Promise<void>;
}

/** Resolves once it listens; rejects when the worker cannot start. */
export async function startDemo(): Promise<RunningDemo> {
  const worker = new Worker(workerPath('demo-worker'));
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    worker.once('message', ({ url: listening }: FromDemoWorker) => resolve(listening));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The demo endpoint could not start.')));
  });
  // A demo that breaks is an endpoint that fails, not an app that ends.
  worker.on('error', () => undefined);
  return {
    url,
    async close() {
      worker.postMessage({ kind: 'close' } satisfies ToDemoWorker);
      await exited;
    },
  };
}
