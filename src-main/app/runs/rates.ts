/** How fast a run goes: results in the last 30 s, on the monotonic clock. */
const WINDOW_MS = 30_000;

export function createRateMeter(now: () => number) {
  let stamps: number[] = [];
  let startedAt = now();

  function trim(): void {
    const from = now() - WINDOW_MS;
    const first = stamps.findIndex((stamp) => stamp >= from);
    stamps = first < 0 ? [] : stamps.slice(first);
  }

  return {
    restart(): void {
      stamps = [];
      startedAt = now();
    },
    count(): void {
      stamps.push(now());
      if (stamps.length > 20_000) {
        trim();
      }
    },
    /** Results per second; 0 before the first. */
    perSecond(): number {
      trim();
      const span = Math.min(WINDOW_MS, Math.max(1000, now() - startedAt));
      return (stamps.length * 1000) / span;
    },
  };
}
