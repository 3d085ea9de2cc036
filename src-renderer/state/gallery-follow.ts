/** What is left of a selection in a newer list, and where its focus goes: what is no longer shown is no longer acted on. */
import type { GalleryQuery } from '@shared/model/gallery';
import type { Client } from '../api';
import { pickAll, type Selection } from './gallery-selection';

/** A list holds at most so many ids where it is looked through as a whole. */
export const MOST_IDS = 100_000;

interface NewerList {
  readonly query: GalleryQuery;
  readonly snapshot: string;
  readonly total: number;
}

export interface Followed {
  /** As it is to be at once, while the older list is still on screen. */
  readonly selection: Selection;
  /** Where the focus belongs once the newer list is on screen. */
  readonly focus: number | null;
}

interface FollowOrder {
  readonly selection: Selection;
  /** The result in focus, where it is loaded. */
  readonly focusedId: number | undefined;
  /** Something was done to the selection: any of it may have left the list. */
  readonly isAfterWork: boolean;
}

export async function followSelection(
  client: Client,
  list: NewerList,
  { selection, focusedId, isAfterWork }: FollowOrder,
): Promise<Followed> {
  const { focus } = selection;
  const place = focusedId === undefined ? focus : await placeOf(client, list, focusedId);
  const isGone = focus !== null && place === null;
  const kept =
    isGone || isAfterWork
      ? await withoutGone(client, list, { selection, goneId: isGone ? focusedId : undefined })
      : selection;
  if (!isGone) {
    return { selection: kept, focus: place };
  }
  const next = Math.min(focus, Math.max(0, list.total - 1));
  const isSame = next === focus && kept.anchor === next;
  return { selection: isSame ? kept : { ...kept, focus: next, anchor: next }, focus: next };
}

interface Suspected {
  readonly selection: Selection;
  /** Known to be gone. */
  readonly goneId: number | undefined;
}

/** A selection by query looks after itself. */
async function withoutGone(
  client: Client,
  list: NewerList,
  { selection, goneId }: Suspected,
): Promise<Selection> {
  const { chosen } = selection;
  if (chosen.kind !== 'ids' || chosen.ids.size === 0) {
    return selection;
  }
  const left = await listedOf(
    client,
    list,
    [...chosen.ids].filter((id) => id !== goneId),
  );
  return left.length === chosen.ids.size ? selection : pickAll(selection, left);
}

async function listedOf(client: Client, list: NewerList, ids: readonly number[]): Promise<readonly number[]> {
  const [first] = ids;
  // Too long to be looked through: what is not known to be gone is kept.
  if (first === undefined || list.total > MOST_IDS) {
    return ids;
  }
  if (ids.length === 1) {
    return (await placeOf(client, list, first)) === null ? [] : ids;
  }
  const { query, snapshot, total } = list;
  const there = new Set(await client.gallery.ids({ query, snapshot, from: 0, to: total }));
  return ids.filter((id) => there.has(id));
}

function placeOf(client: Client, { query, snapshot }: NewerList, jobId: number): Promise<number | null> {
  return client.gallery.placeOf({ query, snapshot, jobId });
}
