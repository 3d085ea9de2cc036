/** What is known of the results around the one shown, kept fresh; the pictures of the next ones are ready to be painted. */
import type { JobDetail } from '@shared/model/run';
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { useNeighbours } from './neighbours';
import { stripOf } from './review-session';
import type { ReviewSession } from './review-session';

/** Of so many ahead, and the one behind, the pictures are decoded. */
const PRELOADED = 5;
const KEPT_DETAILS = 400;
/** A picture of a view is at most 1280 x 1280 x 4 bytes when it is decoded. */
const KEPT_PICTURES = 32;
const AT_ONCE = 2;

type Place = Pick<ReviewSession, 'ids' | 'at'>;

export interface ReviewDetails {
  /** By job, of those that are here. */
  readonly details: ReadonlyMap<number, JobDetail>;
  /** By job, why it was not told the last time. */
  readonly failures: ReadonlyMap<number, string>;
  /** Asks again: its result may be another, or it was not told. */
  refresh(jobId: number): void;
}

export function useReviewDetails(session: Place | null): ReviewDetails {
  const { backend, onJobs } = useModel();
  const [details, setDetails] = useState<ReadonlyMap<number, JobDetail>>(new Map());
  const [failures, setFailures] = useState<ReadonlyMap<number, string>>(new Map());
  // By job, the question that was asked last; an older answer is not taken.
  const underWay = useRef(new Map<number, Promise<JobDetail>>());
  const known = useRef(details);
  const ids = session?.ids;
  const at = session?.at ?? 0;
  const neighbours = useNeighbours();

  const ask = useCallback(
    (jobId: number) => {
      const question = backend.client.runs.job({ jobId });
      underWay.current.set(jobId, question);
      setFailures((old) => (old.has(jobId) ? new Map([...old].filter(([id]) => id !== jobId)) : old));
      const isAnswered = (): boolean =>
        underWay.current.get(jobId) === question && underWay.current.delete(jobId);
      question.then(
        (detail) => {
          if (isAnswered()) {
            known.current = withDetail(known.current, jobId, detail);
            setDetails(known.current);
          }
        },
        // Asked for again when it is shown again, or once there is a connection.
        (failure: unknown) => {
          if (isAnswered()) {
            setFailures((old) => new Map(old).set(jobId, sentenceOf(failure)));
          }
        },
      );
    },
    [backend],
  );

  useEffect(() => {
    const wanted = wantedOf({ ids, at }, neighbours);
    // What is shown is the last to go.
    known.current = withRecent(known.current, wanted);
    for (const jobId of wanted) {
      if (!known.current.has(jobId) && !underWay.current.has(jobId)) {
        ask(jobId);
      }
    }
  }, [ids, at, neighbours, ask]);

  useReconnected(() => {
    const wanted = wantedOf({ ids, at }, neighbours);
    // What has changed meanwhile nobody told; the rest is asked when it comes near.
    known.current = new Map([...known.current].filter(([jobId]) => wanted.includes(jobId)));
    setDetails(known.current);
    for (const jobId of wanted) {
      ask(jobId);
    }
  });

  useEffect(
    () =>
      onJobs((tiles) => {
        for (const tile of tiles) {
          const before = known.current.get(tile.id)?.job;
          const isOther =
            before?.state !== tile.state ||
            before.resultId !== tile.resultId ||
            before.suspicion !== tile.suspicion;
          if (before !== undefined && isOther) {
            ask(tile.id);
          }
        }
      }),
    [onJobs, ask],
  );

  usePictures(session, details);
  return { details, failures, refresh: ask };
}

/** The one shown first, then those to come, then those that are past. */
function wantedOf(
  { ids, at }: { readonly ids: Place['ids'] | undefined; readonly at: number },
  neighbours: number,
): Place['ids'] {
  if (ids === undefined) {
    return [];
  }
  const { from, to } = stripOf({ ids, at }, neighbours);
  return [...ids.slice(at, to), ...ids.slice(from, at).reverse()];
}

/** Calls once there is a connection again after it was lost. */
function useReconnected(act: () => void): void {
  const isLost = useLive((state) => state.connection.kind === 'lost');
  const wasLost = useRef(false);
  const reconnected = useEffectEvent(act);
  useEffect(() => {
    if (wasLost.current && !isLost) {
      reconnected();
    }
    wasLost.current = isLost;
  }, [isLost]);
}

/** Held, so that the browser keeps them decoded until they are shown. */
function usePictures(session: Place | null, details: ReadonlyMap<number, JobDetail>): void {
  const [shelf] = useState(createPictureShelf);
  const ids = session?.ids;
  const at = session?.at ?? 0;
  useEffect(() => {
    const wanted =
      ids === undefined
        ? []
        : [...ids.slice(at + 1, at + 1 + PRELOADED), ...ids.slice(Math.max(0, at - 1), at)];
    shelf.want(wanted.flatMap((jobId) => urlsOf(details.get(jobId))));
  }, [shelf, ids, at, details]);
}

/**
 * Fetches what is wanted first first, few at once: previews are made newest first, and one that is needed next must not
 * wait behind one that is needed later.
 */
function createPictureShelf() {
  const held = new Map<string, HTMLImageElement>();
  let wanted: readonly string[] = [];
  let underWay = 0;

  function fetchNext(): void {
    while (underWay < AT_ONCE) {
      const url = wanted.find((one) => !held.has(one));
      if (url === undefined) {
        return;
      }
      underWay += 1;
      const image = new Image();
      held.set(url, image);
      image.src = url;
      // One that cannot be decoded is told of when it is shown.
      void (image.decode?.() ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => {
          underWay -= 1;
          fetchNext();
        });
    }
  }

  return {
    want(urls: readonly string[]): void {
      wanted = urls;
      const others = [...held.keys()].filter((url) => !urls.includes(url));
      for (const oldest of others.slice(0, Math.max(0, held.size - KEPT_PICTURES))) {
        held.delete(oldest);
      }
      fetchNext();
    },
  };
}

function urlsOf(detail: JobDetail | undefined): readonly string[] {
  const { inputs = [], output } = detail ?? {};
  return [...inputs.slice(0, 1), ...(output === undefined ? [] : [output])];
}

/** The newest last, and no more than are kept. */
function withDetail(
  old: ReadonlyMap<number, JobDetail>,
  jobId: number,
  detail: JobDetail,
): ReadonlyMap<number, JobDetail> {
  const others = [...old].filter(([id]) => id !== jobId);
  return new Map([...others, [jobId, detail] as const].slice(-KEPT_DETAILS));
}

function withRecent(
  old: ReadonlyMap<number, JobDetail>,
  jobIds: readonly number[],
): ReadonlyMap<number, JobDetail> {
  const next = new Map(old);
  for (const jobId of jobIds) {
    const detail = next.get(jobId);
    if (detail !== undefined) {
      next.delete(jobId);
      next.set(jobId, detail);
    }
  }
  return next;
}
