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

type LoadJobs = (
  offset: number,
  limit: number,
) => Promise<{ readonly total: number; readonly jobs: readonly JobTile[] }>;

export interface JobPagesOptions {
  readonly load: LoadJobs;
  /** Where a job of an event belongs in this list; null when only a fetch can tell. */
  offsetOf(tile: JobTile): number | null;
  readonly looked?: Looked;
}

/** What of the list is looked at. */
export interface Looked {
  place(): number | undefined;
  /** Its job is now elsewhere: others came in before it, or left. */
  move(offset: number): void;
}

export interface JobPages {
  readonly store: ReturnType<typeof createPagesStore>;
  tileAt(offset: number): JobTile | undefined;
  /** Sets the length, where another source knows it sooner than a fetch (a run's counts). */
  resize(total: number): void;
  /** Fetches what is missing between two offsets. */
  ensure(first: number, last: number): void;
  /** Fetches again what was last looked at, and shows it in one step; other pages are then fetched when looked at. */
  refresh(): void;
  /** Fetches the same of another list, and the page of `place`. Called at once, the answer shows that and nothing else. */
  prepare(load: LoadJobs, place: number | null): Promise<() => void>;
  /** Applies tiles from an event. */
  patch(tiles: readonly JobTile[]): void;
}

type Found = Pick<JobPagesState, 'pages'> & { readonly total: number };

/** Which pages are to be fetched, and once some were found which besides. */
type Wanted = (found: Found | null) => readonly number[];

interface Fetch {
  /** Something newer was asked for since: its answer may be older than that question, and is dropped. */
  isOvertaken: boolean;
}

function createPagesStore() {
  return createStore<JobPagesState>(() => ({ total: null, pages: new Map(), error: null }));
}

export function createJobPages(options: JobPagesOptions): JobPages {
  const store = createPagesStore();
  const fetching = new Map<number, Fetch>();
  /** Refreshes asked for since the last one began, with it. */
  let refreshes = 0;
  /** What events tell while something is fetched: those tiles are newer than its answer. */
  const told = new Set<Map<number, JobTile>>();
  let seen: readonly [number, number] = [0, 0];

  /** `wanted` is asked again about what it found: what it then names besides is fetched, too, once. */
  async function fetchPages(load: LoadJobs, wanted: Wanted): Promise<Found> {
    const newer = new Map<number, JobTile>();
    told.add(newer);
    try {
      const first = await loadPages(load, wanted(null));
      const besides = wanted(first).filter((page) => !first.pages.has(page));
      const { total, pages } = besides.length === 0 ? first : await loadPages(load, besides);
      const found = [...new Map([...first.pages, ...pages])].map(
        ([page, tiles]) => [page, tiles.map((tile) => (tile && newer.get(tile.id)) ?? tile)] as const,
      );
      return { total, pages: new Map(found) };
    } finally {
      told.delete(newer);
    }
  }

  /** Where what is looked at stands: its page; those beside it, too, where what was found no longer holds it. */
  function pagesOfLooked(found: Found | null): readonly number[] {
    const place = options.looked?.place();
    if (place === undefined) {
      return [];
    }
    const page = pageOf(place);
    const looked = tileAt(store.getState(), place);
    if (found === null || looked === undefined || placeOf(found, looked.id) !== null) {
      return [page];
    }
    return [page - 1, page, page + 1].filter((one) => one >= 0 && one * PAGE_SIZE < found.total);
  }

  async function fetchPage(page: number): Promise<void> {
    const mine: Fetch = { isOvertaken: false };
    fetching.set(page, mine);
    const wanted: Wanted = (found) => {
      const place = options.looked?.place();
      return place !== undefined && pageOf(place) === page ? pagesOfLooked(found) : [page];
    };
    try {
      const { total, pages: found } = await fetchPages(options.load, wanted);
      if (!mine.isOvertaken) {
        showFollowing(() =>
          store.setState(({ pages }) => ({ total, pages: new Map([...pages, ...found]), error: null })),
        );
      }
    } catch (error) {
      if (!mine.isOvertaken) {
        store.setState({ error });
      }
    } finally {
      fetching.delete(page);
      if (mine.isOvertaken && refreshes === 0) {
        fetchMissing();
      }
    }
  }

  function fetchMissing(): void {
    const { total, pages } = store.getState();
    for (const page of inView()) {
      if (!isComplete(pages.get(page), page, total) && !fetching.has(page)) {
        void fetchPage(page);
      }
    }
  }

  function inView(): readonly number[] {
    return Array.from({ length: seen[1] - seen[0] + 1 }, (_, at) => seen[0] + at);
  }

  /** What comes into view meanwhile is fetched before it is shown: else it would go blank. */
  async function gather(load: LoadJobs, wanted: Wanted): Promise<() => void> {
    const all: Wanted = (found) => [...new Set([...inView(), ...wanted(found)])];
    const found = await fetchPages(load, all);
    return () => {
      store.setState({ ...found, error: null });
      fetchMissing();
    };
  }

  async function refresh(): Promise<void> {
    refreshes += 1;
    fetching.forEach((under) => (under.isOvertaken = true));
    if (refreshes > 1) {
      return;
    }
    const load: LoadJobs = (offset, limit) => {
      const older = fetching.get(pageOf(offset));
      if (older !== undefined) {
        older.isOvertaken = true;
      }
      return options.load(offset, limit);
    };
    try {
      showFollowing(await gather(load, pagesOfLooked));
    } catch (error) {
      store.setState({ error });
      fetchMissing();
    } finally {
      const isAskedAgain = refreshes > 1;
      refreshes = 0;
      if (isAskedAgain) {
        void refresh();
      }
    }
  }

  /** What is looked at stays the same job. */
  function showFollowing(show: () => void): void {
    const place = options.looked?.place();
    const looked = place === undefined ? undefined : tileAt(store.getState(), place);
    show();
    const now = looked === undefined ? null : placeOf(store.getState(), looked.id);
    if (now !== null && now !== place) {
      options.looked?.move(now);
    }
  }

  /** Near the view; and that of what is looked at, which is then followed from wherever it is. */
  function isKept(page: number): boolean {
    const place = options.looked?.place();
    const isLooked = place !== undefined && pageOf(place) === page;
    return isLooked || (page >= seen[0] - KEPT_PAGES && page <= seen[1] + KEPT_PAGES);
  }

  function dropFarPages(): void {
    const { pages } = store.getState();
    if ([...pages.keys()].some((page) => !isKept(page))) {
      store.setState({ pages: new Map([...pages].filter(([page]) => isKept(page))) });
    }
  }

  return {
    store,
    tileAt: (offset) => tileAt(store.getState(), offset),
    resize: (total) => store.setState((state) => (state.total === total ? state : { total })),
    ensure(first, last) {
      const { total } = store.getState();
      const end = total === null ? 0 : Math.max(0, Math.min(last, total - 1));
      seen = [pageOf(first), Math.max(pageOf(first), pageOf(end))];
      dropFarPages();
      fetchMissing();
    },
    refresh: () => void refresh(),
    prepare: (load, place) => gather(load, () => (place === null ? [] : [pageOf(place)])),
    patch(tiles) {
      for (const newer of told) {
        tiles.forEach((tile) => newer.set(tile.id, tile));
      }
      store.setState((state) =>
        withTiles(state, tiles, {
          offsetOf: options.offsetOf,
          isWanted: (page) => isKept(page) || fetching.has(page),
        }),
      );
    },
  };
}

async function loadPages(load: LoadJobs, numbers: readonly number[]): Promise<Found> {
  const found = await Promise.all(
    numbers.map(async (page) => ({ page, ...(await load(page * PAGE_SIZE, PAGE_SIZE)) })),
  );
  return {
    total: found.at(-1)?.total ?? 0,
    pages: new Map(found.map(({ page, jobs }) => [page, jobs])),
  };
}

export function tileAt(state: JobPagesState, offset: number): JobTile | undefined {
  return state.pages.get(pageOf(offset))?.[offset % PAGE_SIZE];
}

/** Among the pages that are held. */
function placeOf({ pages }: Found | JobPagesState, jobId: number): number | null {
  for (const [page, tiles] of pages) {
    const at = tiles.findIndex((tile) => tile?.id === jobId);
    if (at >= 0) {
      return page * PAGE_SIZE + at;
    }
  }
  return null;
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
