/** Threads that decode images. A thread that hangs or dies is replaced and only its own image fails. */
import { Worker } from 'node:worker_threads';
import type { ThumbnailAnswer, ThumbnailJob } from './thumbnail-job';

export interface DecoderPoolOptions {
  readonly threads: number;
  readonly timeoutMs: number;
  readonly workerFile: string | URL;
}

export type DecodeOutcome = 'ok' | 'too_many_pixels' | 'unreadable' | 'timeout' | 'dropped' | 'closed';
export type DecodeOrder = Pick<ThumbnailJob, 'source' | 'size' | 'target'>;

export interface DecoderPool {
  decode(order: DecodeOrder): Promise<DecodeOutcome>;
  close(): Promise<void>;
}

interface Waiting {
  readonly order: DecodeOrder;
  readonly settle: (outcome: DecodeOutcome) => void;
}

/** More than a screen of tiles: what was asked for before that has scrolled away. */
const MAX_WAITING = 1000;

export function createDecoderPool(options: DecoderPoolOptions): DecoderPool {
  /** The newest last, and served first. */
  const waiting: Waiting[] = [];
  const decoders = Array.from({ length: options.threads }, () => new Decoder(options, () => serve()));
  let isClosed = false;

  const serve = (): void => {
    for (const decoder of decoders) {
      if (!decoder.isIdle) continue;
      const next = waiting.pop();
      if (next === undefined) return;
      decoder.run(next);
    }
  };

  return {
    decode: (order) =>
      new Promise((settle) => {
        if (isClosed) return settle('closed');
        waiting.push({ order, settle });
        if (waiting.length > MAX_WAITING) waiting.shift()?.settle('dropped');
        serve();
      }),
    close: async () => {
      isClosed = true;
      for (const { settle } of waiting.splice(0)) settle('closed');
      await Promise.all(decoders.map((decoder) => decoder.close()));
    },
  };
}

/** One thread, started with its first image, and what it is doing. */
class Decoder {
  readonly #options: DecoderPoolOptions;
  readonly #onIdle: () => void;
  #worker: Worker | null = null;
  #current: { readonly job: Waiting; readonly id: number; readonly timer: NodeJS.Timeout } | null = null;
  #lastId = 0;

  constructor(options: DecoderPoolOptions, onIdle: () => void) {
    this.#options = options;
    this.#onIdle = onIdle;
  }

  get isIdle(): boolean {
    return this.#current === null;
  }

  run(job: Waiting): void {
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    const timer = setTimeout(() => this.#replace('timeout'), this.#options.timeoutMs);
    this.#current = { job, id, timer };
    const timeoutSeconds = Math.max(1, Math.ceil(this.#options.timeoutMs / 1000));
    worker.postMessage({ ...job.order, id, timeoutSeconds } satisfies ThumbnailJob);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#finish('closed');
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#options.workerFile);
    /* An idle decoder must not keep a command line alive. */
    worker.unref();
    worker.on('message', (answer: ThumbnailAnswer) => {
      if (worker === this.#worker && answer.id === this.#current?.id) {
        this.#finish(answer.kind === 'ok' ? 'ok' : answer.reason);
      }
    });
    const lost = (): void => {
      if (worker === this.#worker) this.#replace('unreadable');
    };
    worker.on('error', lost);
    worker.on('exit', lost);
    return worker;
  }

  /** Ending a thread waits for native code that may hang, so nobody waits for the old one. */
  #replace(outcome: DecodeOutcome): void {
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
    this.#finish(outcome);
  }

  #finish(outcome: DecodeOutcome): void {
    const current = this.#current;
    if (current === null) return;
    clearTimeout(current.timer);
    this.#current = null;
    current.job.settle(outcome);
    if (outcome !== 'closed') this.#onIdle();
  }
}
