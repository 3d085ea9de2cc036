/** How runs come to a stand: a person pauses them, jobs of theirs are to go again, or the program ends. */
import type { Run } from '@shared/model/run';
import type { Scheduler } from '../../engine/runs/scheduler';
import { deferred } from '../../deferred';
import { Refusal } from '../../refusal';
import type { StoredRun } from '../../store/store';
import type { Preparing } from '../planning/preparing';
import { type ActiveRun, goingOn, type StartExtras } from './run-start';

export interface StopParts {
  /** The runs that are under way. */
  readonly active: ReadonlyMap<number, Pick<ActiveRun, 'extras' | 'over' | 'isPaused'>>;
  readonly preparing: Preparing;
  readonly scheduler: Pick<Scheduler, 'stop'>;
  /** What is about to be under way. */
  readonly starting: {
    underWay(runId: number): Promise<unknown> | undefined;
    all(): readonly Promise<unknown>[];
  };
  found(runId: number): Promise<StoredRun>;
  view(run: StoredRun): Promise<Run>;
  /** As if it had not been stopped. */
  goOn(runId: number): Promise<unknown>;
}

export interface StopAll {
  /** Who asked those is answered first. */
  readonly butSessions?: boolean;
  /** It is taken back: what was stopped by it goes on. */
  readonly signal?: AbortSignal;
}

export function createStops({ active, preparing, scheduler, starting, found, view, goOn }: StopParts) {
  /** Who has all runs stopped, and waits for it. */
  let stopping = 0;
  let isClosed = false;
  /** Which runs each of them has stopped; who pauses one of these by itself wants it so, whatever is taken back. */
  const standing = new Set<Set<number>>();

  /** Stops sending; resolves when what was in flight has ended and the tables are written. */
  async function stop(runId: number): Promise<Run> {
    const isHalted = preparing.halt(runId, 'paused');
    active.get(runId)?.extras.stopPlanning?.();
    if (!active.has(runId)) {
      await isHalted;
      await preparing.over(runId);
      await starting.underWay(runId)?.catch(() => undefined);
    }
    const one = active.get(runId);
    if (one !== undefined) {
      one.isPaused = true;
    }
    await rest(runId);
    // Jobs that were to go again wait for that, and stand now.
    await preparing.haltOver(runId);
    return view(await found(runId));
  }

  /** For jobs of it that are to go again. Answers what it is to go on with then; null: it stood still. */
  async function interrupt(runId: number): Promise<StartExtras | null> {
    await (active.has(runId) ? undefined : preparing.over(runId));
    return rest(runId);
  }

  /**
   * The same. Whoever prepares the run is not waited for: it may wait for the turn of the folder that the caller has. Of
   * one that somebody had paused by then nothing goes on, though its requests in flight are yet to end.
   */
  async function rest(runId: number): Promise<StartExtras | null> {
    // One that is about to start would go on as if nobody had said so; that it cannot is its starter's concern.
    await starting.underWay(runId)?.catch(() => undefined);
    const one = active.get(runId);
    if (one === undefined) {
      return null;
    }
    // Who pauses it later is told to the preparation, and the run stands with what it was started with.
    const { isPaused = false } = one;
    one.extras.onStop?.();
    await scheduler.stop(runId);
    await one.over;
    return isPaused ? null : goingOn(one.extras);
  }

  /** Resolves when the run has ended or paused. */
  const over = (runId: number): Promise<void> => active.get(runId)?.over ?? Promise.resolve();

  /** The same, but for one that stops only to go on: as jobs of it are sent again. */
  async function still(runId: number): Promise<void> {
    for (;;) {
      await over(runId);
      const coming = preparing.coming(runId);
      if (coming === null && !active.has(runId)) {
        return;
      }
      await coming;
    }
  }

  /** Once it stands still; whoever else has ended it, or what it needs is gone, leaves it so. */
  async function goOnAfter(runId: number): Promise<void> {
    await over(runId);
    await preparing.over(runId);
    const { state } = await found(runId);
    if (state.kind === 'paused' && state.failure === undefined) {
      await goOn(runId);
    }
  }

  async function goOnAll(stopped: ReadonlySet<number>): Promise<void> {
    await Promise.all([...stopped].map((runId) => goOnAfter(runId).catch(() => undefined)));
  }

  /** Answers those that would go on if it had not been for this: neither sessions nor what others carry out. */
  async function standAll({ butSessions = false, signal }: StopAll): Promise<Set<number>> {
    const isMeant = ({ extras }: Pick<ActiveRun, 'extras'>): boolean =>
      !butSessions || extras.isSession !== true;
    const halt = preparing.haltAll();
    stopping += 1;
    const stopped = new Set<number>();
    standing.add(stopped);
    const left = (): readonly number[] =>
      [...active].flatMap(([runId, one]) => (isMeant(one) ? [runId] : []));
    const stopOne = (runId: number): Promise<unknown> => {
      const { isPaused, extras } = active.get(runId) ?? { extras: {} };
      if (isPaused !== true && extras.isSession !== true && extras.borrower === undefined) {
        stopped.add(runId);
      }
      return stop(runId);
    };
    const takenBack = deferred();
    const takeBack = (): void => takenBack.resolve();
    signal?.addEventListener('abort', takeBack);
    try {
      do {
        const all = Promise.all([
          ...left().map(stopOne),
          ...starting.all().map(settled),
          preparing.allComing(),
        ]);
        await Promise.race([all, takenBack.promise]);
      } while (
        signal?.aborted !== true &&
        (left().length > 0 || starting.all().length > 0 || preparing.allComing() !== null)
      );
    } finally {
      stopping -= 1;
      halt.end();
      signal?.removeEventListener('abort', takeBack);
    }
    halt.runIds().forEach((runId) => stopped.add(runId));
    return stopped;
  }

  return {
    stop(runId: number): Promise<Run> {
      standing.forEach((stopped) => stopped.delete(runId));
      return stop(runId);
    },
    interrupt,
    rest,
    over,
    still,
    /**
     * Stops every run, also those that are being prepared, in order that nothing is lost: none starts meanwhile.
     */
    async stopAll(how: StopAll = {}): Promise<void> {
      const { signal } = how;
      if (signal?.aborted === true) {
        return;
      }
      const stopped = await standAll(how);
      if (signal === undefined || signal.aborted) {
        await (signal === undefined ? undefined : goOnAll(stopped));
        standing.delete(stopped);
      } else {
        // Whoever stops them may wait for more than these.
        signal.addEventListener('abort', () => void goOnAll(stopped), { once: true });
      }
    },
    /** The same for good. */
    async close(): Promise<void> {
      isClosed = true;
      await standAll({});
    },
    /** Where all are stopped: one that is prepared hears of it by that. Throws a Refusal. */
    refuseWhileStopping({ preparation, isSession }: StartExtras): void {
      const isMeant = isClosed || (stopping > 0 && isSession !== true);
      if (isMeant && preparation === undefined) {
        throw new Refusal('BAD_INPUT', 'All runs are being stopped: start this one when that is done.');
      }
    },
  };
}

const settled = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);
