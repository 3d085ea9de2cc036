/**
 * The engine's Transport over worker threads. Orders go to the worker with the fewest under way; a worker that dies is
 * replaced, and what it carried is `lost`, because nobody knows how far it came.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type {
  AttemptOutcome,
  AttemptStart,
  Clock,
  Lease,
  PendingJob,
  SendHooks,
  Transport,
} from '../engine/ports';
import { workerPath } from '../worker-path';
import type { Provider } from '@shared/model/provider';
import type { FromWorker, Order, ToWorker } from './order';
import { createOutbox, type Outbox } from './outbox';

export interface TransportPoolOptions {
  readonly clock: Clock;
  readonly workers: number;
  /** Everything a worker must know of this request; a failure is the job's outcome and nothing is sent. */
  order(
    attempt: AttemptStart,
    job: PendingJob,
    lease: Lease,
  ): Promise<Order | Extract<AttemptOutcome, { kind: 'failed' }>>;
  /** A worker ended unexpectedly; for the log. */
  onWorkerDeath(error: Error): void;
}

/** Answers are large and short-lived: a small young generation keeps many workers from holding many of them. */
const LIMITS = { maxYoungGenerationSizeMb: 16 };

/** One core is left to the main thread, the database and the disk; more workers only take turns with them. */
const MOST_WORKERS = Math.max(1, availableParallelism() - 1);

const CUT: AttemptOutcome = {
  kind: 'failed',
  failure: { kind: 'network', message: 'The request was stopped before it was sent.', bodySent: false },
};

interface Carried {
  readonly hooks: SendHooks;
  readonly resolve: (outcome: AttemptOutcome) => void;
}

interface Hand {
  readonly worker: Worker;
  readonly outbox: Outbox<ToWorker>;
  readonly carried: Map<number, Carried>;
}

export interface TransportPool extends Transport {
  /** Starts the workers and loads a provider's SDK in each, so that the first request leaves at once. */
  warm(provider: Provider): void;
  /** Number of worker threads from now on, one fewer than cores at most; surplus ones end when their last order has. */
  resize(workers: number): void;
  /** Ends all workers at once; what they carry becomes `lost`. */
  close(): Promise<void>;
}

export function createTransportPool(options: TransportPoolOptions): TransportPool {
  const hands: Hand[] = [];
  /** Orders that no worker has yet; true: cut off meanwhile. */
  const preparing = new Map<number, boolean>();
  let target = Math.min(options.workers, MOST_WORKERS);
  let closed = false;

  function startHand(): Hand {
    const worker = new Worker(workerPath('transport-worker'), { resourceLimits: LIMITS });
    const hand: Hand = {
      worker,
      outbox: createOutbox((messages) => worker.postMessage(messages)),
      carried: new Map(),
    };
    worker.on('message', (messages: readonly FromWorker[]) => {
      for (const message of messages) {
        void receive(hand, message);
      }
    });
    hand.worker.on('error', (error: unknown) => options.onWorkerDeath(asError(error)));
    hand.worker.on('exit', () => bury(hand));
    hands.push(hand);
    return hand;
  }

  function bury(hand: Hand): void {
    const at = hands.indexOf(hand);
    if (at >= 0) {
      hands.splice(at, 1);
    }
    for (const carried of hand.carried.values()) {
      carried.resolve({ kind: 'lost' });
    }
    hand.carried.clear();
  }

  async function receive(hand: Hand, message: FromWorker): Promise<void> {
    const carried = hand.carried.get(message.id);
    if (carried === undefined) {
      return;
    }
    switch (message.kind) {
      case 'bodySent':
        carried.hooks.bodySent(options.clock.now());
        return;
      case 'answered':
        carried.hooks.answered();
        return;
      case 'received':
        await answerReceipt(hand, message, carried.hooks);
        return;
      case 'outcome':
        hand.carried.delete(message.id);
        carried.resolve(message.outcome);
        retireIfSurplus(hand);
    }
  }

  /** No file gets its final name before the journal knows its hash. */
  async function answerReceipt(
    hand: Hand,
    { id, file }: Extract<FromWorker, { kind: 'received' }>,
    hooks: SendHooks,
  ): Promise<void> {
    const answer: ToWorker = await hooks.received(file).then(
      () => ({ kind: 'commit', id }),
      () => ({ kind: 'discard', id }),
    );
    hand.outbox.post(answer);
  }

  function retireIfSurplus(hand: Hand): void {
    if (hands.length > target && hand.carried.size === 0) {
      hand.outbox.post({ kind: 'close' });
      hands.splice(hands.indexOf(hand), 1);
    }
  }

  /** Workers start with the work: an idle program holds none. */
  function leastBusy(): Hand {
    const best = hands.reduce<Hand | null>(
      (found, hand) => (found === null || hand.carried.size < found.carried.size ? hand : found),
      null,
    );
    return best === null || (best.carried.size > 0 && hands.length < target) ? startHand() : best;
  }

  return {
    async send(attempt, job, lease, hooks) {
      preparing.set(attempt.attemptId, false);
      const order = await options.order(attempt, job, lease);
      const isCut = preparing.get(attempt.attemptId) === true;
      preparing.delete(attempt.attemptId);
      if (isCut) {
        hooks.answered();
        return CUT;
      }
      if ('kind' in order) {
        hooks.answered();
        return order;
      }
      if (closed) {
        return { kind: 'lost' };
      }
      return new Promise((resolve) => {
        const hand = leastBusy();
        hand.carried.set(attempt.attemptId, { hooks, resolve });
        hand.outbox.post({ kind: 'send', id: attempt.attemptId, order });
      });
    },
    cancel(attemptId) {
      if (preparing.has(attemptId)) {
        preparing.set(attemptId, true);
      }
      hands.find((hand) => hand.carried.has(attemptId))?.outbox.post({ kind: 'cut', id: attemptId });
    },
    warm(provider) {
      while (hands.length < target && !closed) {
        startHand();
      }
      for (const hand of hands) {
        hand.outbox.post({ kind: 'warm', provider });
      }
    },
    resize(workers) {
      target = Math.min(workers, MOST_WORKERS);
      for (const hand of hands.toReversed()) {
        retireIfSurplus(hand);
      }
    },
    async close() {
      closed = true;
      await Promise.all(hands.map((hand) => hand.worker.terminate()));
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
