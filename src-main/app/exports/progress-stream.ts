/** Work that tells how far it is, as a stream: the newest report alone waits for a slow listener. */
import type { Progress } from '@shared/contract/base';

export type Tell = (progress: Omit<Progress, 'isOver' | 'sentence'>) => void;

/** Ends with what the work answered. Who stops listening aborts `signal`'s work and waits until it has cleaned up. */
export async function* progressOf<End>(
  work: (tell: Tell, signal: AbortSignal) => Promise<End>,
  outer?: AbortSignal,
): AsyncGenerator<Progress | End> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  let latest: Progress | null = null;
  let wake = (): void => undefined;
  const tell: Tell = (progress) => {
    latest = { ...progress, isOver: false };
    wake();
  };
  const ending: { end: { readonly last: End } | { readonly error: unknown } | null } = { end: null };
  const running = work(tell, signal)
    .then(
      (last) => void (ending.end = { last }),
      (error: unknown) => void (ending.end = { error }),
    )
    .then(() => wake());
  try {
    while (ending.end === null) {
      if (latest !== null) {
        const report: Progress = latest;
        latest = null;
        yield report;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (latest !== null || ending.end !== null) {
          resolve();
        }
      });
    }
    if ('error' in ending.end) {
      if (signal.aborted) {
        return;
      }
      throw ending.end.error;
    }
    yield ending.end.last;
  } finally {
    stop.abort();
    await running;
  }
}
