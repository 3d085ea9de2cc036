/** Runs the demo endpoint in a thread or process of its own. */
import { Worker } from 'node:worker_threads';
import type { WorkerHost } from '../images/worker-host';
import { workerPath } from '../worker-path';
import type { FromDemoWorker, ToDemoWorker } from './worker';

export type DemoHost = WorkerHost<ToDemoWorker, FromDemoWorker>;
export type StartDemo = () => DemoHost;

/** Nothing can be sent to it. */
export class DemoNotStarted extends Error {
  constructor(options?: ErrorOptions) {
    super('The demo endpoint could not start: try again, or start Brushfleet again.', options);
    this.name = 'DemoNotStarted';
  }
}

export interface RunningDemo {
  /** The base URL of both protocols, without a version. */
  readonly url: string;
  /** It ended, whether asked to or not. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Resolves once it listens; rejects with DemoNotStarted when it cannot. */
export async function startDemo(start: StartDemo = demoThread): Promise<RunningDemo> {
  const host = started(start);
  // A demo that breaks is an endpoint that fails, not an app that ends.
  const ended = new Promise<void>((resolve) => host.onEnd(resolve));
  const url = await new Promise<string>((resolve, reject) => {
    host.onAnswer(({ url: listening }) => resolve(listening));
    host.onEnd(() => reject(new DemoNotStarted()));
  });
  return {
    url,
    ended,
    async close() {
      host.send({ kind: 'close' });
      await ended;
    },
  };
}

function started(start: StartDemo): DemoHost {
  try {
    return start();
  } catch (cause) {
    throw new DemoNotStarted({ cause });
  }
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
