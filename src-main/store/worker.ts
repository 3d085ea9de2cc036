/** Entry of the store's thread: it owns the one connection, so that no query blocks the window. */
import { parentPort, workerData } from 'node:worker_threads';
import { type CheckAnswer, checkInThread, isCheckOrder } from './database/check-aside';
import { quickCheckFile } from './database/database-check';
import { openStoreInProcess, type OpenStoreOptions } from './sqlite-store';
import type { Store } from './store';
import type { FromStore, StoreCall } from './store-call';
import { asFailure } from './store-error';

/** What the thread is started with. */
export type StoreWorkerData = Omit<OpenStoreOptions, 'onNote'>;

const port = parentPort;
if (port === null) {
  throw new Error('The store runs only as a worker thread.');
}
const tell = (message: FromStore): void => port.postMessage(message);

if (isCheckOrder(workerData)) {
  const { checkFile, driver } = workerData;
  port.postMessage({ fault: quickCheckFile(checkFile, driver) } satisfies CheckAnswer);
} else {
  serve(workerData as StoreWorkerData);
}

function serve(options: StoreWorkerData): void {
  let store: Store;
  try {
    store = openStoreInProcess({
      ...options,
      // Messages that wait are all taken before it.
      soon: (callback) => void setImmediate(callback),
      onNote: (sentence) => tell({ kind: 'note', sentence }),
      checkAside: (checkFile) =>
        checkInThread(new URL(import.meta.url), { checkFile, driver: options.driver }),
    });
  } catch (error) {
    tell({ kind: 'refused', failure: asFailure(error) });
    return;
  }
  const underWay = new Set<Promise<void>>();
  port?.on('message', (call: StoreCall) => {
    const answered = answer(store, call).finally(() => underWay.delete(answered));
    underWay.add(answered);
    if (call.method === 'close') {
      // Closing commits what waited; whoever waited for that hears of it before the thread ends.
      void Promise.all(underWay).then(() => port?.close());
    }
  });
  tell({ kind: 'ready', nextAttemptId: store.nextAttemptId() });
}

/** Never rejects. */
async function answer(store: Store, { id, method, args }: StoreCall): Promise<void> {
  // The caller's types tie each method to its arguments; here they have crossed a thread and are one list.
  const call = store[method] as (...args: readonly unknown[]) => Promise<unknown>;
  try {
    tell({ kind: 'done', id, value: await call(...args) });
  } catch (error) {
    tell({ kind: 'failed', id, failure: asFailure(error) });
  }
}
