/**
 * Words of reviewers' notes are searched like those of instructions and columns. A note is of one job and not of its row:
 * a job with one has a document of its own, as a job with an instruction of its own has.
 */
import type { Db } from '../database/driver';

/** As it can be typed before a colon. */
export const NOTE_COLUMN = 'note';

/** Of a job `j`; null: there is none. */
export const NOTE = `nullif(j.review ->> 'note', '')`;

/** Of a job `j`. */
export const HAS_OWN_WORDS = `(j.instruction IS NOT NULL OR ${NOTE} IS NOT NULL)`;

/** Notes that were written before they could be searched. */
export const NOTE_WORDS_SCHEMA = `
INSERT OR IGNORE INTO gallery_stale (job_id)
  SELECT j.id FROM jobs j WHERE CASE WHEN json_valid(j.review) THEN ${NOTE} END IS NOT NULL;
`;

/**
 * Call where a note is written, within the same transaction: a trigger would make each job that is done cost more. A note
 * that goes leaves its document behind, which nobody asks for any more.
 */
export function createNoteWords(db: Db): (jobId: number) => void {
  const mark = db.prepare('INSERT OR IGNORE INTO gallery_stale (job_id) VALUES (?)');
  return (jobId) => void mark.run(jobId);
}
