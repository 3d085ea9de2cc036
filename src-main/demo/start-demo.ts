/** Runs the demo endpoint in a thread or process of its own. */
import { Worker } from 'node:worker_threads';
import type { WorkerHost } from '../images/worker-host';
import { workerPath } from '../worker-path';
import type { FromDemoWorker, ToDemoWorker } from './worker';

export type DemoHost = WorkerHost<ToDemoWorker, FromDemoWorker>;
export type StartDemo = () => DemoHost;

export interface RunningDemo {
  /** The base URL of both protocols, without a version. */
  readonly url: string;
  close(): Promise<void>;
}

/** Resolves once it listens; rejects when it cannot start. */
export async function startDemo(start: StartDemo = demoThread): Promise<RunningDemo> {
  const host = start();
  // A demo that breaks is an endpoint that fails, not an app that ends.
  const ended = new Promise<void>((resolve) => host.onEnd(resolve));
  const url = await new Promise<string>((resolve, reject) => {
    host.onAnswer(({ url: listening }) => resolve(listening));
    host.onEnd(() => reject(new Error('The demo endpoint could not start.')));
  });
  return {
    url,
    async close() {
      host.send({ kind: 'close' });
      await ended;
    },
  };
}

/** Unlike a decoder it keeps a command line alive: who starts it waits for it. */
function demoThread(): DemoHost {
  const worker = new Worker(workerPath('demo-worker'));
  return {
    send: (message) => worker.postMessage(message),
    onAnswer: (listener) => void worker.on('message', listener),
    onEnd: (listener) => void worker.on('error', listener).on('exit', listener),
    async end() {
      await worker.terminate();
    },
  };
}
