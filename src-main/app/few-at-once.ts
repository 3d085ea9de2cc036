/** Work that holds files open: a page of rows may name more of them than a process may open. */
export type FewAtOnce = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `limit` are under way; the rest begin in the order they came. */
export function createFewAtOnce(limit: number): FewAtOnce {
  const waiting: (() => void)[] = [];
  let underWay = 0;

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) {
      underWay -= 1;
    } else {
      // The place is handed on: whoever comes meanwhile finds none free.
      next();
    }
  }

  return async (work) => {
    if (underWay < limit) {
      underWay += 1;
    } else {
      await new Promise<void>((begin) => waiting.push(begin));
    }
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
