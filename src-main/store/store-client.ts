/** The store as the rest of the program holds it: every call crosses to the store's thread and comes back as a promise. */
import { Worker } from 'node:worker_threads';
import { workerPath } from '../worker-path';
import { driverFromEnv } from './database/driver';
import type { OpenStoreOptions } from './sqlite-store';
import type { Store } from './store';
import { type FromStore, STORE_METHODS, type StoreCall, type StoreMethod } from './store-call';
import { StoreError, type StoreFailure } from './store-error';
import type { StoreWorkerData } from './worker';

export interface StoreClientOptions extends OpenStoreOptions {
  /** The built entry of the thread. */
  readonly workerFile?: string;
}

/** Rows and jobs are short-lived: a small young generation keeps the thread from holding a hundred megabytes of them. */
const LIMITS = { maxYoungGenerationSizeMb: 16 };

interface Caller {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
}

/** Opens the library's database in a thread of its own. Rejects with StoreError when it cannot be opened as it must. */
export async function openStore(options: StoreClientOptions): Promise<Store> {
  const driver = options.driver ?? driverFromEnv(process.env);
  const worker = new Worker(options.workerFile ?? workerPath('store-worker'), {
    resourceLimits: LIMITS,
    workerData: { libraryDir: options.libraryDir, driver, check: options.check } satisfies StoreWorkerData,
  });
  const link = linkTo(worker, options.onNote ?? (() => undefined));
  try {
    let nextAttemptId = await link.ready;
    return {
      ...callsOver(link.call),
      nextAttemptId: () => nextAttemptId++,
      close: () => link.close(),
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function callsOver(call: (method: StoreMethod, args: readonly unknown[]) => Promise<unknown>) {
  const calls = STORE_METHODS.map(
    (method) => [method, (...args: readonly unknown[]) => call(method, args)] as const,
  );
  // STORE_METHODS names every method of Store but nextAttemptId, and each is called with its own arguments.
  return Object.fromEntries(calls) as unknown as Pick<Store, StoreMethod>;
}

function linkTo(worker: Worker, onNote: (sentence: string) => void) {
  const callers = new Map<number, Caller>();
  let lastId = 0;
  let end: StoreError | null = null;
  let closing: Promise<void> | null = null;
  let isReady: (nextAttemptId: number) => void = () => undefined;
  let isRefused: (error: StoreError) => void = () => undefined;
  const ready = new Promise<number>((resolve, reject) => {
    isReady = resolve;
    isRefused = reject;
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));

  function die(error: StoreError): void {
    end ??= error;
    isRefused(end);
    for (const caller of callers.values()) {
      caller.reject(end);
    }
    callers.clear();
  }

  function hear(message: FromStore): void {
    switch (message.kind) {
      case 'ready':
        return isReady(message.nextAttemptId);
      case 'refused':
        return die(asError(message.failure));
      case 'note':
        return onNote(message.sentence);
      case 'done':
        return take(message.id)?.resolve(message.value);
      case 'failed':
        return take(message.id)?.reject(asError(message.failure));
    }
  }

  function take(id: number): Caller | undefined {
    const caller = callers.get(id);
    callers.delete(id);
    return caller;
  }

  worker.on('message', hear);
  worker.on('error', (error: unknown) => die(died(error)));
  worker.on('exit', (code) => die(closing === null ? died(`exit code ${code}`) : closed()));

  function call(method: StoreMethod, args: readonly unknown[]): Promise<unknown> {
    if (end !== null || closing !== null) {
      return Promise.reject(end ?? closed());
    }
    return post(method, args);
  }

  function post(method: StoreMethod, args: readonly unknown[]): Promise<unknown> {
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      callers.set(id, { resolve, reject });
      worker.postMessage({ id, method, args } as StoreCall);
    });
  }

  return {
    ready,
    call,
    /** Calls made before it are carried out first. Closing twice is closing once. */
    close(): Promise<void> {
      closing ??= end === null ? post('close', []).then(() => exited) : Promise.resolve();
      return closing;
    },
  };
}

function asError({ code, message }: StoreFailure): StoreError {
  return new StoreError(code, message);
}

function closed(): StoreError {
  return new StoreError('CLOSED', 'The library is closed.');
}

function died(why: unknown): StoreError {
  const reason = why instanceof Error ? why.message : String(why);
  return new StoreError(
    'WORKER_DIED',
    `The database of the library stopped (${reason}). Everything reported as done is safe: restart Brushfleet to continue.`,
  );
}
