/**
 * The engine's Transport over worker threads. Orders go to the worker with the fewest under way; a worker that dies, or
 * hangs for good, is replaced, and what it carried is `lost`, because nobody knows how far it came; of one that never came
 * up nothing can have left.
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
import { deferred } from '../deferred';
import { workerPath } from '../worker-path';
import type { Provider } from '@shared/model/provider';
import { UNSENT } from './contain-fault';
import { type FromWorker, type Order, readsNothing, type ToWorker } from './order';
import { createHeartbeat } from './heartbeat';
import { createOutbox, type Outbox } from './outbox';

export interface TransportPoolOptions {
  readonly clock: Clock;
  /** At most. */
  readonly workers: number;
  /**
   * Everything a worker must know of this request; a failure is the job's outcome and nothing is sent. Should it reject,
   * the job fails, and nothing is sent either.
   */
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
  /** What should never happen did, and cost one order; for the log. */
  onFault?(error: unknown): void;
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

/** The machine's fault, which the next order would meet as well: the run pauses, and the job waits. */
const UNSTARTED: AttemptOutcome = {
  kind: 'failed',
  failure: {
    kind: 'storage',
    message:
      'A worker could not be started, so nothing was sent; close other programs or restart Brushfleet, then resume the run.',
    bodySent: false,
  },
};

const LOST: AttemptOutcome = { kind: 'lost' };

interface Carried {
  readonly job: PendingJob;
  /** Null: prepared, and not sent yet. */
  hooks: SendHooks | null;
  readonly resolve: (outcome: AttemptOutcome) => void;
  readonly outcome: Promise<AttemptOutcome>;
}

/** Of an attempt that is being journalled. */
interface ReadyOrder {
  readonly order: ReturnType<TransportPoolOptions['order']>;
  /** The worker that has it already; null: none. */
  handle: WorkerHandle | null;
}

interface WorkerHandle {
  readonly worker: Worker;
  readonly outbox: Outbox<ToWorker>;
  readonly carried: Map<number, Carried>;
  /** It has come up: what it was given it may have begun. */
  isReady: boolean;
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
  const handles: WorkerHandle[] = [];
  const readyOrders = new Map<number, ReadyOrder>();
  /** Attempts to be sent that no worker has yet; true: cut off meanwhile. */
  const cutWhileOrdering = new Map<number, boolean>();
  const { cores = availableParallelism() } = options;
  let target = Math.min(options.workers, cores);
  let closed = false;
  const heartbeat = createHeartbeat<WorkerHandle>({
    clock: options.clock,
    busy: () => handles.filter(({ carried }) => carried.size > 0),
    ping: (handle) => handle.outbox.post({ kind: 'ping' }),
    onHung: end,
  });

  function addWorker(): WorkerHandle {
    const worker =
      options.startWorker?.() ?? new Worker(workerPath('transport-worker'), { resourceLimits: LIMITS });
    const { promise: cleared, resolve: clear } = deferred();
    const handle: WorkerHandle = {
      worker,
      outbox: createOutbox((messages) => worker.postMessage(messages)),
      carried: new Map(),
      isReady: false,
      mayHold: false,
      cleared,
      clear,
    };
    worker.on('message', (messages: readonly FromWorker[]) => {
      heartbeat.heard(handle);
      for (const message of messages) {
        void receive(handle, message);
      }
    });
    handle.worker.on('error', (error: unknown) => options.onWorkerDeath(asError(error)));
    handle.worker.on('exit', () => bury(handle, handle.isReady ? LOST : UNSTARTED));
    handles.push(handle);
    return handle;
  }

  /** It is not waited for: nobody knows when it lets itself be ended. */
  function end(handle: WorkerHandle): void {
    options.onWorkerDeath(new Error('It has not answered for minutes, and was ended.'));
    bury(handle, LOST);
    handle.worker.terminate().catch((error: unknown) => options.onWorkerDeath(asError(error)));
  }

  function bury(handle: WorkerHandle, outcome: AttemptOutcome): void {
    handle.clear();
    heartbeat.heard(handle);
    const at = handles.indexOf(handle);
    if (at >= 0) {
      handles.splice(at, 1);
    }
    for (const carried of handle.carried.values()) {
      carried.resolve(outcome);
    }
    handle.carried.clear();
  }

  async function receive(handle: WorkerHandle, message: FromWorker): Promise<void> {
    if (message.kind === 'ready' || message.kind === 'pong') {
      handle.isReady = true;
      return;
    }
    if (message.kind === 'cleared') {
      handle.clear();
      return;
    }
    if (message.kind === 'fault') {
      options.onFault?.(message.what);
      return;
    }
    const carried = handle.carried.get(message.id);
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
        await (carried.hooks && answerReceipt(handle, message, carried.hooks));
        return;
      case 'outcome':
        handle.carried.delete(message.id);
        carried.resolve(message.outcome);
        retireIfSurplus(handle);
    }
  }

  /** No file gets its final name before the journal knows its hash. */
  async function answerReceipt(
    handle: WorkerHandle,
    { id, file }: Extract<FromWorker, { kind: 'received' }>,
    hooks: SendHooks,
  ): Promise<void> {
    const answer: ToWorker = await hooks.received(file).then(
      () => ({ kind: 'commit', id }),
      () => ({ kind: 'setAside', id }),
    );
    handle.outbox.post(answer);
  }

  function retireIfSurplus(handle: WorkerHandle): void {
    if (handles.length > target && handle.carried.size === 0) {
      handle.outbox.post({ kind: 'close' });
      handles.splice(handles.indexOf(handle), 1);
    }
  }

  /** What it carries is cut off by its end; only for what providers hold there is a little time. */
  async function dismiss(handle: WorkerHandle): Promise<void> {
    if (handle.mayHold) {
      handle.outbox.post({ kind: 'close' });
      const undo = options.clock.setTimer(CLEAR_MS, handle.clear);
      await handle.cleared;
      undo();
    }
    await handle.worker.terminate();
  }

  /** Workers start with the work: an idle program holds none. */
  function leastBusy(): WorkerHandle {
    const best = handles.reduce<WorkerHandle | null>(
      (found, handle) => (found === null || handle.carried.size < found.carried.size ? handle : found),
      null,
    );
    return best === null || (best.carried.size >= ENOUGH_FOR_ONE && handles.length < target)
      ? addWorker()
      : best;
  }

  function give(
    kind: 'send' | 'prepare',
    id: number,
    order: Order,
    job: PendingJob,
  ): [WorkerHandle, Carried] {
    const handle = leastBusy();
    let resolve: (outcome: AttemptOutcome) => void = () => undefined;
    const outcome = new Promise<AttemptOutcome>((settle) => {
      resolve = settle;
    });
    const carried: Carried = { job, hooks: null, resolve, outcome };
    // Before the worker has any of it: whoever is told that this failed may rely on it that nothing is carried.
    heartbeat.start();
    handle.carried.set(id, carried);
    handle.mayHold ||= order.task === 'text';
    handle.outbox.hurry({ kind, id, order });
    return [handle, carried];
  }

  /** An outcome: nothing of it has left, whatever went wrong. */
  async function orderAndGive(
    id: number,
    job: PendingJob,
    order: () => ReadyOrder['order'],
  ): Promise<Carried | AttemptOutcome> {
    cutWhileOrdering.set(id, false);
    let made: Awaited<ReadyOrder['order']>;
    try {
      made = await order();
      if (closed || cutWhileOrdering.get(id) === true) {
        return CUT;
      }
    } catch (error) {
      options.onFault?.(error);
      return UNSENT;
    } finally {
      cutWhileOrdering.delete(id);
    }
    if ('kind' in made) {
      return made;
    }
    try {
      return give('send', id, made, job)[1];
    } catch (error) {
      options.onFault?.(error);
      return UNSTARTED;
    }
  }

  /** Undefined: its worker has none of it, or has died since. */
  function take(id: number): { readonly one: ReadyOrder; readonly carried: Carried | undefined } | undefined {
    const one = readyOrders.get(id);
    readyOrders.delete(id);
    return one && { one, carried: one.handle?.carried.get(id) };
  }

  function forget(id: number): void {
    const { handle } = take(id)?.one ?? {};
    if (handle?.carried.delete(id) === true) {
      handle.outbox.post({ kind: 'forget', id });
      retireIfSurplus(handle);
    }
  }

  return {
    prepare(attempt, job, lease) {
      const id = attempt.attemptId;
      const one: ReadyOrder = { order: options.order(attempt, job, lease), handle: null };
      readyOrders.set(id, one);
      const start = (order: Awaited<ReadyOrder['order']>): void => {
        if (!closed && readyOrders.has(id) && !('kind' in order) && readsNothing(order)) {
          [one.handle] = give('prepare', id, order, job);
        }
      };
      // What cannot be ordered is told when it is to be sent.
      one.order.then(start).catch(() => undefined);
    },
    forget,
    async send(attempt, job, lease, hooks) {
      const id = attempt.attemptId;
      const ready = take(id);
      if (ready?.carried !== undefined) {
        ready.carried.hooks = hooks;
        ready.one.handle?.outbox.hurry({ kind: 'go', id });
        return ready.carried.outcome;
      }
      const given = await orderAndGive(id, job, () => ready?.one.order ?? options.order(attempt, job, lease));
      if ('kind' in given) {
        hooks.answered();
        return given;
      }
      given.hooks = hooks;
      return given.outcome;
    },
    cancel(attemptId) {
      if (cutWhileOrdering.has(attemptId)) {
        cutWhileOrdering.set(attemptId, true);
      }
      handles.find((handle) => handle.carried.has(attemptId))?.outbox.post({ kind: 'cut', id: attemptId });
    },
    warm(provider, inFlight) {
      const needed = Math.min(target, Math.ceil(inFlight / ENOUGH_FOR_ONE));
      while (handles.length < needed && !closed) {
        addWorker();
      }
      for (const handle of handles) {
        handle.outbox.post({ kind: 'warm', provider });
      }
    },
    resize(workers) {
      target = Math.min(workers, cores);
      for (const handle of handles.toReversed()) {
        retireIfSurplus(handle);
      }
    },
    runOver(runId) {
      for (const handle of handles) {
        handle.outbox.post({ kind: 'runOver', runId });
      }
    },
    async close() {
      closed = true;
      heartbeat.stop();
      await Promise.all(handles.map((handle) => dismiss(handle)));
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
