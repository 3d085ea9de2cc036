/** How long searches, pages and jumps take in the store, with all their counts. */
import { performance } from 'node:perf_hooks';
import { EVERYTHING, type GalleryQuery } from '@shared/model/gallery';
import { openStore } from '../../src-main/store/store-client';

export interface StoreFigures {
  readonly results: number;
  /** Milliseconds. */
  readonly indexMs: number;
  readonly wordsMs: number;
  readonly longestStepMs: number;
  readonly searches: readonly number[];
  readonly pages: readonly number[];
}

const TEXTS = [
  'snow',
  'bottle',
  '"soft light"',
  'red bicycle',
  'thing:cat',
  'sku-777',
  'photograph',
  '-photograph',
  'edit:"at night" lamp',
  's',
  'no such word',
  'harbour -ink',
];
const SORTS = ['newest', 'row', 'suspicion', 'rating', 'model', 'oldest'] as const;
const ROUNDS = 4;
const PAGES = 300;

export async function measureStore(libraryDir: string): Promise<StoreFigures> {
  const store = await openStore({ libraryDir });
  const began = performance.now();
  const first = await store.searchGallery(EVERYTHING);
  const indexMs = performance.now() - began;
  const { wordsMs, longestStepMs } = await takeWords(async () => (await store.galleryStep()) === 'done');

  const searches: number[] = [];
  let round = 0;
  for (let again = 0; again < ROUNDS; again += 1) {
    for (const text of TEXTS) {
      for (const query of queriesOf(text, round)) {
        const from = performance.now();
        await store.searchGallery(query);
        searches.push(performance.now() - from);
      }
      round += 1;
    }
  }
  const { snapshot, total } = await store.searchGallery(EVERYTHING);
  const pages: number[] = [];
  for (let at = 0; at < PAGES; at += 1) {
    const offset = (at * 7919 * 13) % Math.max(1, total - 200);
    const from = performance.now();
    await store.galleryPage({ query: EVERYTHING, snapshot }, offset, 200);
    pages.push(performance.now() - from);
  }
  await store.close();
  return { results: first.total, indexMs, wordsMs, longestStepMs, searches, pages };
}

async function takeWords(step: () => Promise<boolean>): Promise<{ wordsMs: number; longestStepMs: number }> {
  const began = performance.now();
  let longestStepMs = 0;
  for (let isDone = false; !isDone; ) {
    const from = performance.now();
    isDone = await step();
    longestStepMs = Math.max(longestStepMs, performance.now() - from);
  }
  return { wordsMs: performance.now() - began, longestStepMs };
}

/** The text is new each round, so that no search is answered from what is kept. */
function queriesOf(text: string, round: number): readonly GalleryQuery[] {
  const fresh = `${text}${' '.repeat(round)}`;
  const sort = SORTS[round % SORTS.length] ?? 'newest';
  return [
    { ...EVERYTHING, text: fresh, sort },
    {
      ...EVERYTHING,
      text: fresh,
      sort,
      facets: {
        model: { include: ['openai/gpt-image-2'], exclude: [] },
        verdict: { include: ['accepted', 'unset'], exclude: [] },
        suspicion: { include: [], exclude: ['blank'] },
      },
    },
  ];
}
