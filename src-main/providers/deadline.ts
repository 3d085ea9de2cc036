/** Ends a call in time and says why it ended, which an AbortError alone does not. */

export interface Deadline {
  readonly signal: AbortSignal;
  /** The time runs from here. */
  start(timeoutMs: number): void;
  /** Null while nothing has cut the call short. */
  cause(): 'timeout' | 'stopped' | null;
  dispose(): void;
}

/** Aborts when its time is over, or at once with `stop`. */
export function createDeadline(stop: AbortSignal): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let cause: 'timeout' | 'stopped' | null = null;
  const end = (why: 'timeout' | 'stopped'): void => {
    cause ??= why;
    controller.abort();
  };
  const onStop = (): void => end('stopped');
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) {
    onStop();
  }
  return {
    signal: controller.signal,
    start(timeoutMs) {
      timer = setTimeout(() => end('timeout'), timeoutMs);
    },
    cause: () => cause,
    dispose() {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
    },
  };
}
