/** Decoders of images. One that hangs or dies is replaced and only its own image fails. */
import type { DecoderHost, StartDecoder, ThumbnailJob } from './thumbnail-job';

export interface DecoderPoolOptions {
  readonly threads: number;
  readonly timeoutMs: number;
  readonly start: StartDecoder;
}

export type DecodeOutcome = 'ok' | 'too_many_pixels' | 'unreadable' | 'timeout' | 'dropped' | 'closed';
export type DecodeOrder = Pick<
  ThumbnailJob,
  'source' | 'size' | 'target' | 'isLossless' | 'as' | 'limitPixels'
>;

export interface DecoderPool {
  decode(order: DecodeOrder): Promise<DecodeOutcome>;
  close(): Promise<void>;
}

interface Waiting {
  readonly order: DecodeOrder;
  readonly settle: (outcome: DecodeOutcome) => void;
}

/** Native decoders keep what they once took: after as many images one begins afresh. */
const IMAGES_PER_DECODER = 1000;

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

/** One decoder, started with its first image, and what it is doing. */
class Decoder {
  readonly #options: DecoderPoolOptions;
  readonly #onIdle: () => void;
  #host: DecoderHost | null = null;
  #served = 0;
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
    const host = (this.#host ??= this.#start());
    const id = ++this.#lastId;
    const timer = setTimeout(() => this.#replace('timeout'), this.#options.timeoutMs);
    this.#current = { job, id, timer };
    const timeoutSeconds = Math.max(1, Math.ceil(this.#options.timeoutMs / 1000));
    host.send({ ...job.order, id, timeoutSeconds } satisfies ThumbnailJob);
  }

  async close(): Promise<void> {
    const host = this.#host;
    this.#host = null;
    this.#finish('closed');
    await host?.end();
  }

  #start(): DecoderHost {
    const host = this.#options.start();
    this.#served = 0;
    host.onAnswer((answer) => {
      if (host === this.#host && answer.id === this.#current?.id) {
        this.#served += 1;
        const outcome = answer.kind === 'ok' ? 'ok' : answer.reason;
        if (this.#served < IMAGES_PER_DECODER) {
          this.#finish(outcome);
        } else {
          this.#replace(outcome);
        }
      }
    });
    host.onEnd(() => {
      if (host === this.#host) this.#replace('unreadable');
    });
    return host;
  }

  /** Ending a thread waits for native code that may hang, so nobody waits for the old one. */
  #replace(outcome: DecodeOutcome): void {
    const host = this.#host;
    this.#host = null;
    void host?.end();
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
