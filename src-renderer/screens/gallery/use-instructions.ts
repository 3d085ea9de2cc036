/** The instructions of the results in view, fetched together and kept while the table is shown. */
import { useEffect, useRef, useState } from 'react';
import { useModel } from '../../state/app-model';

/** Kept at most; beyond it the table begins anew. */
const MOST_KEPT = 5000;
const PAGE = 200;

export function useInstructions(jobIds: readonly number[]): ReadonlyMap<number, string> {
  const { backend } = useModel();
  const [texts, setTexts] = useState<ReadonlyMap<number, string>>(new Map());
  const asked = useRef(new Set<number>());
  const missing = jobIds.filter((jobId) => !texts.has(jobId)).join();
  useEffect(() => {
    const wanted = missing
      .split(',')
      .filter((text) => text !== '')
      .map(Number)
      .filter((jobId) => !asked.current.has(jobId))
      .slice(0, PAGE);
    if (wanted.length === 0) {
      return;
    }
    wanted.forEach((jobId) => asked.current.add(jobId));
    const forget = () => wanted.forEach((jobId) => asked.current.delete(jobId));
    backend.client.gallery
      .texts({ jobIds: wanted })
      .then(
        (found) => {
          setTexts(
            (old) =>
              new Map([
                ...(old.size > MOST_KEPT ? [] : old),
                ...wanted.map((id, at) => [id, found[at] ?? ''] as const),
              ]),
          );
        },
        () => undefined,
      )
      .finally(forget);
  }, [backend, missing]);
  return texts;
}
