/**
 * Jobs whose results were deleted for good. They are cancelled, and stay so when others that were cancelled are sent
 * again: who emptied the trash would pay for the same pictures once more. Only who chooses them has them sent.
 */

/** Where others have the time at which they came into the trash. */
const EMPTIED_AT = -1;

/** The trash lists what lies in it, and a run counts what was emptied of it, however much of the other kind there is. */
export const EMPTIED_SCHEMA = `
DROP INDEX jobs_trashed;
CREATE INDEX jobs_trashed ON jobs (id) WHERE trashed_at >= 0;
CREATE INDEX jobs_emptied ON jobs (run_id) WHERE trashed_at = ${EMPTIED_AT};
`;

/** Conditions on jobs; of the first the number of one run is quick to count. */
export const IS_EMPTIED = `trashed_at = ${EMPTIED_AT}`;
export const IN_TRASH = 'trashed_at >= 0';

/** Follows `UPDATE jobs SET`. */
export const EMPTY_JOB = `state = 'cancelled', result_id = NULL, review = NULL, failure = NULL, trashed_at = ${EMPTIED_AT}`;

/**
 * Of a job that leaves its run with its row what it was asked is forgotten; not so here: it stays emptied if the row is back
 * and asks the same. Follows `UPDATE jobs SET`.
 */
export const LEAVE_ASK = `digest = CASE WHEN ${IS_EMPTIED} THEN digest ELSE '' END,
  instruction = CASE WHEN ${IS_EMPTIED} THEN instruction END, trashed_at = CASE WHEN ${IS_EMPTIED} THEN trashed_at END`;

/** A condition on jobs. */
export const NOT_EMPTIED = `trashed_at IS NOT ${EMPTIED_AT}`;

/** Whether a job lies in the trash, by the time at which it came there. */
export function isInTrash(trashedAt: number | null): boolean {
  return trashedAt !== null && trashedAt !== EMPTIED_AT;
}
