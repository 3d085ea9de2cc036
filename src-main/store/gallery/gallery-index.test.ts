import { expect, it } from 'vitest';
import { GALLERY_FACETS, type GalleryFacet } from '@shared/model/gallery';
import { createGalleryIndex, type GalleryEntry } from './gallery-index';

/** More tags than two bytes tell apart, and more jobs than the first columns hold. */
const JOBS = 2 ** 16 + 300;

function entry(jobId: number): GalleryEntry {
  const codes = Object.fromEntries(GALLERY_FACETS.map((facet) => [facet, 0]));
  return {
    jobId,
    runId: jobId % 3,
    position: jobId,
    row: jobId + 1,
    index: jobId / 2,
    at: 1_700_000_000_000 + jobId,
    suspicion: 0.5,
    rating: jobId % 6,
    isTrashed: jobId % 2 === 0,
    hasOwnWords: jobId % 5 === 0,
    codes: { ...(codes as Record<GalleryFacet, number>), tag: jobId, run: jobId % 300 },
  };
}

it('keeps each job whole while it grows, whatever the number of its sets', () => {
  const index = createGalleryIndex();
  for (let jobId = 0; jobId < JOBS; jobId += 1) {
    index.put(entry(jobId));
  }
  index.put({ ...entry(6), rating: 5 });
  index.remove(8);
  index.removeRun(1);
  const { jobIds, runIds, positions, rows, indexes, at, suspicion, rating, isTrashed, hasOwnWords, codes } =
    index.columns();
  const kept = Array.from(
    { length: index.size() },
    (_, slot): GalleryEntry => ({
      jobId: jobIds[slot] as number,
      runId: runIds[slot] as number,
      position: positions[slot] as number,
      row: rows[slot] as number,
      index: indexes[slot] as number,
      at: at[slot] as number,
      suspicion: suspicion[slot] as number,
      rating: rating[slot] as number,
      isTrashed: isTrashed[slot] === 1,
      hasOwnWords: hasOwnWords[slot] === 1,
      codes: Object.fromEntries(
        GALLERY_FACETS.map((facet) => [facet, codes[facet][slot]]),
      ) as GalleryEntry['codes'],
    }),
  );
  const wanted = Array.from({ length: JOBS }, (_, jobId) => entry(jobId))
    .filter(({ jobId, runId }) => jobId !== 8 && runId !== 1)
    .map((one) => (one.jobId === 6 ? { ...one, rating: 5 } : one));
  expect(kept.toSorted((one, other) => one.jobId - other.jobId)).toEqual(wanted);
  expect([index.has(8), index.has(9)]).toEqual([false, true]);
  expect(codes.state).toBeInstanceOf(Uint8Array);
});
