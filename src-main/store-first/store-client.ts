/** The store as the rest of the program holds it: every call goes to the store's thread and comes back as a promise. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { workerPath } from '../worker-path';
import type { DriverName } from './driver';
import { createGroupCommit } from './group-commit';
import type { Store } from '../store/store';
import { type Answer, type Call, type CallName, carryOut } from './store-calls';
import { openSyncStore } from './sync-store';

export const DATABASE_FILE = 'brushfleet.db';

export interface OpenStoreOptions {
  readonly libraryDir: string;
  readonly driver?: DriverName;
}

interface Caller {
  call(name: Call['name'], args: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens the library's database in a thread of its own. Rejects with one sentence when it cannot be opened. */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  return storeOver(await callerOfThread(options));
}

/** The same store without a thread, for tests and measurements. */
export async function openStoreInProcess(options: OpenStoreOptions): Promise<Store> {
  const path = join(options.libraryDir, DATABASE_FILE);
  const store = openSyncStore({ ...options, path, wallNow: () => Date.now() });
  const commits = createGroupCommit({
    maxWaitMs: 10,
    maxWrites: 64,
    transaction: store.transaction,
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  });
  const call = (name: Call['name'], args: readonly unknown[]): Promise<unknown> =>
    carryOut(store, commits, { name, args });
  return storeOver({ call, close: async () => void (await call('close', [])) });
}

async function callerOfThread(options: OpenStoreOptions): Promise<Caller> {
  const path = join(options.libraryDir, DATABASE_FILE);
  const worker = new Worker(workerPath('store-worker'), { workerData: { path, driver: options.driver } });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  let dead: Error | null = null;

  worker.on('message', (answer: Answer) => {
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.kind === 'ok') {
      caller?.resolve(answer.value);
    } else {
      caller?.reject(new Error(answer.message));
    }
  });
  const die = (error: Error): void => {
    dead ??= error;
    for (const caller of waiting.values()) {
      caller.reject(dead);
    }
    waiting.clear();
  };
  worker.on('error', (error: unknown) => die(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => die(new Error('The database is closed.')));

  const call: Caller['call'] = (name, args) => {
    if (dead !== null) {
      return Promise.reject(dead);
    }
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, name, args } satisfies Call);
    });
  };
  return {
    call,
    async close() {
      await call('close', []);
      await worker.terminate();
    },
  };
}

const CALLS: readonly CallName[] = [
  'createDataset',
  'addRows',
  'finishDataset',
  'setColumns',
  'dataset',
  'datasets',
  'rows',
  'rowsAt',
  'createRun',
  'runAt',
  'run',
  'runs',
  'setRunState',
  'setRunOptions',
  'setRunDataset',
  'planJobs',
  'recover',
  'counts',
  'jobs',
  'jobsById',
  'job',
  'attempts',
  'requeue',
  'failureGroups',
  'gallery',
  'result',
  'endpoints',
  'saveEndpoint',
  'removeEndpoint',
  'keys',
  'saveKey',
  'removeKey',
  'ownModels',
  'saveOwnModels',
  'settings',
  'saveSettings',
  'pragmas',
  'pending',
  'sent',
  'received',
  'ended',
];

async function storeOver(caller: Caller): Promise<Store> {
  // One process owns the library: attempt ids go on from the last one without asking again.
  let lastAttemptId = Number(await caller.call('lastAttemptId', []));
  const calls = Object.fromEntries(
    CALLS.map((name) => [name, (...args: unknown[]) => caller.call(name, args)]),
  );
  return {
    ...(calls as unknown as Pick<Store, CallName>),
    nextAttemptId() {
      lastAttemptId += 1;
      return lastAttemptId;
    },
    close: () => caller.close(),
  };
}
