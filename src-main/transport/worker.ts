/** Entry of a transport worker: owns its connections, its SDK clients and its share of the requests in flight. */
import { parentPort } from 'node:worker_threads';
import { createInputLoader } from '../images/load-input';
import { createAdapters } from '../providers';
import { createConnections } from '../providers/http/connections';
import { Secret } from '../providers/secret';
import { createCarrier } from './carrier';
import { createDisk } from './disk';
import { createOutbox } from './outbox';
import type { FromWorker, InputRules, Order, ToWorker } from './order';

const port = parentPort;
if (port === null) {
  throw new Error('The transport worker runs only as a worker thread.');
}

const adapters = createAdapters();
const connections = createConnections();
const cuts = new Map<number, AbortController>();
const secrets = new Map<string, Secret>();
const loaders = new Map<string, ReturnType<typeof createInputLoader>>();
const receipts = new Map<number, { commit(): void; discard(): void }>();

const carrier = createCarrier({
  adapter: (order) => adapters[order.endpoint.provider],
  connections,
  disk: createDisk(),
  secret,
  open: (reference, rules) => loader(rules).open(reference),
});

const outbox = createOutbox<FromWorker>((messages) => port.postMessage(messages));

port.on('message', (messages: readonly ToWorker[]) => {
  for (const message of messages) {
    obey(message);
  }
});

function obey(message: ToWorker): void {
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
    case 'cut':
      cuts.get(message.id)?.abort();
      return;
    case 'warm':
      // What cannot be loaded fails its first request, with the reason.
      adapters[message.provider].warm().catch(() => undefined);
      return;
    case 'close':
      port?.close();
      connections.close();
  }
}

async function send(id: number, order: Order): Promise<void> {
  const cut = new AbortController();
  cuts.set(id, cut);
  const outcome = await carrier.carry(id, order, {
    signal: cut.signal,
    bodySent: () => outbox.post({ kind: 'bodySent', id }),
    answered: () => outbox.post({ kind: 'answered', id }),
    received: (file) =>
      new Promise((resolve, reject) => {
        receipts.set(id, {
          commit: resolve,
          discard: () => reject(new Error('The journal refused the file.')),
        });
        outbox.post({ kind: 'received', id, file });
      }),
  });
  cuts.delete(id);
  outbox.post({ kind: 'outcome', id, outcome });
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
