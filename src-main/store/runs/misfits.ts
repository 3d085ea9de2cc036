/**
 * Answers that were paid for and do not fit their schema: each is kept with the attempt that got it, and a job names the
 * last one since it was asked anew. A pending job that names one asks for it mended, also after a restart.
 */
import { z } from 'zod';
import type { Repair } from '../../engine/ports';
import type { Db } from '../database/driver';
import { parseJson } from '../database/json-column';

export const MISFIT_SCHEMA = `
-- JSON of Repair: what was said, and why it does not fit.
ALTER TABLE attempts ADD COLUMN misfit TEXT;
-- The attempt whose misfit answer is to be mended, or was the last of a job that failed; null: none since it was asked anew.
ALTER TABLE jobs ADD COLUMN misfit_id INTEGER;
`;

/**
 * Of a job that is made pending again: one whose mended answer was lost, or not sent, goes on where it was; any other is
 * asked anew.
 */
export const MISFIT_AGAIN = `misfit_id = CASE WHEN state IN ('unknown', 'cancelled') THEN misfit_id END`;
/** Of a job that is asked for something else. */
export const NO_MISFIT = 'misfit_id = NULL';

const repairSchema = z.object({ text: z.string(), errors: z.array(z.string()) });

/** As its column holds it. One that cannot be read is damage, and reads as if there were none. */
export function repairOf(text: string | null): Repair | undefined {
  const parsed = text === null ? null : parseJson(text, repairSchema);
  return parsed?.kind === 'ok' ? parsed.value : undefined;
}

export function createMisfits(db: Db) {
  const ofJobs = db.prepare<{ id: number; misfit: string }>(
    `SELECT j.id, a.misfit FROM json_each(?) AS wanted CROSS JOIN jobs j ON j.id = wanted.value
     CROSS JOIN attempts a ON a.id = j.misfit_id WHERE j.state <> 'done' AND a.misfit IS NOT NULL`,
  );
  return (jobIds: readonly number[]): ReadonlyMap<number, Repair> =>
    new Map(
      ofJobs.all(JSON.stringify(jobIds)).flatMap(({ id, misfit }) => {
        const repair = repairOf(misfit);
        return repair === undefined ? [] : [[id, repair] as const];
      }),
    );
}
