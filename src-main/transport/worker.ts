/** Entry of a transport worker: owns its connections, its SDK clients and its share of the requests in flight. */
import { parentPort } from 'node:worker_threads';
import { createInputLoader } from '../images/load-input';
import { createAdapters } from '../providers';
import { createConnections } from '../providers/http/connections';
import { redactWith } from '../providers/redact';
import { Secret } from '../providers/secret';
import { type CarrierHooks, createCarrier } from './carrier';
import type { createTextCarrier, TextCarrierHooks } from './carry-text';
import { containFault } from './contain-fault';
import { createDisk } from './disk';
import { createHeldFiles } from './held-files';
import { createOutbox } from './outbox';
import type { FromWorker, InputRules, Order, PictureOrder, TextOrder, ToWorker } from './order';
import type { AttemptOutcome } from '../engine/ports';
import { systemClock } from '../system-clock';

const port = parentPort;
if (port === null) {
  throw new Error('The transport worker runs only as a worker thread.');
}

const adapters = createAdapters();
const connections = createConnections();
const cuts = new Map<number, AbortController>();
const loaders = new Map<string, ReturnType<typeof createInputLoader>>();
/** What was prepared and has not left. */
const gates = new Map<number, (mayLeave: boolean) => void>();
const receipts = new Map<number, { commit(): void; setAside(): void }>();

const held = createHeldFiles(Date.now);
const common = {
  adapter: ({ endpoint }: Pick<Order, 'endpoint'>) => adapters[endpoint.provider],
  connections,
  secret: (value: string) => new Secret(value),
};
const pictures = createCarrier({
  ...common,
  disk: createDisk(),
  clock: systemClock,
  open: (reference, rules) => loader(rules).open(reference),
});
/** Schemas and all that checks them are loaded with the first of its orders: most workers never have one. */
let textCarrier: Promise<ReturnType<typeof createTextCarrier>> | null = null;

function texts(): Promise<ReturnType<typeof createTextCarrier>> {
  textCarrier ??= import('./carry-text').then(({ createTextCarrier }) =>
    createTextCarrier({
      ...common,
      held,
      open: (reference, claim, rules) => loader(rules).openMedia(reference, claim),
    }),
  );
  return textCarrier;
}

const outbox = createOutbox<FromWorker>((messages) => port.postMessage(messages));

port.on('message', (messages: readonly ToWorker[]) => {
  for (const message of messages) {
    obey(message);
  }
});

// By itself: whatever it is given, nothing of it begins before this has left.
port.postMessage([{ kind: 'ready' }] satisfies FromWorker[]);

function obey(message: ToWorker): void {
  switch (message.kind) {
    case 'send':
      void send(message.id, message.order);
      return;
    case 'prepare': {
      const mayLeave = new Promise<boolean>((resolve) => gates.set(message.id, resolve));
      void send(message.id, message.order, mayLeave);
      return;
    }
    case 'go':
      openGate(message.id, true);
      return;
    case 'forget':
      openGate(message.id, false);
      cuts.get(message.id)?.abort();
      return;
    case 'commit':
      receipts.get(message.id)?.commit();
      receipts.delete(message.id);
      return;
    case 'setAside':
      receipts.get(message.id)?.setAside();
      receipts.delete(message.id);
      return;
    case 'cut':
      cuts.get(message.id)?.abort();
      return;
    case 'warm':
      // What cannot be loaded fails its first request, with the reason.
      adapters[message.provider].warm().catch(() => undefined);
      return;
    case 'runOver':
      held.runOver(message.runId);
      return;
    case 'ping':
      outbox.post({ kind: 'pong' });
      return;
    case 'close':
      void close();
  }
}

/** What providers hold is deleted first. */
async function close(): Promise<void> {
  await held.close();
  outbox.post({ kind: 'cleared' });
  outbox.flush();
  port?.close();
  connections.close();
}

function openGate(id: number, mayLeave: boolean): void {
  gates.get(id)?.(mayLeave);
  gates.delete(id);
}

/** Of what was prepared nothing is told before it may leave, also not that it cannot be sent. */
async function send(id: number, order: Order, mayLeave = Promise.resolve(true)): Promise<void> {
  const cut = new AbortController();
  cuts.set(id, cut);
  const { signal } = cut;
  const outcome = await containFault(
    (leaving) =>
      order.task === 'text'
        ? carryText(id, order, { signal, mayLeave, leaving })
        : carryPicture(id, order, { signal, mayLeave, leaving }),
    { mayLeave, onFault: (error) => tellFault(order, error) },
  );
  const isTold = await mayLeave;
  cuts.delete(id);
  if (isTold) {
    outbox.post({ kind: 'outcome', id, outcome });
  }
}

function tellFault({ secret: key }: Order, error: unknown): void {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  outbox.post({ kind: 'fault', what: redactWith(key === null ? null : new Secret(key), what) });
}

async function carryText(
  id: number,
  order: TextOrder,
  given: Pick<TextCarrierHooks, 'signal' | 'leaving'> & { readonly mayLeave: Promise<boolean> },
): Promise<AttemptOutcome> {
  const { carry } = await texts();
  return carry(order, {
    ...given,
    bodySent: () => outbox.post({ kind: 'bodySent', id }),
    delta: (text) => outbox.post({ kind: 'delta', id, text }),
  });
}

function carryPicture(
  id: number,
  order: PictureOrder,
  given: Pick<CarrierHooks, 'signal' | 'mayLeave' | 'leaving'>,
): Promise<AttemptOutcome> {
  return pictures.carry(id, order, {
    ...given,
    bodySent: () => outbox.post({ kind: 'bodySent', id }),
    answered: () => outbox.hurry({ kind: 'answered', id }),
    partial: (path) => outbox.post({ kind: 'partial', id, path }),
    received: (file) =>
      new Promise((resolve, reject) => {
        receipts.set(id, {
          commit: resolve,
          setAside: () => reject(new Error('The journal refused the file.')),
        });
        outbox.post({ kind: 'received', id, file });
      }),
  });
}

function loader(rules: InputRules): ReturnType<typeof createInputLoader> {
  const key = JSON.stringify(rules);
  const known = loaders.get(key) ?? createInputLoader(rules);
  loaders.set(key, known);
  return known;
}
