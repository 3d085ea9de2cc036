/** Entry of the store's thread: it owns the one connection, so that no query blocks the window. */
import { parentPort, workerData } from 'node:worker_threads';
import { createGroupCommit } from './group-commit';
import { type Answer, type Call, carryOut } from './store-calls';
import { openSyncStore, type SyncStoreOptions } from './sync-store';

const port = parentPort;
if (port === null) {
  throw new Error('The store runs only as a worker thread.');
}

const options = workerData as Omit<SyncStoreOptions, 'wallNow'>;
const store = openSyncStore({ ...options, wallNow: () => Date.now() });
const commits = createGroupCommit({
  maxWaitMs: 10,
  maxWrites: 64,
  transaction: store.transaction,
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
});

port.on('message', (call: Call) => {
  carryOut(store, commits, call).then(
    (value) => {
      port.postMessage({ id: call.id, kind: 'ok', value } satisfies Answer);
      if (call.name === 'close') {
        port.close();
      }
    },
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ id: call.id, kind: 'failed', message } satisfies Answer);
    },
  );
});
