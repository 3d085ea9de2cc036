/** A reviewer's sitting, its pictures fetched ahead, and every word of it saved as it falls. */
import type { JobDetail, Run } from '@shared/model/run';
import type { Review, ReviewFilter } from '@shared/model/review';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import {
  judged,
  moved,
  movedToUnset,
  newSession,
  noted,
  rated,
  reasoned,
  redone,
  stripOf,
  undone,
  unsaid,
} from './review-session';
import type { ReviewSession, Shown, Step } from './review-session';

/** As many results behind and ahead of the one shown are kept ready. */
export const NEIGHBOURS = 7;
const PRELOADED = 5;
const KEPT_DETAILS = 400;

export type ReviewState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'ready'; readonly session: ReviewSession };

export interface ReviewActs {
  judge(verdict: 'accepted' | 'rejected' | null, stay: boolean): void;
  rate(rating: number): void;
  note(text: string): void;
  /** True: a number key named a reason of the last rejection. */
  reason(number: number): boolean;
  undo(): void;
  redo(): void;
  move(step: number): void;
  moveTo(at: number): void;
  nextUnset(): void;
  setAutoAdvance(isOn: boolean): void;
}

export interface ReviewSitting {
  readonly state: ReviewState;
  /** Details by job, of those that are here. */
  readonly details: ReadonlyMap<number, JobDetail>;
  /** Why the last word was not saved. */
  readonly error: string | null;
  readonly acts: ReviewActs;
}

export function useReview(run: Run, filter: ReviewFilter): ReviewSitting {
  const { backend } = useModel();
  const { client } = backend;
  const [state, setState] = useState<ReviewState>({ kind: 'loading' });
  const [error, setError] = useState<string | null>(null);
  const current = useRef<ReviewSession | null>(null);
  const runId = run.id;

  const put = useCallback((session: ReviewSession) => {
    current.current = session;
    setState({ kind: 'ready', session });
  }, []);

  useEffect(() => {
    let isShown = true;
    Promise.all([client.review.queue({ runId, filter }), client.review.counts({ runId })]).then(
      ([ids, counts]) => isShown && put(newSession({ filter, ids, counts }, current.current ?? undefined)),
      (failure: unknown) => isShown && setState({ kind: 'failed', sentence: sentenceOf(failure) }),
    );
    return () => {
      isShown = false;
    };
  }, [client, runId, filter, put]);

  const details = useDetails(state);
  const known = useRef(details);
  // With the screen itself: a key that follows it at once finds what it shows.
  useLayoutEffect(() => {
    known.current = details;
  }, [details]);

  const save = useCallback(
    (step: Step | null) => {
      if (step === null) {
        return;
      }
      const { said, session } = step;
      put(session);
      setError(null);
      const { jobId, resultId, after } = said;
      client.review.set({ runId, jobId, resultId, review: after }).catch((failure: unknown) => {
        setError(sentenceOf(failure));
        if (current.current !== null) {
          put(unsaid(current.current, said));
        }
      });
    },
    [client, runId, put],
  );

  const [acts] = useState<ReviewActs>(() => {
    const now = (): ReviewSession | null => current.current;
    const shown = (): Shown | null => {
      const session = now();
      const jobId = session?.ids[session.at];
      const detail = jobId === undefined ? undefined : known.current.get(jobId);
      return jobId === undefined || detail?.result === undefined
        ? null
        : { jobId, resultId: detail.result.id, review: detail.review };
    };
    const act = (work: (session: ReviewSession, shown: Shown) => Step): void => {
      const session = now();
      const one = shown();
      save(session === null || one === null ? null : work(session, one));
    };
    const change = (work: (session: ReviewSession) => ReviewSession): void => {
      const session = now();
      if (session !== null) {
        put(work(session));
      }
    };
    const stored = (jobId: number): Review | undefined => known.current.get(jobId)?.review;
    return {
      judge: (verdict, stay) => act((session, one) => judged(session, one, { verdict, stay })),
      rate: (rating) => act((session, one) => rated(session, one, rating)),
      note: (text) => act((session, one) => noted(session, one, text)),
      reason(number) {
        const session = now();
        const step = session === null ? null : reasoned(session, number);
        save(step);
        return step !== null;
      },
      undo: () => save(now() === null ? null : undone(now() as ReviewSession)),
      redo: () => save(now() === null ? null : redone(now() as ReviewSession)),
      move: (step) => change((session) => moved(session, step)),
      moveTo: (at) => change((session) => moved(session, at - session.at)),
      nextUnset: () => change((session) => movedToUnset(session, stored)),
      setAutoAdvance: (isOn) => change((session) => ({ ...session, autoAdvance: isOn })),
    };
  });
  return { state, details, error, acts };
}

/** Of the job shown and its neighbours; the pictures of the next ones are fetched before they are asked for. */
function useDetails(state: ReviewState): ReadonlyMap<number, JobDetail> {
  const { backend } = useModel();
  const [details, setDetails] = useState<ReadonlyMap<number, JobDetail>>(new Map());
  const asked = useRef(new Set<number>());
  const session = state.kind === 'ready' ? state.session : null;
  const ids = session?.ids;
  const at = session?.at ?? 0;

  useEffect(() => {
    if (ids === undefined) {
      return;
    }
    // The one shown first, then those to come, then those that are past.
    const { from, to } = stripOf({ ids, at }, NEIGHBOURS);
    const wanted = [...ids.slice(at, to), ...ids.slice(from, at).reverse()];
    for (const [place, jobId] of wanted.entries()) {
      if (asked.current.has(jobId)) {
        continue;
      }
      asked.current.add(jobId);
      backend.client.runs.job({ jobId }).then(
        (detail) => {
          setDetails((old) => withDetail(old, jobId, detail));
          if (place <= PRELOADED) {
            preload(detail);
          }
        },
        // Asked for again when it is shown again.
        () => asked.current.delete(jobId),
      );
    }
  }, [backend, ids, at]);
  return details;
}

function withDetail(
  old: ReadonlyMap<number, JobDetail>,
  jobId: number,
  detail: JobDetail,
): ReadonlyMap<number, JobDetail> {
  const kept = [...old].slice(Math.max(0, old.size - KEPT_DETAILS));
  return new Map(kept).set(jobId, detail);
}

function preload({ inputs, output }: JobDetail): void {
  for (const src of [...inputs.slice(0, 1), ...(output === undefined ? [] : [output])]) {
    new Image().src = src;
  }
}
