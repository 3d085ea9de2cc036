/** A transport without a network: bodies take time to leave, reach the provider late, and are answered as told. */
import type { Failure } from '@shared/model/failure';
import type { AttemptOutcome, AttemptStart, Clock, Lease, Random, ReceivedFile, Transport } from '../ports';
import type { MemoryJournal } from './memory-journal';

/** What the provider does with a request; `throw`: the transport itself breaks. */
export type Answer =
  | { readonly kind: 'ok' }
  | { readonly kind: 'throw' }
  | Exclude<AttemptOutcome, { readonly kind: 'done' }>;

export interface Arrival {
  readonly at: number;
  readonly jobId: number;
  readonly endpointId: string;
  readonly keyId: string | null;
}

export interface SimulatedProviderOptions {
  readonly clock: Clock;
  /** What the provider counts by, and the network between; absent: `clock`. */
  readonly world?: Pick<Clock, 'now' | 'setTimer'>;
  /** False: the process that sends has died; its requests still arrive, but nobody hears of them. */
  isAlive?(): boolean;
  readonly random: Random;
  readonly journal: MemoryJournal;
  /** Decided before anything leaves: whether a byte of the body does is part of it. */
  answer(attempt: AttemptStart, lease: Lease, number: number): Answer;
  /** Decided as the request arrives, by the provider's clock; null: `answer` stands. */
  arrived?(attempt: AttemptStart, at: number): Answer | null;
  /** From arrival to the end of the answer. */
  latencyMs?(answer: Answer): number;
}

export interface SimulatedProvider extends Transport {
  readonly arrivals: readonly Arrival[];
  /** Most requests under way at once, by run. */
  readonly peaks: ReadonlyMap<number, number>;
  readonly inFlight: number;
  inFlightOf(runId: number): number;
}

const UPLOAD_MS = { least: 10, most: 120 };

export function createSimulatedProvider(options: SimulatedProviderOptions): SimulatedProvider {
  const { clock, random, journal, world = clock } = options;
  const arrivals: Arrival[] = [];
  const peaks = new Map<number, number>();
  const byRun = new Map<number, number>();
  let inFlight = 0;

  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));
  const pauseOutside = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      world.setTimer(ms, resolve);
    });

  function count(runId: number, change: number): void {
    inFlight += change;
    const now = (byRun.get(runId) ?? 0) + change;
    byRun.set(runId, now);
    peaks.set(runId, Math.max(peaks.get(runId) ?? 0, now));
  }

  return {
    arrivals,
    peaks,
    get inFlight() {
      return inFlight;
    },
    inFlightOf: (runId) => byRun.get(runId) ?? 0,
    async send(attempt, _job, lease, hooks) {
      if (!journal.open.has(attempt.attemptId)) {
        throw new Error(`attempt ${attempt.attemptId} is sent before it is journalled`);
      }
      count(attempt.runId, 1);
      await pause(random() * 50);
      let answer = options.answer(attempt, lease, arrivals.length);
      const left = answer.kind !== 'failed' || answer.failure.bodySent !== false;
      if (left) {
        hooks.bodySent(clock.now());
        await pauseOutside(UPLOAD_MS.least + random() * (UPLOAD_MS.most - UPLOAD_MS.least));
        const { jobId, endpointId, keyId } = attempt;
        const at = world.now();
        arrivals.push({ at, jobId, endpointId, keyId });
        answer = options.arrived?.(attempt, at) ?? answer;
        await pauseOutside(options.latencyMs?.(answer) ?? 500 + random() * 1_000);
      }
      if (options.isAlive?.() === false) {
        return forever();
      }
      count(attempt.runId, -1);
      hooks.answered();
      if (answer.kind === 'throw') {
        throw new Error('the transport broke');
      }
      if (answer.kind !== 'ok') {
        return answer;
      }
      const file = fileOf(attempt);
      await hooks.received(file);
      return { kind: 'done', file, usage: {}, costUsd: null };
    },
  };
}

export function failed(failure: Failure): Answer {
  return { kind: 'failed', failure };
}

/** Most arrivals in any span of `spanMs`, as the provider's clock sees them. */
export function peakIn(arrivals: readonly Arrival[], spanMs: number): number {
  const times = arrivals.map(({ at }) => at).sort((one, other) => one - other);
  let peak = 0;
  let first = 0;
  for (const [place, at] of times.entries()) {
    while (at - (times[first] ?? 0) >= spanMs) {
      first += 1;
    }
    peak = Math.max(peak, place - first + 1);
  }
  return peak;
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}

function fileOf(attempt: AttemptStart): ReceivedFile {
  return {
    fileName: `${attempt.jobId}.png`,
    sha256: String(attempt.attemptId),
    mimeType: 'image/png',
    width: 1,
    height: 1,
    sizeBytes: 1,
  };
}
