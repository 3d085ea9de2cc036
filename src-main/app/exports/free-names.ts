/** Names of files in one folder: each is given out once, also where upper and lower case are the same. */

export interface FreeNames {
  /** `stem` with this extension, or with `-2`, `-3` … before it where that name is taken. */
  take(stem: string, extension: string): string;
}

export function createFreeNames(): FreeNames {
  const taken = new Set<string>();
  const counters = new Map<string, number>();
  return {
    take(stem, extension) {
      const wanted = `${stem}${extension}`.toLowerCase();
      let name = `${stem}${extension}`;
      for (let n = counters.get(wanted) ?? 2; taken.has(name.toLowerCase()); n += 1) {
        name = `${stem}-${n}${extension}`;
        counters.set(wanted, n + 1);
      }
      taken.add(name.toLowerCase());
      return name;
    },
  };
}
