/** A large database read whole in a thread of its own. Both ends are here: the thread is the store's entry once more. */
import { Worker } from 'node:worker_threads';
import type { DriverName } from './driver';

/** What the thread is started with, instead of a library. */
export interface CheckOrder {
  readonly checkFile: string;
  readonly driver?: DriverName | undefined;
}

export interface CheckAnswer {
  readonly fault: string | null;
}

export function isCheckOrder(data: unknown): data is CheckOrder {
  return typeof data === 'object' && data !== null && 'checkFile' in data;
}

/** Rejects when the thread dies without an answer. */
export function checkInThread(entry: URL, order: CheckOrder): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: order });
    // The library may be closed without waiting for it.
    worker.unref();
    worker.on('message', ({ fault }: CheckAnswer) => resolve(fault));
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`The thread that reads it ended with exit code ${code}.`)));
  });
}
