/** Entry of the demo's worker thread: painting never holds up the app. */
import { parentPort } from 'node:worker_threads';
import { createDemoServer } from './demo-server';

export type FromDemoWorker = { readonly kind: 'listening'; readonly url: string };
export type ToDemoWorker = { readonly kind: 'close' };

const port = parentPort;
if (port === null) {
  throw new Error('The demo worker runs only as a worker thread.');
}

const server = createDemoServer({ record: false });
port.on('message', ({ kind }: ToDemoWorker) => {
  if (kind === 'close') {
    void server.close().then(() => port.close());
  }
});
const { url } = await server.start();
port.postMessage({ kind: 'listening', url } satisfies FromDemoWorker);
