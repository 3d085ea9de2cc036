/** Work for somebody who looks at one thing after the other: one at a time, the newest wish first, old ones dropped. */

/** Null: so many others were wished for meanwhile that nobody looks at it any more. What it throws is the caller's. */
export type NewestFirst = <T>(work: () => Promise<T>) => Promise<T | null>;

export function createNewestFirst(mostWaiting: number): NewestFirst {
  /** The newest last. */
  const waiting: { begin(): Promise<void>; drop(): void }[] = [];
  let isBusy = false;

  function next(): void {
    const job = isBusy ? undefined : waiting.pop();
    if (job === undefined) return;
    isBusy = true;
    void job.begin().finally(() => {
      isBusy = false;
      next();
    });
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push({ begin: () => work().then(resolve, reject), drop: () => resolve(null) });
      if (waiting.length > mostWaiting) waiting.shift()?.drop();
      next();
    });
}
