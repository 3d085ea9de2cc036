/**
 * Words on their way to the library. Several of one result may be under way at once, and each carries all that was said
 * before it: what becomes of one that is refused depends on those behind it.
 */
import type { Review } from '@shared/model/review';
import { restored, unsaid } from './review-session';
import type { ReviewSession, Said, Step } from './review-session';

/** A step, and the sitting before it. */
interface Word {
  readonly step: Step;
  readonly before: ReviewSession;
}

export interface ReviewSaves {
  sent(step: Step): void;
  saved(step: Step): void;
  /** The sitting without what was refused. */
  refused(session: ReviewSession, word: Word): ReviewSession;
}

export function createReviewSaves(): ReviewSaves {
  /** What the library holds of a result. */
  const held = new Map<number, Review>();
  /** The last word about a job. */
  const last = new Map<number, Step>();
  /** Refused words about a job that a later one carries, while nobody knows what becomes of that one. */
  const carried = new Map<number, readonly Word[]>();

  return {
    sent(step) {
      const { said } = step;
      last.set(said.jobId, step);
      if (said.kind === 'review' && !held.has(said.resultId)) {
        held.set(said.resultId, said.before);
      }
    },
    saved({ said }) {
      if (said.kind === 'review') {
        held.set(said.resultId, said.after);
        carried.delete(said.jobId);
      }
    },
    refused(session, word) {
      const { said } = word.step;
      const words = [...(carried.get(said.jobId) ?? []), word];
      const latest = last.get(said.jobId);
      if (latest !== undefined && latest !== word.step && carries(latest.said, said)) {
        carried.set(said.jobId, words);
        return session;
      }
      carried.delete(said.jobId);
      const back = words.reduceRight((now, { step, before }) => unsaid(now, step, before), session);
      return said.kind === 'review' && latest === word.step
        ? restored(back, said.jobId, held.get(said.resultId) ?? said.before)
        : back;
    },
  };
}

function carries(later: Said, earlier: Said): boolean {
  return later.kind === 'review' && earlier.kind === 'review' && later.resultId === earlier.resultId;
}
