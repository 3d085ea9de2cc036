/** Jobs that ask for something of their own, and what becomes of a result that its job no longer shows. */

/** Between the parts of the digest of a job with an instruction of its own; no digest has this sign. */
const OWN = '+';

/** Digests of what a row asks for, as its job was planned or asked. */
export interface RowAsk {
  /** All of it. */
  readonly digest: string;
  /** Without what the run's instruction says of it, which a job with its own does not ask; absent: not known. */
  readonly rest?: string | undefined;
}

/** Of the job of such a digest; the rest is known only of one with an instruction of its own. */
export function rowAskOf(digest: string): RowAsk {
  const [row = digest, , rest] = digest.split(OWN);
  return { digest: row, rest };
}

/** What a job is told apart by: the same row with another instruction asks for something else. */
export function jobDigest({ digest, rest }: RowAsk, instruction: string | null): string {
  if (instruction === null) {
    return digest;
  }
  const own = `${digest}${OWN}${instruction.length}.${hashOf(instruction)}`;
  return rest === undefined ? own : `${own}${OWN}${rest}`;
}

/** Whether the job of this digest asks for what its row asks for now. Its own instruction stays, whatever the run's says. */
export function isSameAsk(digest: string, row: RowAsk, instruction: string | null): boolean {
  const before = rowAskOf(digest);
  return instruction === null || before.rest === undefined || row.rest === undefined
    ? before.digest === row.digest
    : before.rest === row.rest;
}

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
