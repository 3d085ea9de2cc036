/** The results of one job, fetched anew when it shows another, and which earlier one is looked at. */
import type { JobDetail } from '@shared/model/run';
import type { Version } from '@shared/model/review';
import { useCallback, useEffect, useState } from 'react';
import { useModel } from '../state/app-model';

export interface Versions {
  /** Newest first; empty where there is but one result. */
  readonly versions: readonly Version[];
  /** The earlier one that is compared with the present one; null: the source is. */
  readonly looked: Version | null;
  look(resultId: number | null): void;
  /** The next earlier one, and after the last the source again. */
  lookOn(): void;
}

interface Loaded {
  readonly key: string;
  readonly versions: readonly Version[];
}

export function useVersions(detail: JobDetail | undefined): Versions {
  const { backend } = useModel();
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [looked, setLooked] = useState<{ readonly key: string; readonly resultId: number } | null>(null);
  const jobId = detail?.job.id;
  const key = `${jobId ?? ''} ${detail?.result?.id ?? ''} ${detail?.job.state ?? ''}`;
  // A job that was tried once has one result at most.
  const mayHave = (detail?.attempts.length ?? 0) > 1;

  useEffect(() => {
    if (jobId === undefined || !mayHave) {
      return;
    }
    let isShown = true;
    backend.client.review.versions({ jobId }).then(
      (versions) => isShown && setLoaded({ key, versions }),
      // The strip stays away; the result itself is there.
      () => undefined,
    );
    return () => {
      isShown = false;
    };
  }, [backend, jobId, key, mayHave]);

  // What was looked at is left with the result it was compared with.
  const [shownKey, setShownKey] = useState(key);
  if (shownKey !== key) {
    setShownKey(key);
    setLooked(null);
  }

  const found = loaded?.key === key ? loaded.versions : [];
  const versions = found.some(({ isCurrent }) => !isCurrent) ? found : [];
  const earlier = versions.filter(({ isCurrent }) => !isCurrent);
  const one =
    (looked?.key === key ? earlier.find(({ resultId }) => resultId === looked.resultId) : null) ?? null;
  const look = useCallback(
    (resultId: number | null) => setLooked(resultId === null ? null : { key, resultId }),
    [key],
  );
  return {
    versions,
    looked: one,
    look,
    lookOn: () => look(earlier[one === null ? 0 : earlier.indexOf(one) + 1]?.resultId ?? null),
  };
}
