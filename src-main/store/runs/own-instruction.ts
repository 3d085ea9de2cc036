/** Jobs that ask for something of their own, and what becomes of a result that its job no longer shows. */

/** Between the parts of the digest of a job with an instruction of its own; no digest has this sign. */
const OWN = '+';

/**
 * In the digest of a job with an unknown outcome, between what its row asks for by now and what it was asked, where that
 * is something else; no digest has this sign.
 */
const ASKED = '*';

/** Of all that the row of such a job asks for. */
export function rowDigestOf(digest: string): string {
  const [row = digest] = nowOf(digest).split(OWN);
  return row;
}

const nowOf = (digest: string): string => digest.split(ASKED)[0] ?? digest;

/** What a job with an unknown outcome was asked, whatever its row is by now. */
export function askedOf(digest: string): string {
  return digest.slice(digest.indexOf(ASKED) + 1);
}

/** Of a job with an unknown outcome that was asked that, at a row of this digest. */
export function lostDigest(rowDigest: string, asked: string): string {
  return isSameAsk(asked, rowDigest) ? asked : `${rowDigest}${ASKED}${asked}`;
}

/** Whether a job with an unknown outcome was asked for what its row does not ask by now. A condition on jobs. */
export const IS_ELSEWHERE = `instr(digest, '${ASKED}') > 0`;

/** Its own instruction, for as long as its row is the one that it was asked of. A column of jobs `j`. */
export const OWN_OF_ROW = `CASE WHEN instr(j.digest, '${ASKED}') = 0 THEN j.instruction END AS instruction`;

/** Of such a job that goes again: what its row asks for, and nothing that was asked of another. Follows `UPDATE jobs SET`. */
export const ASK_OF_ROW = `digest = substr(digest, 1, instr(digest, '${ASKED}') - 1), instruction = NULL, misfit_id = NULL`;

/** What a job is told apart by: the same row with another instruction asks for something else. */
export function jobDigest(rowDigest: string, instruction: string | null): string {
  return instruction === null ? rowDigest : `${rowDigest}${OWN}${instruction.length}.${hashOf(instruction)}`;
}

/** Whether the row that the job of this digest is of asks for the same now. Else what was asked of it alone was of another. */
export function isSameAsk(digest: string, rowDigest: string): boolean {
  return rowDigestOf(digest) === rowDigest;
}

/** Of a job whose row is another by now: it asks for what that one says. Follows `UPDATE jobs SET`. */
export const NOTHING_OWN = 'instruction = NULL';

/** FNV-1a over UTF-16 units, 32 bits (Fowler, Noll, Vo): tells two instructions of one row apart, no secret hangs on it. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

const HIDDEN = `current = 0, review = (SELECT review FROM jobs WHERE jobs.id = results.job_id),
  is_own = (SELECT instruction IS NOT NULL FROM jobs WHERE jobs.id = results.job_id)`;

/** A result that a job no longer shows keeps what was said of it. Follows `UPDATE results SET`; a WHERE must follow. */
export const HIDE_RESULT = `${HIDDEN}, digest = NULL`;

/** The same of one whose row is another by now: whichever job asks for what it was asked may have it (set-aside.ts). */
export const SET_RESULT_ASIDE = `${HIDDEN},
  tags = (SELECT nullif(json_group_array(tag_id), '[]') FROM job_tags WHERE job_tags.job_id = results.job_id),
  digest = (SELECT substr(digest, 1, instr(digest || '${OWN}', '${OWN}') - 1) FROM jobs WHERE jobs.id = results.job_id)`;
