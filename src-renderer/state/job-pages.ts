/**
 * A long list of tiles (a run's jobs, a filter over them, or the gallery), kept sparse by page: only pages that were
 * looked at are fetched, and events patch them in place.
 */
import type { JobTile } from '@shared/model/run';
import { createStore } from 'zustand/vanilla';

export const PAGE_SIZE = 200;
/** Pages kept before and after those in view: a run of a hundred thousand jobs is never held whole. */
export const KEPT_PAGES = 10;

export type JobPage = readonly (JobTile | undefined)[];

export interface JobPagesState {
  /** Length of the list; null until first known. */
  readonly total: number | null;
  readonly pages: ReadonlyMap<number, JobPage>;
  /** Why the last fetch failed. */
  readonly error: unknown;
}

export interface JobPagesOptions {
  load(offset: number, limit: number): Promise<{ total: number; jobs: readonly JobTile[] }>;
  /** Where a job of an event belongs in this list; null when only a fetch can tell. */
  offsetOf(tile: JobTile): number | null;
}

export interface JobPages {
  readonly store: ReturnType<typeof createPagesStore>;
  tileAt(offset: number): JobTile | undefined;
  /** Sets the length, where another source knows it sooner than a fetch (a run's counts). */
  resize(total: number): void;
  /** Fetches what is missing between two offsets. */
  ensure(first: number, last: number): void;
  /** Fetches again what was last looked at; other pages are dropped and fetched when looked at. */
  refresh(): void;
  /** Applies tiles from an event. */
  patch(tiles: readonly JobTile[]): void;
}

function createPagesStore() {
  return createStore<JobPagesState>(() => ({ total: null, pages: new Map(), error: null }));
}

export function createJobPages(options: JobPagesOptions): JobPages {
  const store = createPagesStore();
  /** Pages a fetch is under way for, with the jobs that events changed meanwhile: those are newer than its answer. */
  const fetching = new Map<number, Set<number>>();
  const again = new Set<number>();
  let seen: readonly [number, number] = [0, 0];

  async function fetchPage(page: number): Promise<void> {
    if (fetching.has(page)) {
      again.add(page);
      return;
    }
    const touched = new Set<number>();
    fetching.set(page, touched);
    try {
      const answer = await options.load(page * PAGE_SIZE, PAGE_SIZE);
      store.setState((state) => merge(state, { page, answer, touched }));
    } catch (error) {
      store.setState({ error });
    } finally {
      fetching.delete(page);
      if (again.delete(page)) {
        void fetchPage(page);
      }
    }
  }

  function isNear(page: number): boolean {
    return page >= seen[0] - KEPT_PAGES && page <= seen[1] + KEPT_PAGES;
  }

  function dropFarPages(): void {
    const { pages } = store.getState();
    if ([...pages.keys()].some((page) => !isNear(page))) {
      store.setState({ pages: new Map([...pages].filter(([page]) => isNear(page))) });
    }
  }

  return {
    store,
    tileAt: (offset) => tileAt(store.getState(), offset),
    resize: (total) => store.setState((state) => (state.total === total ? state : { total })),
    ensure(first, last) {
      const { total, pages } = store.getState();
      const end = total === null ? 0 : Math.max(0, Math.min(last, total - 1));
      seen = [pageOf(first), Math.max(pageOf(first), pageOf(end))];
      dropFarPages();
      for (let page = seen[0]; page <= seen[1]; page += 1) {
        if (!isComplete(pages.get(page), page, total) && !fetching.has(page)) {
          void fetchPage(page);
        }
      }
    },
    refresh() {
      store.setState((state) => ({ pages: keepPages(state.pages, seen) }));
      for (let page = seen[0]; page <= seen[1]; page += 1) {
        void fetchPage(page);
      }
    },
    patch(tiles) {
      for (const touched of fetching.values()) {
        for (const tile of tiles) {
          touched.add(tile.id);
        }
      }
      store.setState((state) =>
        withTiles(state, tiles, {
          offsetOf: options.offsetOf,
          isWanted: (page) => isNear(page) || fetching.has(page),
        }),
      );
    },
  };
}

export function tileAt(state: JobPagesState, offset: number): JobTile | undefined {
  return state.pages.get(pageOf(offset))?.[offset % PAGE_SIZE];
}

function pageOf(offset: number): number {
  return Math.floor(offset / PAGE_SIZE);
}

function isComplete(page: JobPage | undefined, number: number, total: number | null): boolean {
  if (page === undefined || total === null) {
    return false;
  }
  const expected = Math.min(PAGE_SIZE, total - number * PAGE_SIZE);
  return page.length >= expected && !page.slice(0, expected).includes(undefined);
}

function keepPages(pages: ReadonlyMap<number, JobPage>, [first, last]: readonly [number, number]) {
  return new Map([...pages].filter(([page]) => page >= first && page <= last));
}

interface Answered {
  readonly page: number;
  readonly answer: { readonly total: number; readonly jobs: readonly JobTile[] };
  readonly touched: ReadonlySet<number>;
}

function merge(state: JobPagesState, { page, answer, touched }: Answered): JobPagesState {
  const newer = new Map<number, JobTile>();
  for (const tile of state.pages.get(page) ?? []) {
    if (tile !== undefined && touched.has(tile.id)) {
      newer.set(tile.id, tile);
    }
  }
  const merged = answer.jobs.map((tile) => newer.get(tile.id) ?? tile);
  return { total: answer.total, pages: new Map(state.pages).set(page, merged), error: null };
}

interface Places {
  readonly offsetOf: JobPagesOptions['offsetOf'];
  /** Whether a page is kept: others are fetched when they are looked at. */
  isWanted(page: number): boolean;
}

/** The same state where none of the tiles belongs to it, so that nobody is told. */
function withTiles(
  state: JobPagesState,
  tiles: readonly JobTile[],
  { offsetOf, isWanted }: Places,
): JobPagesState | Partial<JobPagesState> {
  const changed = new Map<number, (JobTile | undefined)[]>();
  function editable(page: number): (JobTile | undefined)[] {
    const copy = changed.get(page) ?? [...(state.pages.get(page) ?? [])];
    changed.set(page, copy);
    return copy;
  }
  const byId = new Map<number, JobTile>();
  for (const tile of tiles) {
    const offset = offsetOf(tile);
    if (offset === null) {
      byId.set(tile.id, tile);
    } else if (isWanted(pageOf(offset))) {
      editable(pageOf(offset))[offset % PAGE_SIZE] = tile;
    }
  }
  if (byId.size > 0) {
    for (const [page, held] of state.pages) {
      held.forEach((tile, at) => {
        const newer = tile === undefined ? undefined : byId.get(tile.id);
        if (newer !== undefined) {
          editable(page)[at] = newer;
        }
      });
    }
  }
  return changed.size === 0 ? state : { pages: new Map([...state.pages, ...changed]) };
}
