/** A reviewer's sitting: every word of it is saved as it falls, and all of it can be taken back. */
import type { ReviewQuestion, ReviewSum } from '@shared/model/review';
import type { JobDetail } from '@shared/model/run';
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { createReviewActs } from './review-acts';
import type { ReviewActs } from './review-acts';
import { newSession } from './review-session';
import type { ReviewSession } from './review-session';
import { useReviewDetails } from './use-review-details';

export type ReviewState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'ready'; readonly session: ReviewSession };

export interface ReviewSitting {
  readonly state: ReviewState;
  /** Of the whole source, when it was last looked at. */
  readonly sum: ReviewSum | null;
  /** Details by job, of those that are here. */
  readonly details: ReadonlyMap<number, JobDetail>;
  /** Why the last word was not saved, or cannot be taken back yet. */
  readonly error: string | null;
  readonly acts: ReviewActs;
}

export function useReview(question: ReviewQuestion): ReviewSitting {
  const model = useModel();
  const { client } = model.backend;
  const [state, setState] = useState<ReviewState>({ kind: 'loading' });
  const [sum, setSum] = useState<ReviewSum | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [now] = useState(createMoment);
  // The same question in other objects is no other question.
  const asked = JSON.stringify(question);
  const { source } = question;
  const sourceKey = JSON.stringify(source);

  const put = useCallback(
    (session: ReviewSession) => {
      now.setSession(session);
      setState({ kind: 'ready', session });
    },
    [now],
  );

  useEffect(() => {
    let isShown = true;
    const wanted = JSON.parse(asked) as ReviewQuestion;
    Promise.all([client.review.queue(wanted), client.review.counts({ source: wanted.source })]).then(
      ([ids, counts]) => {
        if (isShown) {
          setSum(counts);
          put(newSession({ ids, counts }, now.session() ?? undefined));
        }
      },
      (failure: unknown) => isShown && setState({ kind: 'failed', sentence: sentenceOf(failure) }),
    );
    return () => {
      isShown = false;
    };
  }, [client, asked, put, now]);

  /** Verdicts came and went with other results. */
  const recount = useCallback(() => {
    const wanted = JSON.parse(sourceKey) as ReviewQuestion['source'];
    client.review.counts({ source: wanted }).then(
      (counts) => {
        setSum(counts);
        const session = now.session();
        if (session !== null) {
          put({ ...session, counts });
        }
      },
      // The counts of before stand until the next look.
      () => undefined,
    );
  }, [client, sourceKey, put, now]);

  const { details, refresh } = useReviewDetails(state.kind === 'ready' ? state.session : null);
  // With the screen itself: a key that follows it at once finds what it shows.
  useLayoutEffect(() => now.setDetails(details), [now, details]);

  const acts = useMemo(
    () =>
      createReviewActs({
        client,
        session: now.session,
        put,
        detail: now.detail,
        refresh(jobId) {
          refresh(jobId);
          recount();
        },
        fail: setError,
      }),
    [client, now, put, refresh, recount],
  );
  return { state, sum, details, error, acts };
}

/** What is so at this moment, for keys that come faster than the screen is drawn. */
function createMoment() {
  let session: ReviewSession | null = null;
  let details: ReadonlyMap<number, JobDetail> = new Map();
  return {
    session: (): ReviewSession | null => session,
    setSession: (next: ReviewSession): void => void (session = next),
    detail: (jobId: number): JobDetail | undefined => details.get(jobId),
    setDetails: (next: ReadonlyMap<number, JobDetail>): void => void (details = next),
  };
}
