/** One search over the gallery's columns: what is found, and what each value of each facet would find. Pure. */
import {
  type FacetCount,
  GALLERY_FACETS,
  type GalleryFacet,
  type GalleryQuery,
  statesOf,
} from '@shared/model/gallery';
import type { Dictionary, GalleryIndex } from './gallery-index';

/** Which jobs have the words that are looked for; null: none are looked for. */
export interface WordHits {
  hasRow(runId: number, row: number): boolean;
  hasJob(jobId: number): boolean;
}

export interface Found {
  /** Slots of the index, in order. */
  readonly slots: Uint32Array;
  readonly facets: Readonly<Record<GalleryFacet, readonly FacetCount[]>>;
  readonly all: number;
  readonly trashed: number;
}

/** A facet with more values shows those with the most results. */
const MOST_VALUES = 200;
const STATE = GALLERY_FACETS.indexOf('state');
const FAILURE = GALLERY_FACETS.indexOf('failure');

/** What keeps a result from being shown: nothing, the choice of one facet (its number + 1), or more than that. */
const SHOWN = 0;
const HIDDEN = 255;

/**
 * Facet by facet over whole columns, in plain loops over typed arrays: a hundred thousand results take some milliseconds.
 */
export function searchGallery(index: GalleryIndex, query: GalleryQuery, hits: WordHits | null): Found {
  const size = index.size();
  const order = index.order(query.sort);
  const { isTrashed } = index.columns();
  const hiding = hidingOf(index, query, hits);
  const slots = new Uint32Array(size);
  let found = 0;
  let trashed = 0;
  for (let at = 0; at < size; at += 1) {
    const slot = order[at] as number;
    trashed += isTrashed[slot] as number;
    if (hiding[slot] === SHOWN) {
      slots[found] = slot;
      found += 1;
    }
  }
  return {
    slots: slots.slice(0, found),
    facets: countsOf(index, query, hiding),
    all: size - trashed,
    trashed,
  };
}

/** By slot. */
function hidingOf(index: GalleryIndex, query: GalleryQuery, hits: WordHits | null): Uint8Array {
  const size = index.size();
  const { isTrashed, codes } = index.columns();
  const hiding = new Uint8Array(size);
  const wanted = query.place === 'trash' ? 1 : 0;
  for (let slot = 0; slot < size; slot += 1) {
    hiding[slot] = isTrashed[slot] === wanted ? SHOWN : HIDDEN;
  }
  if (hits !== null) {
    hideUnhit(index, hits, hiding);
  }
  GALLERY_FACETS.forEach((facet, number) => {
    const allowed = allowedCodes(index.dictionaries[facet], choiceOf(query, facet));
    if (allowed.includes(0)) {
      const column = codes[facet];
      for (let slot = 0; slot < size; slot += 1) {
        if (allowed[column[slot] as number] === 0) {
          hiding[slot] = hiding[slot] === SHOWN ? number + 1 : HIDDEN;
        }
      }
    }
  });
  return hiding;
}

function hideUnhit(index: GalleryIndex, hits: WordHits, hiding: Uint8Array): void {
  const { jobIds, runIds, rows, hasOwnWords } = index.columns();
  for (let slot = 0; slot < hiding.length; slot += 1) {
    const isHit =
      hasOwnWords[slot] === 1
        ? hits.hasJob(jobIds[slot] as number)
        : hits.hasRow(runIds[slot] as number, rows[slot] as number);
    if (!isHit) {
      hiding[slot] = HIDDEN;
    }
  }
}

interface Choice {
  readonly include: ReadonlySet<string>;
  readonly exclude: ReadonlySet<string>;
}

function choiceOf(query: GalleryQuery, facet: GalleryFacet): Choice {
  const { include = [], exclude = [] } = query.facets[facet] ?? {};
  return {
    include: new Set(facet === 'state' ? statesOf(query).states : include),
    exclude: new Set(exclude),
  };
}

function allowedCodes({ sets }: Dictionary, { include, exclude }: Choice): Uint8Array {
  return Uint8Array.from(sets, (set) =>
    (include.size === 0 || set.some(({ value }) => include.has(value))) &&
    !set.some(({ value }) => exclude.has(value))
      ? 1
      : 0,
  );
}

/**
 * A result counts under every facet whose own choice is all that may hide it, since choosing another value there would
 * show it. Where nobody asked for a state, failures are counted though only pictures are shown, so that they can be found.
 */
function countsOf(index: GalleryIndex, query: GalleryQuery, hiding: Uint8Array): Found['facets'] {
  const { codes } = index.columns();
  const { isImplied } = statesOf(query);
  const all = GALLERY_FACETS.map((facet, number): readonly [GalleryFacet, readonly FacetCount[]] => {
    const own = number + 1;
    const other = isImplied && number === FAILURE ? STATE + 1 : own;
    const counts = countColumn(codes[facet], hiding, {
      own,
      other,
      sets: index.dictionaries[facet].sets.length,
    });
    const { include = [], exclude = [] } = query.facets[facet] ?? {};
    return [
      facet,
      valuesOf(index.dictionaries[facet], counts, { facet, marked: new Set([...include, ...exclude]) }),
    ];
  });
  return Object.fromEntries(all) as Record<GalleryFacet, readonly FacetCount[]>;
}

function countColumn(
  column: ArrayLike<number>,
  hiding: Uint8Array,
  { own, other, sets }: { readonly own: number; readonly other: number; readonly sets: number },
): Uint32Array {
  const counts = new Uint32Array(sets);
  for (let slot = 0; slot < hiding.length; slot += 1) {
    const hidden = hiding[slot] as number;
    if (hidden === SHOWN || hidden === own || hidden === other) {
      const code = column[slot] as number;
      counts[code] = (counts[code] as number) + 1;
    }
  }
  return counts;
}

function valuesOf(
  { sets }: Dictionary,
  counts: Uint32Array,
  { facet, marked }: { readonly facet: GalleryFacet; readonly marked: ReadonlySet<string> },
): readonly FacetCount[] {
  const values = new Map<string, FacetCount>();
  sets.forEach((set, code) => {
    for (const { value, label } of set) {
      const before = values.get(value)?.count ?? 0;
      values.set(value, { value, label, count: before + (counts[code] ?? 0) });
    }
  });
  for (const value of marked) {
    if (!values.has(value)) {
      values.set(value, { value, label: value, count: 0 });
    }
  }
  const shown = [...values.values()].filter((one) => one.count > 0 || marked.has(one.value));
  const least = [...shown].sort((a, b) => b.count - a.count || compare(a.label, b.label));
  return least
    .filter((one, place) => place < MOST_VALUES || marked.has(one.value))
    .sort(facet === 'day' || facet === 'rating' ? (a, b) => compare(b.value, a.value) : () => 0);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
