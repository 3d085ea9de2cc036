/** Entry of a transport worker: owns its connections, its SDK clients and its share of the requests in flight. */
import { parentPort } from 'node:worker_threads';
import { Agent } from 'undici';
import { createInputLoader } from '../images/load-input';
import { createAdapters } from '../providers';
import { Secret } from '../providers/secret';
import { createCarrier } from './carrier';
import type { FromWorker, InputRules, Order, ToWorker } from './order';

const port = parentPort;
if (port === null) {
  throw new Error('The transport worker runs only as a worker thread.');
}

const closing = new AbortController();
const adapters = createAdapters();
const dispatchers = new Map<string, Agent>();
const secrets = new Map<string, Secret>();
const loaders = new Map<string, ReturnType<typeof createInputLoader>>();
const receipts = new Map<number, { commit(): void; discard(): void }>();

const carrier = createCarrier({
  adapter: (order) => adapters[order.endpoint.provider],
  dispatcher,
  secret,
  load: (reference, rules) => loader(rules).load(reference),
  signal: closing.signal,
});

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'send':
      void send(message.id, message.order);
      return;
    case 'commit':
      receipts.get(message.id)?.commit();
      receipts.delete(message.id);
      return;
    case 'discard':
      receipts.get(message.id)?.discard();
      receipts.delete(message.id);
      return;
    case 'warm':
      // What cannot be loaded fails its first request, with the reason.
      adapters[message.provider].warm().catch(() => undefined);
      return;
    case 'close':
      closing.abort();
      port.close();
      void Promise.allSettled([...dispatchers.values()].map((agent) => agent.destroy()));
  }
});

async function send(id: number, order: Order): Promise<void> {
  const outcome = await carrier.carry(id, order, {
    bodySent: () => post({ kind: 'bodySent', id }),
    answered: () => post({ kind: 'answered', id }),
    received: (file) =>
      new Promise((resolve, reject) => {
        receipts.set(id, {
          commit: resolve,
          discard: () => reject(new Error('The journal refused the file.')),
        });
        post({ kind: 'received', id, file });
      }),
  });
  post({ kind: 'outcome', id, outcome });
}

function post(message: FromWorker): void {
  port?.postMessage(message);
}

/** One dispatcher per endpoint and timeout: undici's own limits would cut every call at 300 s. */
function dispatcher(order: Order): Agent {
  const key = `${order.endpoint.id} ${order.endpoint.timeoutMs}`;
  const known = dispatchers.get(key);
  if (known !== undefined) {
    return known;
  }
  const limit = order.endpoint.timeoutMs + 1000;
  const agent = new Agent({
    headersTimeout: limit,
    bodyTimeout: limit,
    connectTimeout: Math.min(limit, 30_000),
  });
  dispatchers.set(key, agent);
  return agent;
}

/** The same object for the same key, so that its SDK client is found again. */
function secret(value: string): Secret {
  const known = secrets.get(value) ?? new Secret(value);
  secrets.set(value, known);
  return known;
}

function loader(rules: InputRules): ReturnType<typeof createInputLoader> {
  const key = JSON.stringify(rules);
  const known = loaders.get(key) ?? createInputLoader(rules);
  loaders.set(key, known);
  return known;
}
