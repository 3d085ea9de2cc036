/**
 * The engine's Transport over worker threads. Orders go to the worker with the fewest under way; a worker that dies, or
 * hangs for good, is replaced, and what it carried is `lost`, because nobody knows how far it came.
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
import { createHeartbeat } from './heartbeat';
import { createOutbox, type Outbox } from './outbox';

export interface TransportPoolOptions {
  readonly clock: Clock;
  /** At most. */
  readonly workers: number;
  /** Everything a worker must know of this request; a failure is the job's outcome and nothing is sent. */
  order(
    attempt: AttemptStart,
    job: PendingJob,
    lease: Lease,
  ): Promise<Order | Extract<AttemptOutcome, { kind: 'failed' }>>;
  /** A picture on the way to the job's result is at this path, for as long as its attempt is under way. */
  onPartial?(job: PendingJob, path: string): void;
  /** The next piece of a text answer. */
  onDelta?(job: PendingJob, text: string): void;
  /** A worker ended unexpectedly; for the log. */
  onWorkerDeath(error: Error): void;
  /** Absent: the built one. */
  startWorker?(): Worker;
  /** More workers only take turns. Absent: those of this machine. */
  readonly cores?: number;
}

/** Answers are large and short-lived: a small young generation keeps many workers from holding many of them. */
const LIMITS = { maxYoungGenerationSizeMb: 16 };

/**
 * So many answers at once one worker reads; for more there is another, which costs 40 MB. On two cores bench:transport
 * gets a third more from two of them with 64 in flight where hashing is slow, and nothing with 16.
 */
const ENOUGH_FOR_ONE = 32;

/** So long an ending program waits for providers to delete what they hold; else it ends there by itself in two days. */
const CLEAR_MS = 3000;

const CUT: AttemptOutcome = {
  kind: 'failed',
  failure: { kind: 'network', message: 'The request was stopped before it was sent.', bodySent: false },
};

interface Carried {
  readonly job: PendingJob;
  /** Null: prepared, and not sent yet. */
  hooks: SendHooks | null;
  readonly resolve: (outcome: AttemptOutcome) => void;
  readonly outcome: Promise<AttemptOutcome>;
}

/** An attempt that is being journalled. */
interface Prepared {
  readonly order: ReturnType<TransportPoolOptions['order']>;
  /** Who has the order already; null: nobody. */
  hand: Hand | null;
}

interface Hand {
  readonly worker: Worker;
  readonly outbox: Outbox<ToWorker>;
  readonly carried: Map<number, Carried>;
  /** It was given a text order: providers may hold files for it. */
  mayHold: boolean;
  /** Resolves when providers hold nothing of it any more, or it has ended. */
  readonly cleared: Promise<void>;
  readonly clear: () => void;
}

export interface TransportPool extends Transport {
  /** Starts what so many requests at once need and loads a provider's SDK there, so that the first leave at once. */
  warm(provider: Provider, inFlight: number): void;
  /** Most worker threads from now on, of which there is one a core at most; surplus ones end when their last order has. */
  resize(workers: number): void;
  /** What providers hold for the run alone is deleted. */
  runOver(runId: number): void;
  /** Ends all workers at once; what they carry becomes `lost`. */
  close(): Promise<void>;
}

export function createTransportPool(options: TransportPoolOptions): TransportPool {
  const hands: Hand[] = [];
  const prepared = new Map<number, Prepared>();
  /** Orders that no worker has yet; true: cut off meanwhile. */
  const preparing = new Map<number, boolean>();
  const { cores = availableParallelism() } = options;
  let target = Math.min(options.workers, cores);
  let closed = false;
  const heartbeat = createHeartbeat<Hand>({
    clock: options.clock,
    busy: () => hands.filter(({ carried }) => carried.size > 0),
    ping: (hand) => hand.outbox.post({ kind: 'ping' }),
    onHung: end,
  });

  function startHand(): Hand {
    const worker =
      options.startWorker?.() ?? new Worker(workerPath('transport-worker'), { resourceLimits: LIMITS });
    let clear = (): void => undefined;
    const cleared = new Promise<void>((resolve) => {
      clear = resolve;
    });
    const hand: Hand = {
      worker,
      outbox: createOutbox((messages) => worker.postMessage(messages)),
      carried: new Map(),
      mayHold: false,
      cleared,
      clear,
    };
    worker.on('message', (messages: readonly FromWorker[]) => {
      heartbeat.heard(hand);
      for (const message of messages) {
        void receive(hand, message);
      }
    });
    hand.worker.on('error', (error: unknown) => options.onWorkerDeath(asError(error)));
    hand.worker.on('exit', () => bury(hand));
    hands.push(hand);
    return hand;
  }

  /** It is not waited for: nobody knows when it lets itself be ended. */
  function end(hand: Hand): void {
    options.onWorkerDeath(new Error('It has not answered for minutes, and was ended.'));
    bury(hand);
    hand.worker.terminate().catch((error: unknown) => options.onWorkerDeath(asError(error)));
  }

  function bury(hand: Hand): void {
    hand.clear();
    heartbeat.heard(hand);
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
    if (message.kind === 'pong') {
      return;
    }
    if (message.kind === 'cleared') {
      hand.clear();
      return;
    }
    const carried = hand.carried.get(message.id);
    if (carried === undefined) {
      return;
    }
    switch (message.kind) {
      case 'bodySent':
        carried.hooks?.bodySent(options.clock.now());
        return;
      case 'answered':
        carried.hooks?.answered();
        return;
      case 'partial':
        options.onPartial?.(carried.job, message.path);
        return;
      case 'delta':
        options.onDelta?.(carried.job, message.text);
        return;
      case 'received':
        await (carried.hooks && answerReceipt(hand, message, carried.hooks));
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
      () => ({ kind: 'setAside', id }),
    );
    hand.outbox.post(answer);
  }

  function retireIfSurplus(hand: Hand): void {
    if (hands.length > target && hand.carried.size === 0) {
      hand.outbox.post({ kind: 'close' });
      hands.splice(hands.indexOf(hand), 1);
    }
  }

  /** What it carries is cut off by its end; only for what providers hold there is a little time. */
  async function dismiss(hand: Hand): Promise<void> {
    if (hand.mayHold) {
      hand.outbox.post({ kind: 'close' });
      const undo = options.clock.setTimer(CLEAR_MS, hand.clear);
      await hand.cleared;
      undo();
    }
    await hand.worker.terminate();
  }

  /** Workers start with the work: an idle program holds none. */
  function leastBusy(): Hand {
    const best = hands.reduce<Hand | null>(
      (found, hand) => (found === null || hand.carried.size < found.carried.size ? hand : found),
      null,
    );
    return best === null || (best.carried.size >= ENOUGH_FOR_ONE && hands.length < target)
      ? startHand()
      : best;
  }

  function give(kind: 'send' | 'prepare', id: number, order: Order, job: PendingJob): [Hand, Carried] {
    const hand = leastBusy();
    let resolve: (outcome: AttemptOutcome) => void = () => undefined;
    const outcome = new Promise<AttemptOutcome>((settle) => {
      resolve = settle;
    });
    const carried: Carried = { job, hooks: null, resolve, outcome };
    hand.carried.set(id, carried);
    hand.mayHold ||= order.task === 'text';
    hand.outbox.post({ kind, id, order });
    heartbeat.start();
    return [hand, carried];
  }

  /** Undefined: its worker has none of it, or has died since. */
  function take(id: number): { readonly one: Prepared; readonly carried: Carried | undefined } | undefined {
    const one = prepared.get(id);
    prepared.delete(id);
    return one && { one, carried: one.hand?.carried.get(id) };
  }

  function forget(id: number): void {
    const { hand } = take(id)?.one ?? {};
    if (hand?.carried.delete(id) === true) {
      hand.outbox.post({ kind: 'forget', id });
      retireIfSurplus(hand);
    }
  }

  return {
    /** Pictures are left to `send`: what their inputs are read for in vain would cost others their turn. */
    prepare(attempt, job, lease) {
      const id = attempt.attemptId;
      const one: Prepared = { order: options.order(attempt, job, lease), hand: null };
      prepared.set(id, one);
      const start = (order: Awaited<Prepared['order']>): void => {
        if (!closed && prepared.has(id) && !('kind' in order) && order.task === 'text') {
          [one.hand] = give('prepare', id, order, job);
        }
      };
      // What cannot be ordered is told when it is to be sent.
      one.order.then(start, () => undefined);
    },
    forget,
    async send(attempt, job, lease, hooks) {
      const id = attempt.attemptId;
      const ready = take(id);
      if (ready?.carried !== undefined) {
        ready.carried.hooks = hooks;
        ready.one.hand?.outbox.post({ kind: 'go', id });
        return ready.carried.outcome;
      }
      preparing.set(attempt.attemptId, false);
      const order = await (ready?.one.order ?? options.order(attempt, job, lease));
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
      const [, carried] = give('send', id, order, job);
      carried.hooks = hooks;
      return carried.outcome;
    },
    cancel(attemptId) {
      if (preparing.has(attemptId)) {
        preparing.set(attemptId, true);
      }
      hands.find((hand) => hand.carried.has(attemptId))?.outbox.post({ kind: 'cut', id: attemptId });
    },
    warm(provider, inFlight) {
      const needed = Math.min(target, Math.ceil(inFlight / ENOUGH_FOR_ONE));
      while (hands.length < needed && !closed) {
        startHand();
      }
      for (const hand of hands) {
        hand.outbox.post({ kind: 'warm', provider });
      }
    },
    resize(workers) {
      target = Math.min(workers, cores);
      for (const hand of hands.toReversed()) {
        retireIfSurplus(hand);
      }
    },
    runOver(runId) {
      for (const hand of hands) {
        hand.outbox.post({ kind: 'runOver', runId });
      }
    },
    async close() {
      closed = true;
      heartbeat.stop();
      await Promise.all(hands.map((hand) => dismiss(hand)));
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
