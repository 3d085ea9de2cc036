/** Ends a call in time and says why it ended, which an AbortError alone does not. */

export interface Deadline {
  readonly signal: AbortSignal;
  /** Null while nothing has cut the call short. */
  cause(): 'timeout' | 'stopped' | null;
  dispose(): void;
}

/** Aborts after `timeoutMs`, or at once with `stop`. */
export function createDeadline(timeoutMs: number, stop: AbortSignal): Deadline {
  const controller = new AbortController();
  let cause: 'timeout' | 'stopped' | null = null;
  const end = (why: 'timeout' | 'stopped'): void => {
    cause ??= why;
    controller.abort();
  };
  const onStop = (): void => end('stopped');
  const timer = setTimeout(() => end('timeout'), timeoutMs);
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) {
    onStop();
  }
  return {
    signal: controller.signal,
    cause: () => cause,
    dispose() {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
    },
  };
}
