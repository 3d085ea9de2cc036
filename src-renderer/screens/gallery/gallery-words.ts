/** The words of the gallery: facets, orders, filters as chips. Pure. */
import {
  GALLERY_FACETS,
  type FacetMark,
  type GalleryAnswer,
  type GalleryFacet,
  type GalleryQuery,
  type GallerySort,
} from '@shared/model/gallery';
import { formatCount } from '../../ui/format';

export const FACET_TITLES: Readonly<Record<GalleryFacet, string>> = {
  state: 'Outcome',
  verdict: 'Verdict',
  reason: 'Rejected for',
  rating: 'Rating',
  suspicion: 'Suspicion',
  tag: 'Tag',
  run: 'Run',
  model: 'Model',
  endpoint: 'Endpoint',
  failure: 'Failure',
  day: 'Date',
};

export const SORT_TITLES: Readonly<Record<GallerySort, string>> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  row: 'Row order',
  suspicion: 'Most suspicious first',
  rating: 'Best rated first',
  model: 'By model',
};

export interface FilterChip {
  readonly facet: GalleryFacet;
  readonly value: string;
  readonly mark: FacetMark;
  readonly text: string;
}

/** What is asked for and what is left out, as chips. */
export function chipsOf(query: GalleryQuery, answer: GalleryAnswer | null): readonly FilterChip[] {
  return GALLERY_FACETS.flatMap((facet) => {
    const { include = [], exclude = [] } = query.facets[facet] ?? {};
    const chip = (mark: FacetMark) => (value: string) => {
      const label = answer?.facets[facet].find((one) => one.value === value)?.label ?? value;
      const text = `${FACET_TITLES[facet]}: ${mark === 'exclude' ? 'not ' : ''}${label}`;
      return { facet, value, mark, text };
    };
    return [...include.map(chip('include')), ...exclude.map(chip('exclude'))];
  });
}

/** `12,345 of 97,071`. */
export function totalWords(query: GalleryQuery, answer: GalleryAnswer | null): string {
  if (answer === null) {
    return '';
  }
  const whole = query.place === 'trash' ? answer.trashed : answer.all;
  const total = formatCount(answer.total);
  return answer.total === whole ? `${total} results` : `${total} of ${formatCount(whole)} results`;
}
