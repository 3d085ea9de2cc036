/** Entry of the demo's worker thread or process: painting never holds up the app. */
import { parentPort } from 'node:worker_threads';
import { createDemoServer } from './demo-server';

export type FromDemoWorker = { readonly kind: 'listening'; readonly url: string };
export type ToDemoWorker = { readonly kind: 'close' };

/** A utility process of Electron has a port of another kind, whose messages come wrapped. */
interface UtilityPort {
  on(event: 'message', listener: (message: { data: ToDemoWorker }) => void): void;
  postMessage(answer: FromDemoWorker): void;
}

const port = parentPort;
const utilityPort = (process as { parentPort?: UtilityPort }).parentPort;
if (port === null && utilityPort === undefined) {
  throw new Error('The demo worker runs only as a worker thread or utility process.');
}

const server = createDemoServer({ record: false });

/** A process does not end by itself, and has nothing left to do. */
function obey({ kind }: ToDemoWorker): void {
  if (kind === 'close') {
    void server.close().then(() => (port === null ? process.exit() : port.close()));
  }
}
port?.on('message', obey);
utilityPort?.on('message', ({ data }) => obey(data));

const { url } = await server.start();
(port ?? utilityPort)?.postMessage({ kind: 'listening', url } satisfies FromDemoWorker);
