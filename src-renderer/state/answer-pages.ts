/** The answers of a text run, kept sparse by page: only what is looked at is fetched, and fetched again as they come. */
import type { AnswerRow } from '@shared/model/text';
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import type { Client } from '../api';
import { sentenceOf } from './refusal';

export const ANSWERS_PAGE = 100;
/** Pages kept around those in view. */
const KEPT_PAGES = 10;

/** Absent: all. */
export type AnswerState = 'done' | 'failed' | undefined;

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
  /** Fetches what was last looked at again; what else is held is let go. */
  refresh(): void;
}

export function createAnswerPages(
  client: Pick<Client, 'text'>,
  of: { readonly runId: number; readonly state: AnswerState },
): AnswerPages {
  const store = createStore<AnswerPagesState>(() => ({ total: null, pages: new Map(), sentence: null }));
  const fetching = new Set<number>();
  /** Asked for again while a fetch was under way: its answer may be older than the question. */
  const again = new Set<number>();
  let seen: readonly [number, number] = [0, 0];

  async function fetchPage(page: number): Promise<void> {
    if (fetching.has(page)) {
      again.add(page);
      return;
    }
    fetching.add(page);
    try {
      const { total, answers } = await client.text.answers({
        runId: of.runId,
        offset: page * ANSWERS_PAGE,
        limit: ANSWERS_PAGE,
        ...(of.state === undefined ? {} : { state: of.state }),
      });
      store.setState(({ pages }) => ({ total, pages: new Map(pages).set(page, answers), sentence: null }));
    } catch (error) {
      store.setState({ sentence: sentenceOf(error) });
    } finally {
      fetching.delete(page);
      if (again.delete(page)) {
        void fetchPage(page);
      }
    }
  }

  function look(isKept: (page: number) => boolean): void {
    const { pages } = store.getState();
    if ([...pages.keys()].some((page) => !isKept(page))) {
      store.setState({ pages: new Map([...pages].filter(([page]) => isKept(page))) });
    }
  }

  return {
    store,
    rowAt: (offset) => rowAt(store.getState(), offset),
    ensure(first, last) {
      seen = [pageOf(first), pageOf(Math.max(first, last))];
      look((page) => page >= seen[0] - KEPT_PAGES && page <= seen[1] + KEPT_PAGES);
      for (let page = seen[0]; page <= seen[1]; page += 1) {
        if (!store.getState().pages.has(page) && !fetching.has(page)) {
          void fetchPage(page);
        }
      }
    },
    refresh() {
      look((page) => page >= seen[0] && page <= seen[1]);
      for (let page = seen[0]; page <= seen[1]; page += 1) {
        void fetchPage(page);
      }
    },
  };
}

export function rowAt({ pages }: AnswerPagesState, offset: number): AnswerRow | undefined {
  return pages.get(pageOf(offset))?.[offset % ANSWERS_PAGE];
}

function pageOf(offset: number): number {
  return Math.floor(offset / ANSWERS_PAGE);
}
