/** Lists of results as screens walk through them: what a search found stays the same list while new results come in. */
import {
  type GalleryAnswer,
  type GalleryQuery,
  type GallerySelection,
  type SelectionSum,
} from '@shared/model/gallery';
import type { JobTile } from '@shared/model/run';
import type { Db } from '../database/driver';
import type { GalleryFeed } from './gallery-feed';
import { searchGallery } from './gallery-search';
import type { GalleryWords } from './gallery-words';
import { JOB_COLUMNS, JOB_JOINS, type JobRecord, toTile } from '../runs/job-record';
import { fromMicroUsd } from '../money';

/** A list that may have been found before. */
export interface ListQuery {
  readonly query: GalleryQuery;
  readonly snapshot?: string | undefined;
}

interface List {
  readonly snapshot: string;
  readonly key: string;
  readonly generation: number;
  readonly jobIds: Float64Array;
  readonly indexes: Float64Array;
}

/** Lists of this and of other searches, so that going back keeps its place; what is not used goes first. */
const KEPT_LISTS = 6;

type Sources = { readonly feed: GalleryFeed; readonly words: GalleryWords };

export function createGalleryLists(db: Db, { feed, words }: Sources) {
  const jobsByIds = db.prepare<JobRecord>(
    `SELECT ${JOB_COLUMNS} FROM json_each(?) AS named CROSS JOIN jobs j ON j.id = named.value ${JOB_JOINS} ORDER BY named.key`,
  );
  const kept = new Map<string, List>();
  let lists = 0;

  function keep(query: GalleryQuery, slots: Uint32Array): List {
    const { jobIds, indexes } = feed.index.columns();
    lists += 1;
    const list: List = {
      snapshot: `${lists}`,
      key: JSON.stringify(query),
      generation: feed.index.generation(),
      jobIds: gathered(jobIds, slots),
      indexes: gathered(indexes, slots),
    };
    kept.set(list.snapshot, list);
    for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT_LISTS))) {
      kept.delete(oldest);
    }
    return list;
  }

  function found(query: GalleryQuery) {
    return searchGallery(feed.fresh(), query, words.hits(query.text));
  }

  function known({ query, snapshot }: ListQuery): List | undefined {
    const list = snapshot === undefined ? undefined : kept.get(snapshot);
    if (list === undefined || list.key !== JSON.stringify(query)) {
      return undefined;
    }
    kept.delete(list.snapshot);
    kept.set(list.snapshot, list);
    return list;
  }

  function listOf(list: ListQuery): List {
    return known(list) ?? keep(list.query, found(list.query).slots);
  }

  function tiles(jobIds: Iterable<number>): JobTile[] {
    return jobsByIds.all(JSON.stringify([...jobIds])).map(toTile);
  }

  return {
    search(query: GalleryQuery): GalleryAnswer {
      const { slots, facets, all, trashed } = found(query);
      const { snapshot } = keep(query, slots);
      const copy = Object.fromEntries(
        Object.entries(facets).map(([facet, counts]) => [facet, [...counts]]),
      ) as GalleryAnswer['facets'];
      const indexing = words.isBehind() ? words.progress() : null;
      return { snapshot, total: slots.length, all, trashed, facets: copy, indexing };
    },
    page(list: ListQuery, offset: number, limit: number) {
      const { snapshot, jobIds } = listOf(list);
      return { snapshot, total: jobIds.length, jobs: tiles(jobIds.subarray(offset, offset + limit)) };
    },
    ids: (list: ListQuery, from: number, to: number): readonly number[] =>
      Array.from(listOf(list).jobIds.subarray(from, to)),
    row(list: ListQuery, index: number, after: number): number | null {
      const { indexes } = listOf(list);
      const next = indexes.indexOf(index, after + 1);
      const place = next >= 0 ? next : indexes.indexOf(index);
      return place >= 0 ? place : null;
    },
    place(list: ListQuery, jobId: number): number | null {
      const place = listOf(list).jobIds.indexOf(jobId);
      return place >= 0 ? place : null;
    },
    ...createSelections(db, { feed, found, known }),
  };
}

interface SumRecord {
  readonly run_id: number;
  readonly state: string;
  readonly size_bytes: number | null;
  readonly cost_micro_usd: number | null;
}

interface Lists extends Pick<Sources, 'feed'> {
  found(query: GalleryQuery): { readonly slots: Uint32Array };
  /** Undefined: it is no longer kept. */
  known(list: ListQuery): List | undefined;
}

function createSelections(db: Db, { feed, found, known }: Lists) {
  const one = db.prepare<SumRecord>(
    `SELECT j.run_id, j.state, r.size_bytes, j.cost_micro_usd FROM jobs j LEFT JOIN results r ON r.id = j.result_id
     WHERE j.id = ?`,
  );
  /** Of the last selection by a query, ascending: a bulk action walks through it page by page. */
  let last: { readonly key: string; readonly generation: number; readonly jobIds: Float64Array } | null =
    null;

  /** All that the query finds, or found when its list was seen. */
  function matching({ query, seen }: Extract<GallerySelection, { kind: 'matching' }>): Float64Array {
    const list = known({ query, snapshot: seen?.snapshot });
    const { has, columns } = feed.index;
    return list?.jobIds.filter(has) ?? gathered(columns().jobIds, found(query).slots);
  }

  /** Ascending, each once. */
  function idsOf(selection: GallerySelection): Float64Array | readonly number[] {
    const index = feed.fresh();
    if (selection.kind === 'ids') {
      const known = selection.jobIds.filter(index.has);
      return [...new Set(known)].sort((a, b) => a - b);
    }
    const key = JSON.stringify(selection);
    if (last === null || last.key !== key || last.generation !== index.generation()) {
      const except = new Set(selection.except);
      const jobIds = matching(selection)
        .filter((jobId) => !except.has(jobId))
        .sort();
      last = { key, generation: index.generation(), jobIds };
    }
    return last.jobIds;
  }

  return {
    selectionIds: (selection: GallerySelection, afterId: number, limit: number): readonly number[] => {
      const ids = idsOf(selection);
      const from = firstAfter(ids, afterId);
      return Array.from(ids.slice(from, from + limit));
    },
    sum(selection: GallerySelection): SelectionSum {
      const runs = new Set<number>();
      const sum = { count: 0, done: 0, bytes: 0, microUsd: 0, priced: 0 };
      for (const jobId of idsOf(selection)) {
        const job = one.get(jobId);
        if (job !== undefined) {
          runs.add(job.run_id);
          sum.count += 1;
          sum.done += job.state === 'done' ? 1 : 0;
          sum.bytes += job.size_bytes ?? 0;
          sum.microUsd += job.cost_micro_usd ?? 0;
          sum.priced += job.cost_micro_usd === null ? 0 : 1;
        }
      }
      const { count, done, bytes } = sum;
      const costUsd = sum.priced === 0 ? null : fromMicroUsd(sum.microUsd);
      return { count, done, runs: runs.size, bytes, costUsd };
    },
  };
}

function gathered(column: Float64Array, slots: Uint32Array): Float64Array {
  const values = new Float64Array(slots.length);
  for (let at = 0; at < slots.length; at += 1) {
    values[at] = column[slots[at] as number] as number;
  }
  return values;
}

/** Where the first id greater than `afterId` stands. */
function firstAfter(ids: ArrayLike<number>, afterId: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0) <= afterId) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
