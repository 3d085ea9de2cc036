/** The answers of a text run, kept sparse by page: only what is looked at is fetched, and fetched again as they come. */
import type { FailureKind } from '@shared/model/failure';
import type { AnswerRow } from '@shared/model/text';
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import type { Client } from '../api';
import type { Looked } from './job-pages';
import { sentenceOf } from './refusal';
import type { JobFilter } from './ui-store';

export const ANSWERS_PAGE = 100;
/** Pages kept around those in view. */
const KEPT_PAGES = 10;

/** Which answers of a run; empty: all. */
export interface AnswerQuery {
  readonly state?: 'done' | 'failed';
  readonly failureKind?: FailureKind;
}

/** States that the table has no chip for show all. */
export function answerQueryOf(filter: JobFilter): AnswerQuery {
  switch (filter.kind) {
    case 'all':
      return {};
    case 'failure':
      return { failureKind: filter.failure };
    case 'state':
      return filter.state === 'done' || filter.state === 'failed' ? { state: filter.state } : {};
  }
}

export interface AnswerPagesState {
  /** Null until first known. */
  readonly total: number | null;
  readonly pages: ReadonlyMap<number, readonly AnswerRow[]>;
  /** Why the last fetch failed. */
  readonly sentence: string | null;
}

export interface AnswerPages {
  readonly store: StoreApi<AnswerPagesState>;
  rowAt(offset: number): AnswerRow | undefined;
  /** Fetches what is missing between two offsets. */
  ensure(first: number, last: number): void;
  /** Fetches what was last looked at again, and shows it in one step; what else is held is let go. */
  refresh(): void;
}

type Found = Pick<AnswerPagesState, 'pages'> & { readonly total: number };

interface Fetch {
  /** All is asked for again since: its answer may be older than that question, and is dropped. */
  isOvertaken: boolean;
}

export function createAnswerPages(
  client: Pick<Client, 'text'>,
  of: { readonly runId: number; readonly query: AnswerQuery; readonly looked: Looked },
): AnswerPages {
  const store = createStore<AnswerPagesState>(() => ({ total: null, pages: new Map(), sentence: null }));
  const fetching = new Map<number, Fetch>();
  /** Refreshes asked for since the last one began, with it. */
  let refreshes = 0;
  let seen: readonly [number, number] = [0, 0];

  async function load(numbers: readonly number[]): Promise<Found> {
    const found = await Promise.all(
      numbers.map(async (page) => {
        const asked = { runId: of.runId, offset: page * ANSWERS_PAGE, limit: ANSWERS_PAGE };
        return { page, ...(await client.text.answers({ ...asked, ...of.query })) };
      }),
    );
    return {
      total: found.at(-1)?.total ?? 0,
      pages: new Map(found.map(({ page, answers }) => [page, answers])),
    };
  }

  /** What came into view meanwhile, or is looked at, is fetched before the rest is shown: else it would be lost. */
  async function loadWith(wanted: (found: Found | null) => readonly number[]): Promise<Found> {
    const first = await load(wanted(null));
    const besides = wanted(first).filter((page) => !first.pages.has(page));
    if (besides.length === 0) {
      return first;
    }
    const { total, pages } = await load(besides);
    return { total, pages: new Map([...first.pages, ...pages]) };
  }

  /** Where what is looked at stands: its page; those beside it, too, where what was found no longer holds it. */
  function pagesOfLooked(found: Found | null): readonly number[] {
    const place = of.looked.place();
    if (place === undefined) {
      return [];
    }
    const page = pageOf(place);
    const row = rowAt(store.getState(), place);
    if (found === null || row === undefined || placeOf(found, row.jobId) !== null) {
      return [page];
    }
    return [page - 1, page, page + 1].filter((one) => one >= 0 && one * ANSWERS_PAGE < found.total);
  }

  /** What is looked at stays the same row. */
  function show({ total, pages }: Found): void {
    const place = of.looked.place();
    const row = place === undefined ? undefined : rowAt(store.getState(), place);
    store.setState({ total, pages, sentence: null });
    const now = row === undefined ? null : placeOf({ pages }, row.jobId);
    if (now !== null && now !== place) {
      of.looked.move(now);
    }
  }

  async function fetchPage(page: number): Promise<void> {
    const mine: Fetch = { isOvertaken: false };
    fetching.set(page, mine);
    try {
      const { total, pages } = await loadWith((found) => {
        const place = of.looked.place();
        return place !== undefined && pageOf(place) === page ? pagesOfLooked(found) : [page];
      });
      if (!mine.isOvertaken) {
        show({ total, pages: new Map([...store.getState().pages, ...pages]) });
      }
    } catch (error) {
      if (!mine.isOvertaken) {
        store.setState({ sentence: sentenceOf(error) });
      }
    } finally {
      fetching.delete(page);
      if (mine.isOvertaken && refreshes === 0) {
        fetchMissing();
      }
    }
  }

  async function refresh(): Promise<void> {
    refreshes += 1;
    fetching.forEach((under) => (under.isOvertaken = true));
    if (refreshes > 1) {
      return;
    }
    try {
      show(await loadWith((found) => [...new Set([...inView(), ...pagesOfLooked(found)])]));
    } catch (error) {
      store.setState({ sentence: sentenceOf(error) });
    } finally {
      fetchMissing();
      const isAskedAgain = refreshes > 1;
      refreshes = 0;
      if (isAskedAgain) {
        void refresh();
      }
    }
  }

  function inView(): readonly number[] {
    return Array.from({ length: seen[1] - seen[0] + 1 }, (_, at) => seen[0] + at);
  }

  function fetchMissing(): void {
    for (const page of inView()) {
      if (!store.getState().pages.has(page) && !fetching.has(page)) {
        void fetchPage(page);
      }
    }
  }

  /** Near the view; and that of what is looked at, which is then followed from wherever it is. */
  function isKept(page: number): boolean {
    const place = of.looked.place();
    const isLooked = place !== undefined && pageOf(place) === page;
    return isLooked || (page >= seen[0] - KEPT_PAGES && page <= seen[1] + KEPT_PAGES);
  }

  return {
    store,
    rowAt: (offset) => rowAt(store.getState(), offset),
    ensure(first, last) {
      seen = [pageOf(first), pageOf(Math.max(first, last))];
      const { pages } = store.getState();
      if ([...pages.keys()].some((page) => !isKept(page))) {
        store.setState({ pages: new Map([...pages].filter(([page]) => isKept(page))) });
      }
      fetchMissing();
    },
    refresh: () => void refresh(),
  };
}

export function rowAt({ pages }: AnswerPagesState, offset: number): AnswerRow | undefined {
  return pages.get(pageOf(offset))?.[offset % ANSWERS_PAGE];
}

/** Among the pages that are held. */
function placeOf({ pages }: Pick<AnswerPagesState, 'pages'>, jobId: number): number | null {
  for (const [page, rows] of pages) {
    const at = rows.findIndex((row) => row.jobId === jobId);
    if (at >= 0) {
      return page * ANSWERS_PAGE + at;
    }
  }
  return null;
}

function pageOf(offset: number): number {
  return Math.floor(offset / ANSWERS_PAGE);
}
