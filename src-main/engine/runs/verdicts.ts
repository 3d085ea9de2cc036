/**
 * What the pool last said of each choice of a lane: the model itself first, then the fallbacks in their order. A
 * fallback is asked for only when everything before it is out, so that the first choice is preferred as soon as it is
 * back.
 */
import type { Never, Wait } from '../pool/pool';

export type Verdict = Wait | Never;

export class Verdicts {
  private readonly said: (Verdict | null)[];

  constructor(choices: number) {
    this.said = Array.from({ length: choices }, () => null);
  }

  /** The choice to ask for now; null: none, what was said still holds. */
  nextChoice(now: number): number | null {
    for (const [choice, verdict] of this.said.entries()) {
      if (verdict === null || isOver(verdict, now)) {
        return choice;
      }
      if (!isOut(verdict)) {
        return null;
      }
    }
    return null;
  }

  /** The choice that serves the lane, or will as soon as its wait is over: the first that is not out. */
  inUse(now: number): number {
    const choice = this.said.findIndex(
      (verdict) => verdict === null || isOver(verdict, now) || !isOut(verdict),
    );
    return Math.max(0, choice);
  }

  /** What holds the lane back, in the order of its choices; what stands behind one that is not out does not count. */
  holding(): readonly Verdict[] {
    const holding: Verdict[] = [];
    for (const verdict of this.said) {
      if (verdict === null) {
        break;
      }
      holding.push(verdict);
      if (!isOut(verdict)) {
        break;
      }
    }
    return holding;
  }

  note(choice: number, verdict: Verdict | null): void {
    this.said[choice] = verdict;
  }

  /** The pool has changed: everything it said may be over. */
  forget(): void {
    this.said.fill(null);
  }
}

function isOver(verdict: Verdict, now: number): boolean {
  return verdict.kind === 'wait' && verdict.until <= now;
}

/** Whether the next choice may serve in its stead. */
function isOut(verdict: Verdict): boolean {
  return verdict.kind === 'never' || verdict.allOut;
}
