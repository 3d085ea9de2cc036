/**
 * Runs whose input is read and whose jobs are planned, before anything of them is sent. Who pauses or cancels one
 * meanwhile is heard: it is told to the preparation, and the run is never begun.
 */
import { deferred } from '../deferred';

export type Halt = 'paused' | 'cancelled';

export interface Preparation {
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
  halt: Halt | null;
  halted: Halt | null;
  readonly over: Promise<void>;
}

export interface Preparing {
  begin(): Preparation;
  has(runId: number): boolean;
  /** Resolves when none is under way any more. */
  over(runId: number): Promise<void>;
  /** Resolves, when all that are under way have ended, with whether the run stands as that asks for. */
  halt(runId: number, how: Halt): Promise<boolean>;
}

export function createPreparing(onChange: (runId: number) => void): Preparing {
  const all = new Set<Known>();
  const those = (runId: number): Known[] => [...all].filter((one) => one.runId === runId);

  async function over(runId: number): Promise<void> {
    await Promise.all(those(runId).map((one) => one.over));
  }

  return {
    begin() {
      const { promise, resolve } = deferred();
      const known: Known = { runId: null, halt: null, halted: null, over: promise };
      all.add(known);
      return {
        of(runId) {
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
    async halt(runId, how) {
      const met = those(runId);
      for (const one of met) {
        // Cancelled is cancelled, whoever pauses it after.
        one.halt = one.halt === 'cancelled' ? 'cancelled' : how;
      }
      await over(runId);
      return met.some(({ halted }) => halted === how);
    },
  };
}
