/** So many at once, the others in the order they came; who leaves the queue is never let in. */

export interface Turnstile {
  /** Null: `signal` was aborted first, or it was closed. */
  enter(signal: AbortSignal): Promise<(() => void) | null>;
  /** From now on. */
  widen(limit: number): void;
  /** Nobody is let in from now on. */
  close(): void;
  /** Inside and waiting. */
  readonly count: number;
}

export function createTurnstile(given: number): Turnstile {
  const waiting = new Map<() => void, () => void>();
  let isClosed = false;
  let limit = given;
  let inside = 0;

  function admit(): void {
    for (const next of waiting.keys()) {
      if (inside >= limit) {
        return;
      }
      waiting.delete(next);
      inside += 1;
      next();
    }
  }

  function leave(): () => void {
    let isInside = true;
    return () => {
      if (isInside) {
        isInside = false;
        inside -= 1;
        admit();
      }
    };
  }

  return {
    enter: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted || isClosed) {
          resolve(null);
          return;
        }
        const quit = (): void => {
          signal.removeEventListener('abort', quit);
          waiting.delete(come);
          resolve(null);
        };
        const come = (): void => {
          signal.removeEventListener('abort', quit);
          resolve(leave());
        };
        signal.addEventListener('abort', quit, { once: true });
        waiting.set(come, quit);
        admit();
      }),
    widen(next) {
      limit = next;
      admit();
    },
    close() {
      isClosed = true;
      [...waiting.values()].forEach((quit) => quit());
    },
    get count() {
      return inside + waiting.size;
    },
  };
}
