/**
 * The places that a session's requests hold among those of others. A place serves whichever of them is leased next, if
 * it is for the same: else one at the head would wait for a place that another behind it holds.
 */
import type { SharedBound } from '../../engine/runs/shared-bound';

/** One request's place. */
export interface Pass {
  /** Those of one name wait for the same. */
  readonly group: string;
  readonly isHeld: boolean;
  /** Whether it has a place now; false: it stands in line for one. */
  take(): boolean;
  /** It has to wait for something else than a place, and holds none meanwhile. */
  rest(): void;
  /** Its request is answered. */
  leave(): void;
  /** The place that this one holds is the other's, before all who stand in line. */
  yieldTo(other: Pass): void;
  /** It has stood in line, and holds a place now. */
  onGranted(listener: () => void): void;
}

interface Passes extends SharedBound {
  /** Its request waits for its lease from here on. */
  came(pass: Pass): void;
}

export function createPasses(passOf: (jobId: number) => Pass | undefined): Passes {
  /** Those that may hold a place without being leased. */
  const unleased = new Set<Pass>();
  const listeners = new Set<() => void>();
  const tell = (): void => listeners.forEach((listener) => listener());

  function spare(group: string): Pass | undefined {
    for (const pass of unleased) {
      if (pass.isHeld && pass.group === group) {
        return pass;
      }
    }
    return undefined;
  }

  return {
    came(pass) {
      unleased.add(pass);
      pass.onGranted(() => {
        unleased.add(pass);
        tell();
      });
    },
    groupOf: (jobId) => passOf(jobId)?.group ?? '',
    mayLeave(jobId) {
      const pass = passOf(jobId);
      if (pass === undefined || pass.isHeld) {
        return true;
      }
      spare(pass.group)?.yieldTo(pass);
      const mayLeave = pass.take();
      if (mayLeave) {
        unleased.add(pass);
      }
      return mayLeave;
    },
    left(jobId) {
      const pass = passOf(jobId);
      if (pass !== undefined) {
        unleased.delete(pass);
      }
    },
    answered: (jobId) => passOf(jobId)?.leave(),
    waits: (jobId) => passOf(jobId)?.rest(),
    turnOver() {
      const left = [...unleased];
      unleased.clear();
      for (const pass of left.filter(({ isHeld }) => isHeld)) {
        pass.rest();
      }
    },
    onFree(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
