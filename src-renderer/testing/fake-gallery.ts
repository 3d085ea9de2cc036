/** The gallery over the fake runs: a real search by hand over some hundred results, with tags, views, trash and undo. */
import { AsyncIteratorClass } from '@orpc/client';
import type { GalleryReport } from '@shared/contract/gallery';
import type {
  GalleryAnswer,
  GalleryChange,
  GalleryFacet,
  GalleryQuery,
  GallerySelection,
  SmartView,
} from '@shared/model/gallery';
import { GALLERY_FACETS, NONE, statesOf } from '@shared/model/gallery';
import { SUSPICIONS } from '@shared/model/measures';
import { FAILURES } from '@shared/model/failure';
import type { JobTile } from '@shared/model/run';
import type { Client } from '../api';
import { notFound } from './fake-backend';
import type { World } from './fake-backend';
import { fakeRow } from './fake-data';

type Values = Readonly<Record<GalleryFacet, readonly (readonly [string, string])[]>>;

const VERDICTS = { accepted: 'Accepted', rejected: 'Rejected', unset: 'No verdict' } as const;
const STATES: Readonly<Record<string, string>> = { done: 'Pictures', failed: 'Failed', unknown: 'Lost' };

export function galleryCalls(world: World): Client['gallery'] {
  const shelf = createShelf(world);
  return { ...lookCalls(shelf), ...changeCalls(shelf), ...viewCalls(world) };
}

type Shelf = ReturnType<typeof createShelf>;

function createShelf(world: World) {
  const tags = new Map<string, Set<number>>([
    ['for the client', new Set()],
    ['print', new Set()],
  ]);
  const trash = new Set<number>();

  function all(): JobTile[] {
    return [...world.runs.values()]
      .flatMap(({ jobs }) => jobs.filter(({ state }) => state in STATES))
      .reverse();
  }

  function valuesOf(job: JobTile): Values {
    const isDone = job.state === 'done';
    const own = [...tags].flatMap(([name, ids], at) =>
      ids.has(job.id) ? [[`${at + 1}`, name] as const] : [],
    );
    const verdict = job.verdict ?? 'unset';
    const rating = job.rating ?? 0;
    const suspicions = (job.suspicions ?? []).map((kind) => [kind, SUSPICIONS[kind].title] as const);
    return {
      state: [[job.state, STATES[job.state] ?? job.state]],
      // Tiles carry no reasons.
      reason: isDone && verdict === 'rejected' ? [[NONE, 'No reason given']] : [],
      verdict: isDone ? [[verdict, VERDICTS[verdict]]] : [],
      rating: isDone ? [[`${rating}`, rating === 0 ? 'Not rated' : '★'.repeat(rating)]] : [],
      suspicion: isDone && suspicions.length === 0 ? [[NONE, 'Nothing suspicious']] : suspicions,
      tag: own.length === 0 ? [[NONE, 'Without a tag']] : own,
      run: [[`${job.runId}`, world.runs.get(job.runId)?.run.name ?? '']],
      model: [[`google_genai/${job.model}`, job.model]],
      endpoint: [['Google official', 'Google official']],
      failure:
        job.failureKind === undefined || isDone ? [] : [[job.failureKind, FAILURES[job.failureKind].title]],
      day: [['2026-11-21', '2026-11-21']],
    };
  }

  function passes(values: Values, query: GalleryQuery, facet: GalleryFacet): boolean {
    const include = facet === 'state' ? statesOf(query).states : (query.facets[facet]?.include ?? []);
    const exclude = query.facets[facet]?.exclude ?? [];
    const has = (list: readonly string[]) => values[facet].some(([value]) => list.includes(value));
    return (include.length === 0 || has(include)) && !has(exclude);
  }

  function inPlace(query: GalleryQuery): JobTile[] {
    const words = query.text.toLowerCase().match(/[\p{L}\p{N}-]+/gu) ?? [];
    return all().filter((job) => {
      const text = Object.values(fakeRow(job.row).fields).join(' ').toLowerCase();
      const hits = words.every((word) =>
        word.startsWith('-') ? !text.includes(word.slice(1)) : text.includes(word),
      );
      return hits && trash.has(job.id) === (query.place === 'trash');
    });
  }

  function found(query: GalleryQuery): JobTile[] {
    const shown = inPlace(query).filter((job) => {
      const values = valuesOf(job);
      return GALLERY_FACETS.every((facet) => passes(values, query, facet));
    });
    switch (query.sort) {
      case 'oldest':
        return shown.reverse();
      case 'rating':
        return shown.sort((a, b) => (b.rating ?? 0) - (a.rating ?? 0));
      case 'suspicion':
        return shown.sort((a, b) => (b.suspicion ?? 0) - (a.suspicion ?? 0));
      case 'row':
        return shown.sort((a, b) => b.runId - a.runId || a.position - b.position);
      case 'newest':
      case 'model':
        return shown;
    }
  }

  function facets(query: GalleryQuery): GalleryAnswer['facets'] {
    const jobs = inPlace(query).map(valuesOf);
    const counted = GALLERY_FACETS.map((facet) => {
      const counts = new Map<string, { value: string; label: string; count: number }>();
      const open = facet === 'failure' && statesOf(query).isImplied ? [facet, 'state'] : [facet];
      for (const values of jobs) {
        if (GALLERY_FACETS.every((other) => open.includes(other) || passes(values, query, other))) {
          for (const [value, label] of values[facet]) {
            counts.set(value, { value, label, count: (counts.get(value)?.count ?? 0) + 1 });
          }
        }
      }
      return [facet, [...counts.values()].sort((a, b) => b.count - a.count)];
    });
    return Object.fromEntries(counted) as GalleryAnswer['facets'];
  }

  function meant(selection: GallerySelection): number[] {
    return selection.kind === 'ids'
      ? [...selection.jobIds]
      : found(selection.query)
          .map(({ id }) => id)
          .filter((id) => !selection.except.includes(id));
  }

  return { world, tags, trash, all, found, facets, meant };
}

function lookCalls({ tags, trash, all, found, facets, meant }: Shelf) {
  return {
    search: async ({ query }) => ({
      snapshot: '1',
      total: found(query).length,
      all: all().length - trash.size,
      trashed: trash.size,
      facets: facets(query),
      indexing: null,
    }),
    page: async ({ query, offset, limit }) => {
      const jobs = found(query);
      return { snapshot: '1', total: jobs.length, jobs: jobs.slice(offset, offset + limit) };
    },
    ids: async ({ query, from, to }) =>
      found(query)
        .slice(from, to)
        .map(({ id }) => id),
    findRow: async ({ query, index, after }) => {
      const jobs = found(query);
      const next = jobs.findIndex((job, at) => at > after && job.index === index);
      const place = next >= 0 ? next : jobs.findIndex((job) => job.index === index);
      return place >= 0 ? place : null;
    },
    placeOf: async ({ query, jobId }) => {
      const place = found(query).findIndex(({ id }) => id === jobId);
      return place >= 0 ? place : null;
    },
    texts: async ({ jobIds }) =>
      jobIds.map((jobId) => fakeRow(jobId % 1_000_000).fields['instruction'] ?? ''),
    sum: async ({ selection }) => {
      const count = meant(selection).length;
      return { count, done: count, runs: 1, bytes: count * 1_400_000, costUsd: count * 0.0336 };
    },
    tags: async () => [...tags].map(([name, ids], at) => ({ id: at + 1, name, count: ids.size })),
  } satisfies Partial<Client['gallery']>;
}

function changeCalls({ world, tags, trash, meant }: Shelf) {
  const undos = new Map<number, () => void>();
  let lastStep = 0;
  const report = (changed: number): GalleryReport => ({
    done: changed,
    total: changed,
    skipped: 0,
    isOver: true,
    changed,
    stepId: lastStep,
  });

  function put(jobId: number, change: GalleryChange): () => void {
    const fake = world.runs.get(Math.floor(jobId / 1_000_000)) ?? notFound();
    const at = fake.jobs.findIndex(({ id }) => id === jobId);
    const before = fake.jobs[at] ?? notFound();
    switch (change.kind) {
      case 'verdict': {
        const { verdict: _, ...rest } = before;
        fake.jobs[at] = change.verdict === null ? rest : { ...rest, verdict: change.verdict };
        return () => (fake.jobs[at] = before);
      }
      case 'rating': {
        const { rating: _, ...rest } = before;
        fake.jobs[at] = change.rating === null ? rest : { ...rest, rating: change.rating };
        return () => (fake.jobs[at] = before);
      }
      case 'addTag':
        tags.set(change.name, (tags.get(change.name) ?? new Set()).add(jobId));
        return () => tags.get(change.name)?.delete(jobId);
      case 'removeTag':
        tags.get(change.name)?.delete(jobId);
        return () => tags.get(change.name)?.add(jobId);
      case 'trash':
        trash.add(jobId);
        return () => trash.delete(jobId);
      case 'restore':
        trash.delete(jobId);
        return () => trash.add(jobId);
    }
  }

  /** A step whose undoing is a step, too. */
  function begin(work: () => () => void): void {
    const back = work();
    lastStep += 1;
    undos.set(lastStep, () =>
      begin(() => {
        back();
        return () => void work();
      }),
    );
  }

  return {
    change: async ({ selection, change }) => {
      const jobIds = meant(selection);
      begin(() => {
        const backs = jobIds.map((jobId) => put(jobId, change));
        return () => backs.forEach((back) => back());
      });
      return once(report(jobIds.length));
    },
    undo: async ({ stepId }) => {
      (undos.get(stepId) ?? notFound)();
      return once(report(1));
    },
    rerun: async ({ selection }) => once(report(meant(selection).length)),
    emptyTrash: async () => {
      const count = trash.size;
      trash.clear();
      return once(report(count));
    },
  } satisfies Partial<Client['gallery']>;
}

function once(report: GalleryReport): AsyncIteratorClass<GalleryReport, unknown, void> {
  let isTold = false;
  return new AsyncIteratorClass<GalleryReport, unknown, void>(
    async () => {
      if (isTold) {
        return { done: true, value: undefined };
      }
      isTold = true;
      return { done: false, value: report };
    },
    async () => undefined,
  );
}

function viewCalls(_world: World) {
  let views: SmartView[] = [];
  return {
    views: async () => views,
    saveView: async ({ id, name, query }) => {
      const saved = {
        id: id ?? Math.max(0, ...views.map((view) => view.id)) + 1,
        name,
        query: query as GalleryQuery,
      };
      views = [...views.filter((view) => view.id !== saved.id), saved];
      return saved;
    },
    removeView: async ({ viewId }) => {
      views = views.filter(({ id }) => id !== viewId);
    },
  } satisfies Partial<Client['gallery']>;
}
