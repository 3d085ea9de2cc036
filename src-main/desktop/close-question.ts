/**
 * What closing the window asks, and what follows: the last answer counts. Who chose to finish may close again and choose to
 * stop, or to stay after all.
 */
import type { UnderWay } from './closing-sentence';

export type CloseChoice = 'finish' | 'stop' | 'stay';

/** Whether its user has closed the program, which can be taken back while requests in flight end. */
export interface Leaving {
  isUnderWay: boolean;
}

export interface CloseParts {
  readonly leaving: Leaving;
  underWay(): Promise<UnderWay>;
  choose(under: UnderWay): Promise<CloseChoice>;
  /** Resolves when all requests in flight have ended. Taken back by the signal, what was stopped goes on. */
  finish(signal: AbortSignal): Promise<void>;
  stopNow(): Promise<void>;
  /** Closes the window for good. */
  leave(): void;
  onError(error: unknown): void;
}

/** Called when somebody closes the window; answers whether it may close. */
export function createCloseQuestion(parts: CloseParts): () => boolean {
  let state: 'open' | 'asking' | 'finishing' | 'leaving' = 'open';
  let finishing = new AbortController();

  async function ask(): Promise<void> {
    // Who closes again does not want to wait for whoever is still being answered.
    const isAgain = state === 'finishing';
    enter('asking');
    const under = await parts.underWay();
    const choice = under.runs === 0 && !isAgain ? 'finish' : await parts.choose(under);
    switch (choice) {
      case 'stay':
        enter('open');
        finishing.abort();
        finishing = new AbortController();
        return;
      case 'stop':
        enter('leaving');
        await parts.stopNow();
        return;
      case 'finish':
        enter('finishing');
        await parts.finish(finishing.signal);
        if (isStill('finishing')) {
          leave();
        }
    }
  }

  function enter(next: typeof state): void {
    state = next;
    parts.leaving.isUnderWay = next === 'finishing' || next === 'leaving';
  }

  // Another close may have been answered meanwhile, which the compiler cannot know.
  const isStill = (expected: typeof state): boolean => state === expected;

  function leave(): void {
    enter('leaving');
    parts.leave();
  }

  return () => {
    if (state !== 'leaving' && state !== 'asking') {
      ask().catch((error: unknown) => {
        parts.onError(error);
        if (!isStill('open')) {
          leave();
        }
      });
    }
    return isStill('leaving');
  };
}
