/** The gallery of this window: the query, what it found, the selection, what was done and can be undone. */
import {
  EVERYTHING,
  type GalleryAnswer,
  type GalleryQuery,
  type SmartView,
  type Tag,
} from '@shared/model/gallery';
import type { JobTile } from '@shared/model/run';
import { createStore } from 'zustand/vanilla';
import type { Client } from '../api';
import {
  clear,
  countSelected,
  focusOn,
  NOTHING_SELECTED,
  pick,
  pickAll,
  pickMatching,
  type Place,
  range,
  type Selection,
  toggle,
} from './gallery-selection';
import { followSelection, MOST_IDS } from './gallery-follow';
import { createGalleryWork, type GalleryWork, type WorkState } from './gallery-work';
import { createJobPages, type JobPages } from './job-pages';
import { refusalOf } from './refusal';
import type { UiStore } from './ui-store';

export interface GalleryState {
  readonly query: GalleryQuery;
  /** Null until the first answer. */
  readonly answer: GalleryAnswer | null;
  /** What `answer` answers; the query may be newer. */
  readonly answered: GalleryQuery | null;
  /** Why the last search failed. */
  readonly error: string | null;
  readonly selection: Selection;
  /** Another number: the focus is to be scrolled to. New results that shift it leave the list where it is. */
  readonly reveals: number;
  readonly look: 'grid' | 'table';
  readonly views: readonly SmartView[];
  readonly tags: readonly Tag[];
  readonly work: WorkState;
  readonly dialog: GalleryDialog;
}

/** What is asked before something is done. */
export type GalleryDialog = 'none' | 'tag' | 'rerun' | 'jump' | 'saveView' | 'emptyTrash' | 'arena';

const TYPING_MS = 120;
/** Fetched before the screen has told what is in view. */
const FIRST_TILES = 100;

export type GalleryStore = ReturnType<typeof createGalleryStore>;

function createGalleryStore() {
  return createStore<GalleryState>(() => ({
    query: EVERYTHING,
    answer: null,
    answered: null,
    error: null,
    selection: NOTHING_SELECTED,
    reveals: 0,
    look: 'grid',
    views: [],
    tags: [],
    work: { kind: 'idle' },
    dialog: 'none',
  }));
}

export interface GalleryModel {
  readonly store: GalleryStore;
  readonly pages: JobPages;
  readonly work: GalleryWork;
  /** Another query; the selection of the old one ends. Typed text waits until the typing does. */
  ask(query: GalleryQuery, isTyped?: boolean): void;
  /** After the connection came back: what was looked at before is asked for again. */
  connected(): void;
  /** The same query over the library as it is now; focus and selection stay with their results. */
  refresh(): void;
  patch(tiles: readonly JobTile[]): void;
  press(offset: number, keys: { readonly shift: boolean; readonly ctrl: boolean }): void;
  /** Arrow keys: with Shift the range grows, with Ctrl only the focus moves. */
  move(offset: number, keys: { readonly shift: boolean; readonly ctrl: boolean }): void;
  toggleFocused(): void;
  /** What is on screen, to be fetched and to be selected at once. */
  see(first: number, last: number): void;
  pickSeen(): Promise<void>;
  seenTiles(): readonly JobTile[];
  /** The place of the next row with that number in its file is put in focus; answers whether there is one. */
  jumpTo(index: number): Promise<boolean>;
  /** Those of these places; `isAdding`: beside what is selected. */
  pickPlaces(offsets: readonly number[], isAdding: boolean): Promise<void>;
  pickMatching(): void;
  select(selection: Selection): void;
  /** The result that is looked at. */
  focused(): JobTile | undefined;
  /** What the next action is about: in the close look what it shows; else the selection, else the result in focus. */
  meant(): Selection;
  loadViews(): Promise<void>;
}

export function createGalleryModel(client: Client, ui: UiStore): GalleryModel {
  const store = createGalleryStore();
  let searches = 0;
  let typing: ReturnType<typeof setTimeout> | undefined;
  /** Presses so far, and the last of them that begins another selection: what a fetch answers to an older one is dropped. */
  let presses = 0;
  let replaced = 0;
  /** Something was done since the selection was last compared with its list. */
  let isUnchecked = false;
  let seen: readonly [number, number] = [0, -1];

  const listed = () => {
    const { query, answer } = store.getState();
    return answer === null ? { query } : { query, snapshot: answer.snapshot };
  };
  const pages = createJobPages({
    async load(offset, limit) {
      let asked = listed();
      let page = await client.gallery.page({ ...asked, offset, limit });
      // What belongs to a list that is no longer shown is asked for again of the one that is.
      while (asked.snapshot !== listed().snapshot) {
        asked = listed();
        page = await client.gallery.page({ ...asked, offset, limit });
      }
      return checked(page, asked.snapshot);
    },
    offsetOf: () => null,
  });

  /** A list that was forgotten was found anew, and may be another: all of it is asked for again. */
  function checked<Page extends { readonly snapshot: string }>(page: Page, asked: string | undefined): Page {
    if (asked !== undefined && page.snapshot !== asked) {
      queueMicrotask(() => void search());
    }
    return page;
  }

  /** `isAfterWork`: what was done to the selection may have taken it out of the list. */
  async function search(isAfterWork = false): Promise<void> {
    searches += 1;
    const mine = searches;
    isUnchecked ||= isAfterWork;
    const { query } = store.getState();
    try {
      const answer = await client.gallery.search({ query });
      const isOther = JSON.stringify(query) !== JSON.stringify(store.getState().answered);
      if (!isOther) {
        await renew(query, answer, () => mine === searches);
      } else if (mine === searches) {
        isUnchecked = false;
        store.setState({ answer, answered: query, error: null });
        pages.store.setState({ pages: new Map(), total: answer.total });
        pages.ensure(0, FIRST_TILES);
      }
    } catch (error) {
      const refusal = refusalOf(error);
      if (mine === searches && refusal.kind === 'sentence') {
        store.setState({ error: refusal.sentence });
      }
    }
  }

  /** The list as it is now is shown in one step with the focus on its result, which is never on another in between. */
  async function renew(query: GalleryQuery, answer: GalleryAnswer, isWanted: () => boolean): Promise<void> {
    const { snapshot, total } = answer;
    const load = async (offset: number, limit: number) =>
      checked(await client.gallery.page({ query, snapshot, offset, limit }), snapshot);
    while (isWanted()) {
      const { selection } = store.getState();
      const focusedId = selection.focus === null ? undefined : pages.tileAt(selection.focus)?.id;
      const order = { selection, focusedId, isAfterWork: isUnchecked };
      const followed = await followSelection(client, { query, snapshot, total }, order);
      const show = await pages.prepare(load, followed.focus);
      // Another selection since is followed, too.
      if (isWanted() && store.getState().selection === selection) {
        isUnchecked = false;
        store.setState({ answer, error: null, selection: followed });
        show();
        return;
      }
    }
  }

  /** Ids of places, from what is loaded where possible. */
  async function idsBetween(from: number, to: number): Promise<readonly number[]> {
    const end = Math.min(to, from + MOST_IDS - 1);
    const held: number[] = [];
    for (let offset = from; offset <= end; offset += 1) {
      const tile = pages.tileAt(offset);
      if (tile === undefined) {
        return client.gallery.ids({ ...listed(), from, to: end + 1 });
      }
      held.push(tile.id);
    }
    return held;
  }

  async function placeAt(offset: number): Promise<Place | null> {
    const [id] = await idsBetween(offset, offset);
    return id === undefined ? null : { offset, id };
  }

  const put = (selection: Selection) => store.setState({ selection });
  const reveal = () => store.setState(({ reveals }) => ({ reveals: reveals + 1 }));

  function beginPress(isReplacing: boolean): number {
    presses += 1;
    replaced = isReplacing ? presses : replaced;
    return presses;
  }

  function replace(selection: Selection): void {
    beginPress(true);
    put(selection);
  }

  async function pickRange(offset: number, isAdding: boolean): Promise<void> {
    const mine = beginPress(!isAdding);
    const { anchor } = store.getState().selection;
    const [from, to] = [Math.min(anchor ?? offset, offset), Math.max(anchor ?? offset, offset)];
    put(focusOn(store.getState().selection, offset));
    const ids = await idsBetween(from, to);
    if (mine === presses) {
      put(range(store.getState().selection, { offset, ids, isAdding }));
    }
  }

  async function press(offset: number, { shift, ctrl }: { shift: boolean; ctrl: boolean }): Promise<void> {
    if (shift) {
      return pickRange(offset, ctrl);
    }
    const mine = beginPress(!ctrl);
    const { selection } = store.getState();
    const tile = pages.tileAt(offset);
    // Until it is known which one stands there, a verdict must not go to what was selected before.
    put(tile === undefined && !ctrl ? focusOn(clear(selection), offset) : focusOn(selection, offset));
    const place = tile === undefined ? await placeAt(offset) : { offset, id: tile.id };
    if (place !== null && replaced <= mine) {
      put(ctrl ? toggle(store.getState().selection, place) : pick(place));
    }
  }

  const model: GalleryModel = {
    store,
    pages,
    work: createGalleryWork({ client, ui, store, refresh: () => void search(true) }),
    ask(query, isTyped = false) {
      store.setState({ query });
      replace(NOTHING_SELECTED);
      clearTimeout(typing);
      if (isTyped) {
        typing = setTimeout(() => void search(), TYPING_MS);
      } else {
        void search();
      }
    },
    connected() {
      if (store.getState().answer !== null) {
        void search();
      }
    },
    refresh: () => void search(),
    patch: pages.patch,
    press: (offset, keys) => void press(offset, keys),
    move(offset, { shift, ctrl }) {
      if (ctrl && !shift) {
        put(focusOn(store.getState().selection, offset));
      } else {
        void press(offset, { shift, ctrl: false });
      }
      reveal();
    },
    toggleFocused() {
      const { focus } = store.getState().selection;
      if (focus !== null) {
        void press(focus, { shift: false, ctrl: true });
      }
    },
    async pickPlaces(offsets, isAdding) {
      const first = offsets[0];
      const last = offsets.at(-1);
      if (first === undefined || last === undefined) {
        if (!isAdding) {
          replace(pickAll(store.getState().selection, []));
        }
        return;
      }
      const mine = beginPress(!isAdding);
      const ids = await idsBetween(first, last);
      if (mine === presses) {
        const { selection } = store.getState();
        const kept = isAdding && selection.chosen.kind === 'ids' ? selection.chosen.ids : [];
        const wanted = offsets.flatMap((offset) => ids[offset - first] ?? []);
        const focus = selection.focus ?? first;
        put({ ...pickAll(selection, [...kept, ...wanted]), focus, anchor: selection.anchor ?? focus });
      }
    },
    see(first, last) {
      seen = [first, last];
      pages.ensure(first, last);
    },
    seenTiles: () =>
      Array.from({ length: seen[1] - seen[0] + 1 }, (_, at) => pages.tileAt(seen[0] + at) ?? []).flat(),
    pickSeen: () =>
      model.pickPlaces(
        Array.from({ length: seen[1] - seen[0] + 1 }, (_, at) => seen[0] + at),
        false,
      ),
    async jumpTo(index) {
      const after = store.getState().selection.focus ?? -1;
      const offset = await client.gallery.findRow({ ...listed(), index, after });
      if (offset !== null) {
        await press(offset, { shift: false, ctrl: false });
        reveal();
      }
      return offset !== null;
    },
    pickMatching() {
      const { answer, answered, selection } = store.getState();
      if (answer !== null && answered !== null) {
        const { snapshot, total } = answer;
        replace(pickMatching(selection, { query: answered, snapshot, total }));
      }
    },
    select: replace,
    focused() {
      const { focus } = store.getState().selection;
      return focus === null ? undefined : pages.tileAt(focus);
    },
    meant() {
      const { selection } = store.getState();
      if (countSelected(selection) > 0 && !ui.getState().isLoupeOpen) {
        return selection;
      }
      const { focus } = selection;
      const id = model.focused()?.id;
      return focus === null || id === undefined ? clear(selection) : pick({ offset: focus, id });
    },
    async loadViews() {
      const [views, tags] = await Promise.all([client.gallery.views(), client.gallery.tags()]);
      store.setState({ views, tags });
    },
  };
  return model;
}
