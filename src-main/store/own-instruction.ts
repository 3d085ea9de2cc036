/** Jobs that ask for something of their own, and what becomes of a result that its job no longer shows. */

/** Follows the digest of the row in that of a job with an instruction of its own; no digest has this sign. */
const OWN = '+';

export function withoutOwn(digest: string): string {
  return digest.split(OWN)[0] ?? digest;
}

/** What a job is told apart by: the same row with another instruction asks for something else. */
export function jobDigest(rowDigest: string, instruction: string | null): string {
  return instruction === null ? rowDigest : `${rowDigest}${OWN}${instruction.length}.${hashOf(instruction)}`;
}

/** FNV-1a over UTF-16 units, 32 bits (Fowler, Noll, Vo): tells two instructions of one row apart, no secret hangs on it. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

/** A result that a job no longer shows keeps what was said of it. Follows `UPDATE results SET`; a WHERE must follow. */
export const HIDE_RESULT = `current = 0, review = (SELECT review FROM jobs WHERE jobs.id = results.job_id),
  is_own = (SELECT instruction IS NOT NULL FROM jobs WHERE jobs.id = results.job_id)`;
