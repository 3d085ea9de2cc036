/** A reviewer's sitting: every word of it is saved as it falls, and all of it can be taken back. */
import { unmeasured } from '@shared/model/review';
import type { ReviewQuestion, ReviewSource, ReviewSum } from '@shared/model/review';
import type { JobDetail } from '@shared/model/run';
import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { useUnreadable } from '../../compare/use-unreadable';
import type { UnreadablePictures } from '../../compare/use-unreadable';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { useThrottled } from '../../ui/use-throttled';
import { createReviewActs } from './review-acts';
import type { ReviewActs } from './review-acts';
import { newSession, resumed } from './review-session';
import type { ReviewSession } from './review-session';
import { keepNote, leave } from './review-sittings';
import type { ReviewLook, Sitting } from './review-sittings';
import { useReviewDetails } from './use-review-details';

/** How far measuring is, is asked at most so often. */
const MEASURED_MS = 2000;

export type ReviewState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly sentence: string }
  /** `refusal`: why it could not be listed anew; null: it was. */
  | { readonly kind: 'ready'; readonly session: ReviewSession; readonly refusal: string | null };

export interface ReviewSitting {
  readonly state: ReviewState;
  readonly look: ReviewLook;
  /** Of the whole source, when it was last looked at. */
  readonly sum: ReviewSum | null;
  /** Details by job, of those that are here. */
  readonly details: ReadonlyMap<number, JobDetail>;
  /** By job, why its details could not be had. */
  readonly failures: ReadonlyMap<number, string>;
  /** Why the last word was not saved, or cannot be taken back yet. */
  readonly error: string | null;
  /** By job, notes that could not be saved. */
  readonly unsavedNotes: ReadonlyMap<number, string>;
  readonly acts: ReviewActs;
  lookAt(change: Partial<ReviewLook>): void;
  /** Of the pictures shown; none of them is accepted. */
  readonly unreadable: UnreadablePictures;
  /** Lists anew what could not be listed. */
  tryAgain(): void;
  /** Asks for details anew. */
  refresh(jobId: number): void;
}

/** The source stays the same as long as the screen is shown. */
export function useReview(given: ReviewSource): ReviewSitting {
  const { backend, sittings, ui } = useModel();
  const { client } = backend;
  const [source] = useState(given);
  const [sitting] = useState(() => sittings.of(source));
  const { session, look, error, unsavedNotes } = useStore(sitting);
  const { sum, setSum, refusal, tryAgain } = useList(sitting, questionOf(source, look));
  useMeasuring(source, sum, setSum);
  useEffect(() => () => leave(sitting), [sitting]);

  const { details, failures, refresh } = useReviewDetails(session);
  const { details: shown } = sittings;
  // With the screen itself: a key that follows it at once finds what it shows.
  useLayoutEffect(() => shown.setState(details, true), [shown, details]);

  const unreadable = useUnreadable();
  const acts = useMemo(
    () =>
      createReviewActs({
        client,
        ui,
        session: () => sitting.getState().session,
        put: (next) => sitting.setState({ session: next }),
        detail: (jobId) => shown.getState().get(jobId),
        isUnreadable: unreadable.has,
        refresh(jobId) {
          refresh(jobId);
          // Verdicts came and went with other results. The counts of before stand where they cannot be had.
          client.review.counts({ source }).then(
            (counts) => {
              setSum(counts);
              sitting.setState((old) => ({
                session: old.session === null ? null : { ...old.session, counts },
              }));
            },
            () => undefined,
          );
        },
        fail: (sentence) => sitting.setState({ error: sentence }),
        keepNote: (jobId, text) => keepNote(sitting, jobId, text),
      }),
    [client, ui, sitting, source, shown, unreadable, refresh, setSum],
  );
  const lookAt = useCallback(
    (change: Partial<ReviewLook>) => sitting.setState((old) => ({ look: { ...old.look, ...change } })),
    [sitting],
  );
  const state: ReviewState =
    session !== null
      ? { kind: 'ready', session, refusal }
      : refusal !== null
        ? { kind: 'failed', sentence: refusal }
        : { kind: 'loading' };
  return {
    state,
    look,
    sum,
    details,
    failures,
    error,
    unsavedNotes,
    acts,
    unreadable,
    lookAt,
    tryAgain,
    refresh,
  };
}

function questionOf(source: ReviewSource, { suspicion, ...look }: ReviewLook): ReviewQuestion {
  return { source, ...look, ...(suspicion === null ? {} : { suspicion }) };
}

/** While results are still being measured, how many are is asked anew now and then: the pictures told of are some of them. */
function useMeasuring(source: ReviewSource, sum: ReviewSum | null, onSum: (sum: ReviewSum) => void): void {
  const { backend, onJobs } = useModel();
  const [told, setTold] = useState(0);
  const noticed = useThrottled(told, MEASURED_MS);
  const isOver = sum === null || unmeasured(sum) <= 0;
  useEffect(
    () =>
      isOver
        ? undefined
        : onJobs((tiles) => {
            if (tiles.some(({ suspicion }) => suspicion !== undefined)) {
              setTold((old) => old + 1);
            }
          }),
    [onJobs, isOver],
  );
  const ask = useEffectEvent(() => {
    backend.client.review.counts({ source }).then(onSum, () => undefined);
  });
  useEffect(() => {
    if (noticed > 0) {
      ask();
    }
  }, [noticed]);
}

/** Keeps the sitting's list that of the question, and says why where it cannot. */
function useList(sitting: Sitting, question: ReviewQuestion) {
  const { client } = useModel().backend;
  const [sum, setSum] = useState<ReviewSum | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  // The same question in other objects is no other question.
  const asked = JSON.stringify(question);

  useEffect(() => {
    let isShown = true;
    const wanted = JSON.parse(asked) as ReviewQuestion;
    Promise.all([client.review.queue(wanted), client.review.counts({ source: wanted.source })]).then(
      ([ids, counts]) => {
        if (!isShown) {
          return;
        }
        setSum(counts);
        setRefusal(null);
        sitting.setState(({ session, answered }) => ({
          answered: asked,
          session:
            session !== null && answered === asked
              ? resumed(session, { ids, counts })
              : newSession({ ids, counts }, session ?? undefined),
        }));
      },
      (failure: unknown) => isShown && setRefusal(sentenceOf(failure)),
    );
    return () => {
      isShown = false;
    };
  }, [client, asked, sitting, tries]);

  return { sum, setSum, refusal, tryAgain: () => setTries((old) => old + 1) };
}
