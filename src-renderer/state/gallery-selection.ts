/**
 * What is selected in the gallery, as a machine without a screen: results by id, or all that the query finds but some. The focus is
 * the one that is looked at; the anchor is where a range begins.
 */
import type { GalleryQuery, GallerySelection } from '@shared/model/gallery';

/** What a query found. */
export interface FoundList {
  readonly query: GalleryQuery;
  readonly snapshot: string;
  readonly total: number;
}

export type Chosen =
  | { readonly kind: 'ids'; readonly ids: ReadonlySet<number> }
  /** All of the list on screen, but some. */
  | (FoundList & { readonly kind: 'matching'; readonly except: ReadonlySet<number> });

export interface Selection {
  readonly chosen: Chosen;
  /** Places in the list; null: nothing was ever touched. */
  readonly focus: number | null;
  readonly anchor: number | null;
}

export const NOTHING_SELECTED: Selection = {
  chosen: { kind: 'ids', ids: new Set() },
  focus: null,
  anchor: null,
};

export interface Place {
  readonly offset: number;
  readonly id: number;
}

/** A plain click: this one alone. */
export function pick({ offset, id }: Place): Selection {
  return { chosen: { kind: 'ids', ids: new Set([id]) }, focus: offset, anchor: offset };
}

/** Ctrl and click, or Ctrl and Space: this one too, or no longer. */
export function toggle({ chosen }: Selection, { offset, id }: Place): Selection {
  const rest = { focus: offset, anchor: offset };
  if (chosen.kind === 'matching') {
    return { chosen: { ...chosen, except: flipped(chosen.except, id) }, ...rest };
  }
  return { chosen: { kind: 'ids', ids: flipped(chosen.ids, id) }, ...rest };
}

/** Shift: from the anchor to here; `ids` are those of the range. With Ctrl they come to what is selected. */
export function range(
  before: Selection,
  {
    offset,
    ids,
    isAdding,
  }: { readonly offset: number; readonly ids: readonly number[]; readonly isAdding: boolean },
): Selection {
  const kept = isAdding && before.chosen.kind === 'ids' ? before.chosen.ids : [];
  return {
    chosen: { kind: 'ids', ids: new Set([...kept, ...ids]) },
    focus: offset,
    anchor: before.anchor ?? offset,
  };
}

/** The focus moves, the selection stays: Ctrl and arrows. */
export function focusOn(before: Selection, offset: number): Selection {
  return { ...before, focus: offset };
}

/** A set at once: what is on screen, or a marquee. */
export function pickAll(before: Selection, ids: Iterable<number>): Selection {
  return { ...before, chosen: { kind: 'ids', ids: new Set(ids) } };
}

export function pickMatching(before: Selection, list: FoundList): Selection {
  return { ...before, chosen: { kind: 'matching', ...list, except: new Set() } };
}

export function clear(before: Selection): Selection {
  return { ...before, chosen: NOTHING_SELECTED.chosen };
}

export function isSelected({ chosen }: Selection, id: number): boolean {
  return chosen.kind === 'ids' ? chosen.ids.has(id) : !chosen.except.has(id);
}

export function countSelected({ chosen }: Selection): number {
  return chosen.kind === 'ids' ? chosen.ids.size : Math.max(0, chosen.total - chosen.except.size);
}

/** Null: nothing is. */
export function toGallerySelection(selection: Selection): GallerySelection | null {
  const { chosen } = selection;
  if (countSelected(selection) === 0) {
    return null;
  }
  if (chosen.kind === 'ids') {
    return { kind: 'ids', jobIds: [...chosen.ids] };
  }
  const { query, snapshot, total, except } = chosen;
  return { kind: 'matching', query, except: [...except], seen: { snapshot, total } };
}

function flipped(ids: ReadonlySet<number>, id: number): ReadonlySet<number> {
  const next = new Set(ids);
  if (!next.delete(id)) {
    next.add(id);
  }
  return next;
}
