/** A selection as it is in a newer list: what is no longer shown is no longer acted on, and the focus goes along with its result. */
import type { Client } from '../api';
import { countSelected, type FoundList, pick, pickAll, type Selection } from './gallery-selection';

/** A list holds at most so many ids where it is looked through as a whole. */
export const MOST_IDS = 100_000;

interface FollowOrder {
  readonly selection: Selection;
  /** The result in focus, where it is loaded. */
  readonly focusedId: number | undefined;
  /** Something was done to the selection: any of it may have left the list. */
  readonly isAfterWork: boolean;
}

export async function followSelection(
  client: Client,
  list: FoundList,
  { selection, focusedId, isAfterWork }: FollowOrder,
): Promise<Selection> {
  const { focus } = selection;
  const place = focusedId === undefined ? focus : await placeOf(client, list, focusedId);
  const isGone = focus !== null && place === null;
  const suspected = { selection, goneId: isGone ? focusedId : undefined };
  const kept =
    selection.chosen.kind === 'matching' || isGone || isAfterWork
      ? await withoutGone(client, list, suspected)
      : selection;
  const next = isGone ? Math.min(focus, Math.max(0, list.total - 1)) : place;
  const isEmptied = countSelected(selection) > 0 && countSelected(kept) === 0;
  const id = next === null || !isEmptied ? undefined : await idAt(client, list, next);
  if (next !== null && id !== undefined) {
    // All that was selected is gone: what stands in its place is selected.
    return pick({ offset: next, id });
  }
  return next === focus && !isGone ? kept : { ...kept, focus: next, anchor: next };
}

interface Suspected {
  readonly selection: Selection;
  /** Known to be gone. */
  readonly goneId: number | undefined;
}

/** A selection of all that is found is one of the newer list. */
async function withoutGone(
  client: Client,
  list: FoundList,
  { selection, goneId }: Suspected,
): Promise<Selection> {
  const { chosen } = selection;
  if (chosen.kind === 'matching') {
    return { ...selection, chosen: { ...chosen, ...list } };
  }
  if (chosen.ids.size === 0) {
    return selection;
  }
  const left = await listedOf(
    client,
    list,
    [...chosen.ids].filter((id) => id !== goneId),
  );
  return left.length === chosen.ids.size ? selection : pickAll(selection, left);
}

async function listedOf(client: Client, list: FoundList, ids: readonly number[]): Promise<readonly number[]> {
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

function placeOf(client: Client, { query, snapshot }: FoundList, jobId: number): Promise<number | null> {
  return client.gallery.placeOf({ query, snapshot, jobId });
}

async function idAt(
  client: Client,
  { query, snapshot }: FoundList,
  offset: number,
): Promise<number | undefined> {
  const [id] = await client.gallery.ids({ query, snapshot, from: offset, to: offset + 1 });
  return id;
}
