/**
 * What this process wrote of the attempts under way, as far as it never changes: the usual end of one need not read it
 * back. How an attempt and its job stand is always asked of the database, by the statement that changes it.
 */

/** Where an attempt belongs and counts. */
export interface AttemptPlace {
  readonly job_id: number;
  readonly run_id: number;
  readonly endpoint_id: string;
  readonly key_id: string | null;
  readonly model: string;
  readonly sent_at: number;
  /** The most it may cost; null: nobody knows. */
  readonly price_micro_usd: number | null;
}

export interface OpenAttempts {
  add(attemptId: number, place: AttemptPlace): void;
  /** Once; undefined: the database knows. */
  take(attemptId: number): AttemptPlace | undefined;
}

/** More than are ever under way; those whose end never comes must not pile up. */
const MOST_KEPT = 10_000;

export function createOpenAttempts(mostKept = MOST_KEPT): OpenAttempts {
  const open = new Map<number, AttemptPlace>();
  return {
    add(attemptId, place) {
      if (open.size >= mostKept) {
        open.clear();
      }
      open.set(attemptId, place);
    },
    take(attemptId) {
      const place = open.get(attemptId);
      open.delete(attemptId);
      return place;
    },
  };
}
