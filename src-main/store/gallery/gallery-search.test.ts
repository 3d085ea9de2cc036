import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EVERYTHING,
  GALLERY_FACETS,
  GALLERY_SORTS,
  type GalleryFacet,
  type GalleryQuery,
  statesOf,
  toggled,
} from '@shared/model/gallery';
import { createGalleryIndex, type GalleryEntry, sorted } from './gallery-index';
import { searchGallery } from './gallery-search';

/** A result as the brute-force search has it: its values by facet, nothing coded. */
interface Plain {
  readonly jobId: number;
  readonly at: number;
  readonly position: number;
  readonly suspicion: number;
  readonly rating: number;
  readonly isTrashed: boolean;
  readonly values: Readonly<Record<GalleryFacet, readonly string[]>>;
}

const VALUES = ['a', 'b', 'c'] as const;
const someValues = fc.subarray([...VALUES], { maxLength: 2 });
const single = fc.constantFrom(...VALUES).map((value) => [value]);

const plainResult: fc.Arbitrary<Omit<Plain, 'jobId'>> = fc.record({
  at: fc.integer({ min: 0, max: 2 ** 41 }),
  position: fc.integer({ min: 0, max: 70_000 }),
  suspicion: fc.constantFrom(0, 0.25, 0.5, 1),
  rating: fc.integer({ min: 0, max: 5 }),
  isTrashed: fc.boolean(),
  values: fc.record({
    state: fc.constantFrom('done', 'done', 'failed', 'unknown').map((state) => [state]),
    verdict: single,
    reason: someValues,
    rating: single,
    suspicion: someValues,
    tag: someValues,
    run: single,
    model: single,
    endpoint: someValues,
    failure: someValues,
    day: single,
  }),
});

const results = fc
  .array(plainResult, { maxLength: 40 })
  .map((all) => all.map((one, at): Plain => ({ ...one, jobId: at + 1 })));

const choice = fc.record({
  include: fc.subarray([...VALUES, 'done', 'failed'], { maxLength: 2 }),
  exclude: fc.subarray([...VALUES, 'unknown'], { maxLength: 1 }),
});
const queries: fc.Arbitrary<GalleryQuery> = fc.record({
  text: fc.constant(''),
  facets: fc.dictionary(fc.constantFrom(...GALLERY_FACETS), choice, { maxKeys: 3 }),
  sort: fc.constantFrom(...GALLERY_SORTS),
  place: fc.constantFrom('library' as const, 'trash' as const),
});

function indexOf(all: readonly Plain[]) {
  const index = createGalleryIndex();
  for (const plain of all) {
    const codes = Object.fromEntries(
      GALLERY_FACETS.map((facet) => [
        facet,
        index.dictionaries[facet].codeOf(plain.values[facet].join(), () =>
          plain.values[facet].map((value) => ({ value, label: value })),
        ),
      ]),
    ) as GalleryEntry['codes'];
    const { jobId, at, position, suspicion, rating, isTrashed } = plain;
    index.put({
      jobId,
      runId: 'abc'.indexOf(plain.values.run[0] ?? 'a'),
      position,
      row: position,
      index: position,
      at,
      suspicion,
      rating,
      isTrashed,
      hasOwnWords: false,
      codes,
    });
  }
  return index;
}

/** Whether a facet of the query lets a result through, told straight from the words of the model. */
function passes(plain: Plain, query: GalleryQuery, facet: GalleryFacet): boolean {
  const include = facet === 'state' ? statesOf(query).states : (query.facets[facet]?.include ?? []);
  const exclude = query.facets[facet]?.exclude ?? [];
  const has = (list: readonly string[]) => plain.values[facet].some((value) => list.includes(value));
  return (include.length === 0 || has(include)) && !has(exclude);
}

function slowSearch(all: readonly Plain[], query: GalleryQuery) {
  const inPlace = all.filter(({ isTrashed }) => isTrashed === (query.place === 'trash'));
  const shown = inPlace.filter((plain) => GALLERY_FACETS.every((facet) => passes(plain, query, facet)));
  const counts = (facet: GalleryFacet) => {
    const open = new Set<GalleryFacet>([facet]);
    if (facet === 'failure' && statesOf(query).isImplied) {
      open.add('state');
    }
    // An implied state steps aside for the failures alone; both choices at once are not lifted.
    const counted = inPlace.filter((plain) => {
      const hiding = GALLERY_FACETS.filter((other) => !passes(plain, query, other));
      return hiding.length === 0 || (hiding.length === 1 && hiding.every((other) => open.has(other)));
    });
    const by = new Map<string, number>();
    for (const value of counted.flatMap(({ values }) => values[facet])) {
      by.set(value, (by.get(value) ?? 0) + 1);
    }
    return by;
  };
  return { ids: shown.map(({ jobId }) => jobId), counts };
}

describe('searching the gallery', () => {
  it('finds and counts what a search by hand finds and counts', () => {
    fc.assert(
      fc.property(results, queries, (all, query) => {
        const index = indexOf(all);
        const found = searchGallery(index, query, null);
        const { jobIds } = index.columns();
        const expected = slowSearch(all, query);
        const ids = Array.from(found.slots, (slot) => jobIds[slot] ?? 0);
        expect([...ids].sort((a, b) => a - b)).toEqual(expected.ids);
        for (const facet of GALLERY_FACETS) {
          const counted = new Map(
            found.facets[facet].filter(({ count }) => count > 0).map(({ value, count }) => [value, count]),
          );
          expect(counted, facet).toEqual(expected.counts(facet));
        }
        expect(found.trashed).toBe(all.filter(({ isTrashed }) => isTrashed).length);
      }),
    );
  });

  it('sorts as comparing would, and the same results always the same way', () => {
    fc.assert(
      fc.property(results, fc.constantFrom(...GALLERY_SORTS), (all, sort) => {
        const index = indexOf(all);
        const { jobIds } = index.columns();
        const order = Array.from(index.order(sort), (slot) => all[(jobIds[slot] ?? 0) - 1]);
        const expected = [...all].sort((one, other) => compareBy(sort, one, other));
        expect(order.map((plain) => plain?.jobId)).toEqual(expected.map(({ jobId }) => jobId));
      }),
    );
  });

  it('stays right while results come, change and go', () => {
    fc.assert(
      fc.property(results, fc.array(fc.nat(40), { maxLength: 20 }), queries, (all, removals, query) => {
        const index = indexOf(all);
        const gone = new Set(removals);
        gone.forEach((jobId) => index.remove(jobId));
        const left = all.filter(({ jobId }) => !gone.has(jobId));
        const { jobIds } = index.columns();
        const ids = Array.from(searchGallery(index, query, null).slots, (slot) => jobIds[slot] ?? 0);
        expect(ids.sort((a, b) => a - b)).toEqual(slowSearch(left, query).ids);
        expect(index.size()).toBe(left.length);
      }),
    );
  });

  it('shows failures once a failure is asked for, and counts them before', () => {
    const base = { at: 1, position: 0, suspicion: 0, rating: 0, isTrashed: false };
    const none = Object.fromEntries(GALLERY_FACETS.map((facet) => [facet, []])) as unknown as Plain['values'];
    const index = indexOf([
      { ...base, jobId: 1, values: { ...none, state: ['done'] } },
      { ...base, jobId: 2, values: { ...none, state: ['failed'], failure: ['blocked'] } },
    ]);
    const before = searchGallery(index, EVERYTHING, null);
    expect(before.slots).toHaveLength(1);
    expect(before.facets.failure).toEqual([{ value: 'blocked', label: 'blocked', count: 1 }]);
    const asked = toggled(EVERYTHING, 'failure', { value: 'blocked', mark: 'include' });
    expect(searchGallery(index, asked, null).slots).toHaveLength(1);
  });

  it('sorts keys of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: Number.MAX_SAFE_INTEGER }), { maxLength: 50 }), (keys) => {
        const order = sorted(
          Uint32Array.from(keys, (_, at) => at),
          Float64Array.from(keys),
        );
        const expected = keys.map((_, at) => at).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
        expect([...order]).toEqual(expected);
      }),
    );
  });
});

function compareBy(sort: (typeof GALLERY_SORTS)[number], one: Plain, other: Plain): number {
  const newest = other.at - one.at || other.jobId - one.jobId;
  const run = ({ values }: Plain) => 'abc'.indexOf(values.run[0] ?? 'a');
  const text = ({ values }: Plain) => values.model[0] ?? '';
  switch (sort) {
    case 'newest':
      return newest;
    case 'oldest':
      return one.at - other.at || one.jobId - other.jobId;
    case 'row':
      return run(other) - run(one) || one.position - other.position || one.jobId - other.jobId;
    case 'suspicion':
      return other.suspicion - one.suspicion || newest;
    case 'rating':
      return other.rating - one.rating || newest;
    case 'model':
      return text(one).localeCompare(text(other)) || newest;
  }
}
