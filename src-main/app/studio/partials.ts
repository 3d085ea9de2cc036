/** How far answers have come that still stream: the newest partial image of each job. */
export interface Partials {
  came(jobId: number, path: string): void;
  over(jobId: number): void;
  /** Counts from 1; undefined: none has come. */
  versionOf(jobId: number): number | undefined;
  /** Absolute. */
  pathOf(jobId: number): string | null;
}

export function createPartials(): Partials {
  const newest = new Map<number, { readonly path: string; readonly version: number }>();
  return {
    came(jobId, path) {
      newest.set(jobId, { path, version: (newest.get(jobId)?.version ?? 0) + 1 });
    },
    over: (jobId) => void newest.delete(jobId),
    versionOf: (jobId) => newest.get(jobId)?.version,
    pathOf: (jobId) => newest.get(jobId)?.path ?? null,
  };
}
