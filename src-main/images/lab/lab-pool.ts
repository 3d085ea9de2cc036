/**
 * Threads or processes of the lab and what waits for them. What a person waits for comes first, and one place is always
 * free for it; measuring takes what is left. One that hangs or dies is replaced, and only its own order fails.
 */
import type { Clock } from '../../engine/ports';
import type { LabAnswer, LabHost, LabJob, LabKind, LabWork, StartLab } from './lab-orders';

export interface LabPoolOptions {
  readonly threads: number;
  readonly timeoutMs: number;
  readonly limitPixels: number;
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly start: StartLab;
}

export type LabOutcome =
  | LabAnswer
  | { readonly kind: 'timeout' }
  /** Its thread or process ended under it. */
  | { readonly kind: 'crashed' }
  | { readonly kind: 'closed' };

export interface LabPool {
  run<Kind extends LabKind>(kind: Kind, order: LabWork[Kind]['order']): Promise<LabOutcome>;
  close(): Promise<void>;
}

type Work = Pick<LabJob, 'kind' | 'order'>;

interface Waiting {
  readonly work: Work;
  readonly settle: (outcome: LabOutcome) => void;
}

/** Native decoders keep what they once took: after as many orders one begins afresh. */
const ORDERS_PER_HOST = 500;
/** A host that nobody needs gives its memory back. */
const IDLE_MS = 60_000;
const IN_BACKGROUND: ReadonlySet<LabKind> = new Set(['measure', 'same']);

export function createLabPool(options: LabPoolOptions): LabPool {
  const urgent: Waiting[] = [];
  const background: Waiting[] = [];
  const places = Array.from({ length: options.threads }, () => new Place(options, () => serve()));
  const mostInBackground = Math.max(1, options.threads - 1);
  let isClosed = false;

  function serve(): void {
    for (const place of places) {
      if (!place.isIdle) continue;
      const busy = places.filter(({ isInBackground }) => isInBackground).length;
      const next = urgent.shift() ?? (busy < mostInBackground ? background.shift() : undefined);
      if (next === undefined) return;
      place.run(next);
    }
  }

  return {
    run: (kind, order) =>
      new Promise((settle) => {
        if (isClosed) return settle({ kind: 'closed' });
        // The pair is what LabJob's union says; TypeScript cannot see it through the type parameter.
        const work = { kind, order } as Work;
        (IN_BACKGROUND.has(kind) ? background : urgent).push({ work, settle });
        serve();
      }),
    async close() {
      isClosed = true;
      for (const { settle } of [...urgent.splice(0), ...background.splice(0)]) settle({ kind: 'closed' });
      await Promise.all(places.map((place) => place.close()));
    },
  };
}

/** One host, started with its first order, and what it is doing. */
class Place {
  readonly #options: LabPoolOptions;
  readonly #onIdle: () => void;
  #host: LabHost | null = null;
  #served = 0;
  #lastId = 0;
  #current: { readonly job: Waiting; readonly id: number; readonly stopTimer: () => void } | null = null;
  #stopIdleTimer: (() => void) | null = null;

  constructor(options: LabPoolOptions, onIdle: () => void) {
    this.#options = options;
    this.#onIdle = onIdle;
  }

  get isIdle(): boolean {
    return this.#current === null;
  }

  get isInBackground(): boolean {
    return this.#current !== null && IN_BACKGROUND.has(this.#current.job.work.kind);
  }

  run(job: Waiting): void {
    this.#stopIdleTimer?.();
    this.#stopIdleTimer = null;
    const id = ++this.#lastId;
    const stopTimer = this.#options.clock.setTimer(this.#options.timeoutMs, () =>
      this.#replace({ kind: 'timeout' }),
    );
    this.#current = { job, id, stopTimer };
    try {
      const host = (this.#host ??= this.#start());
      host.send({ ...job.work, id, limitPixels: this.#options.limitPixels } as LabJob);
    } catch {
      this.#replace({ kind: 'crashed' });
    }
  }

  async close(): Promise<void> {
    const host = this.#host;
    this.#host = null;
    this.#stopIdleTimer?.();
    this.#finish({ kind: 'closed' });
    await host?.end();
  }

  #start(): LabHost {
    const host = this.#options.start();
    this.#served = 0;
    host.onAnswer((answer) => {
      if (host !== this.#host || answer.id !== this.#current?.id) return;
      this.#served += 1;
      if (this.#served < ORDERS_PER_HOST) {
        this.#finish(answer);
      } else {
        this.#replace(answer);
      }
    });
    host.onEnd(() => {
      if (host === this.#host) this.#replace({ kind: 'crashed' });
    });
    return host;
  }

  /** Ending a thread waits for native code that may hang, so nobody waits for the old one. */
  #replace(outcome: LabOutcome): void {
    const host = this.#host;
    this.#host = null;
    void host?.end();
    this.#finish(outcome);
  }

  #finish(outcome: LabOutcome): void {
    const current = this.#current;
    if (current === null) return;
    current.stopTimer();
    this.#current = null;
    current.job.settle(outcome);
    if (outcome.kind === 'closed') return;
    this.#onIdle();
    if (this.isIdle) {
      this.#stopIdleTimer = this.#options.clock.setTimer(IDLE_MS, () => this.#rest());
    }
  }

  #rest(): void {
    const host = this.#host;
    this.#host = null;
    void host?.end();
  }
}
