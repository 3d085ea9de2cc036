/**
 * Runs whose input is read and whose jobs are planned, before anything of them is sent. Who pauses or cancels one
 * meanwhile is heard: it is told to the preparation, and the run is never begun.
 */
import { deferred } from '../../deferred';

export type Halt = 'paused' | 'cancelled';

export interface Preparation {
  /** Who pauses or cancels this run is heard from here on, and does not wait for this: it waits for that run itself. */
  hears(this: void, runId: number): void;
  /** The run that it is about; known late where it is yet to be made. */
  of(this: void, runId: number): void;
  /** What a person wants of it by now; null: that it goes on. */
  halt(this: void): Halt | null;
  /** It was carried out: its run stands as that asks for. */
  halted(this: void, how: Halt): void;
  /** Begun, or given up. */
  end(this: void): void;
}

interface Known {
  runId: number | null;
  heard: number | null;
  halt: Halt | null;
  halted: Halt | null;
  readonly over: Promise<void>;
}

export interface HaltOfAll {
  /** Of those that were told so by this and by nothing else before. */
  runIds(): readonly number[];
  end(): void;
}

export interface Preparing {
  begin(): Preparation;
  has(runId: number): boolean;
  /** Resolves when none is under way any more. */
  over(runId: number): Promise<void>;
  /** Resolves when all that hear of the run have ended: it may be under way then; null: there are none. */
  coming(runId: number): Promise<unknown> | null;
  /** The same of all, whichever run they are about. */
  allComing(): Promise<unknown> | null;
  /** Resolves, when all that are under way have ended, with whether the run stands as that asks for. */
  halt(runId: number, how: Halt): Promise<boolean>;
  /** Resolves when all that were told so have ended, also those that only hear of the run. */
  haltOver(runId: number): Promise<unknown>;
  /** All are told to pause, also those that begin before its end. */
  haltAll(): HaltOfAll;
}

export function createPreparing(onChange: (runId: number) => void): Preparing {
  const all = new Set<Known>();
  /** Whom each halt of all has told. */
  const halts = new Set<Known[]>();
  const those = (runId: number): Known[] => [...all].filter((one) => one.runId === runId);
  const hearing = (runId: number): Known[] => [...all].filter(({ heard }) => heard === runId);
  const ends = (some: readonly Known[]): Promise<unknown> | null =>
    some.length === 0 ? null : Promise.all(some.map((one) => one.over));

  async function over(runId: number): Promise<void> {
    await Promise.all(those(runId).map((one) => one.over));
  }

  return {
    begin() {
      const { promise, resolve } = deferred();
      const known: Known = {
        runId: null,
        heard: null,
        halt: halts.size > 0 ? 'paused' : null,
        halted: null,
        over: promise,
      };
      all.add(known);
      halts.forEach((told) => told.push(known));
      return {
        hears(runId) {
          known.heard = runId;
        },
        of(runId) {
          known.heard = runId;
          if (known.runId !== runId) {
            known.runId = runId;
            onChange(runId);
          }
        },
        halt: () => known.halt,
        halted(how) {
          known.halted = how;
        },
        end() {
          all.delete(known);
          resolve();
          if (known.runId !== null) {
            onChange(known.runId);
          }
        },
      };
    },
    has: (runId) => those(runId).length > 0,
    over,
    coming: (runId) => ends(hearing(runId)),
    allComing: () => ends([...all]),
    async halt(runId, how) {
      const met = hearing(runId);
      for (const one of met) {
        // Cancelled is cancelled, whoever pauses it after.
        one.halt = one.halt === 'cancelled' ? 'cancelled' : how;
      }
      await over(runId);
      return met.some(({ halted }) => halted === how);
    },
    haltOver: (runId) => Promise.all(hearing(runId).flatMap((one) => (one.halt === null ? [] : one.over))),
    haltAll() {
      const told = [...all].filter(({ halt }) => halt === null);
      halts.add(told);
      told.forEach((one) => {
        one.halt = 'paused';
      });
      return {
        runIds: () => told.flatMap(({ runId, halt }) => (halt === 'paused' ? (runId ?? []) : [])),
        end: () => void halts.delete(told),
      };
    },
  };
}
