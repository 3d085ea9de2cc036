/** What became of requests that a program had asked of an owner of its library that died. */
import type { ProgramAnswer } from '../app/program-place';
import { LOST } from '../app/sessions/answer-of';
import { type OpenPlace, OwnerGone } from './place';

export interface LeftAsk {
  /** In the library with it, and another each time it is asked. */
  token: string;
  /** In the library of that owner; null: nobody told. */
  jobId: number | null;
  settle(answer: ProgramAnswer): void;
}

type Place = Pick<OpenPlace, 'owner' | 'jobsOf' | 'endsOf'>;

export const LOST_ANSWER = { kind: 'failed', failure: LOST } as const;

/**
 * Nobody heard what became of these: the library knows, and of what it does not know it may have been sent. Those that
 * never left are not settled: they may be asked anew. False: this owner is gone, too, and the next is to tell.
 */
export async function settleLeft(
  place: Place,
  left: readonly LeftAsk[],
  deadOwner: string,
): Promise<boolean> {
  try {
    const unheard = left.filter(({ jobId }) => jobId === null);
    const never = await findJobs(place, unheard, deadOwner);
    const jobIds = left.flatMap(({ jobId }) => jobId ?? []);
    const ends = jobIds.length === 0 ? null : await place.endsOf(jobIds);
    for (const one of left.filter((asked) => !never.has(asked))) {
      const end = one.jobId === null ? LOST_ANSWER : ends?.get(one.jobId);
      if (end !== undefined) {
        one.settle(end);
      }
    }
    return true;
  } catch (error) {
    if (error instanceof OwnerGone) {
      return false;
    }
    throw error;
  }
}

/**
 * Of which nobody heard whether the library has them; answers those that it never had. Where their owner is alive after
 * all, it may just be writing them.
 */
async function findJobs(
  place: Place,
  unheard: readonly LeftAsk[],
  deadOwner: string,
): Promise<ReadonlySet<LeftAsk>> {
  const jobs = unheard.length === 0 ? null : await place.jobsOf(unheard.map(({ token }) => token));
  for (const one of unheard) {
    one.jobId = jobs?.get(one.token) ?? null;
  }
  return new Set(place.owner === deadOwner ? [] : unheard.filter(({ token }) => jobs?.get(token) === null));
}
