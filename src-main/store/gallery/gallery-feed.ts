/**
 * Fills the gallery's index in memory from the library and keeps it up: once somebody looks at the gallery, triggers of this connection
 * alone note which jobs changed. Until then, and on the command line, nothing is paid.
 */
import { FAILURES, failureKindSchema } from '@shared/model/failure';
import { type GalleryFacet, NONE, STUDIO_RUNS } from '@shared/model/gallery';
import { SUSPICIONS, suspicionsOf } from '@shared/model/measures';
import { reviewSchema } from '@shared/model/review';
import type { Db } from '../database/driver';
import { parseJson } from '../database/json-column';
import { dayOf } from './gallery-days';
import { createGalleryIndex, type FacetValue, type GalleryEntry, type GalleryIndex } from './gallery-index';
import { HAS_OWN_WORDS } from './note-words';

/** Jobs looked at in one step of the first reading: some ten milliseconds. */
const STEP_JOBS = 4000;

const NOTES = `
CREATE TEMP TABLE gallery_changed (job_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE gallery_changed_runs (run_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE gallery_renamed_runs (run_id INTEGER PRIMARY KEY);
CREATE TEMP TRIGGER gallery_job_changed AFTER UPDATE ON main.jobs
  WHEN old.state IN ('done', 'failed', 'unknown') OR new.state IN ('done', 'failed', 'unknown')
  BEGIN INSERT OR IGNORE INTO gallery_changed (job_id) VALUES (new.id); END;
CREATE TEMP TRIGGER gallery_result_measured AFTER UPDATE OF suspicion_bits, suspicion ON main.results
  BEGIN INSERT OR IGNORE INTO gallery_changed (job_id) VALUES (new.job_id); END;
CREATE TEMP TRIGGER gallery_tagged AFTER INSERT ON main.job_tags
  BEGIN INSERT OR IGNORE INTO gallery_changed (job_id) VALUES (new.job_id); END;
CREATE TEMP TRIGGER gallery_untagged AFTER DELETE ON main.job_tags
  BEGIN INSERT OR IGNORE INTO gallery_changed (job_id) VALUES (old.job_id); END;
CREATE TEMP TRIGGER gallery_run_replaced AFTER UPDATE OF replaced ON main.runs
  BEGIN INSERT OR IGNORE INTO gallery_changed_runs (run_id) VALUES (new.id); END;
CREATE TEMP TRIGGER gallery_run_renamed AFTER UPDATE OF name ON main.runs
  BEGIN INSERT OR IGNORE INTO gallery_renamed_runs (run_id) VALUES (new.id); END;
`;

const ENTRY = `SELECT j.id, j.run_id, j.position, j.row, j.idx, j.model_id, j.state, j.endpoint_name, j.failure_kind, j.verdict,
    j.review -> 'reasons' AS reasons, j.review ->> 'rating' AS rating, j.trashed_at IS NOT NULL AS trashed, ${HAS_OWN_WORDS} AS own,
    a.ended_at, r.suspicion_bits, r.suspicion, coalesce(r.file_name = '', 0) AS is_text,
    (SELECT group_concat(tag_id) FROM (SELECT tag_id FROM job_tags t WHERE t.job_id = j.id ORDER BY tag_id)) AS tags
  FROM jobs j LEFT JOIN results r ON r.id = j.result_id
    LEFT JOIN attempts a ON a.job_id = j.id AND a.number = j.attempts`;

interface EntryRecord {
  readonly id: number;
  readonly run_id: number;
  readonly position: number;
  readonly row: number;
  readonly idx: number;
  readonly model_id: number;
  readonly state: string;
  readonly endpoint_name: string | null;
  readonly failure_kind: string | null;
  readonly verdict: string | null;
  /** JSON. */
  readonly reasons: string | null;
  readonly rating: number | null;
  readonly trashed: number;
  readonly own: number;
  readonly ended_at: number | null;
  readonly suspicion_bits: number | null;
  readonly suspicion: number | null;
  /** Its result is an answer, which has no file. */
  readonly is_text: number;
  readonly tags: string | null;
}

interface RunFacts {
  readonly id: number;
  readonly name: string;
  readonly origin: string;
  readonly replaced: number;
  readonly task: string | null;
  readonly created_at: number;
}

const SETTLED: ReadonlySet<string> = new Set(['done', 'failed', 'unknown']);

export interface GalleryFeed {
  readonly index: GalleryIndex;
  /** The first reading goes on by a step; answers whether it is over. */
  step(): boolean;
  /** The index as the library is now; ends the first reading if need be. */
  fresh(): GalleryIndex;
}

export function createGalleryFeed(db: Db): GalleryFeed {
  const index = createGalleryIndex();
  const filed = createFiling(db, index);
  let reading: { cursor: number; readonly end: number } | null = null;
  let isWhole = false;
  let noted: ReturnType<typeof createNotes> | null = null;

  function step(): boolean {
    if (isWhole) {
      return true;
    }
    noted ??= createNotes(db);
    reading ??= { cursor: 0, end: filed.highestJob() };
    const { cursor, end } = reading;
    filed.between(cursor, cursor + STEP_JOBS).forEach((entry) => index.put(entry));
    reading.cursor = cursor + STEP_JOBS;
    isWhole = reading.cursor >= end;
    return isWhole;
  }

  function catchUp(): void {
    for (const runId of noted?.runs() ?? []) {
      index.removeRun(runId);
    }
    for (const runId of noted?.renamed() ?? []) {
      filed.renamed(runId);
    }
    for (const jobId of noted?.jobs() ?? []) {
      const entry = filed.one(jobId);
      if (entry === null) {
        index.remove(jobId);
      } else {
        index.put(entry);
      }
    }
  }

  return {
    index,
    step,
    fresh() {
      while (!step()) {
        // The rest of the first reading, at one go.
      }
      catchUp();
      return index;
    },
  };
}

/** What changed since it was last asked. */
function createNotes(db: Db) {
  db.exec(NOTES);
  const taken = (table: string, column: string): (() => readonly number[]) => {
    const all = db.prepare<{ id: number }>(`SELECT ${column} AS id FROM ${table}`);
    const forget = db.prepare(`DELETE FROM ${table}`);
    return () => {
      const changed = all.all().map(({ id }) => id);
      if (changed.length > 0) {
        forget.run();
      }
      return changed;
    };
  };
  return {
    jobs: taken('gallery_changed', 'job_id'),
    runs: taken('gallery_changed_runs', 'run_id'),
    renamed: taken('gallery_renamed_runs', 'run_id'),
  };
}

/** Jobs as the index has them. */
function createFiling(db: Db, { dictionaries }: GalleryIndex) {
  const range = db.prepare<EntryRecord>(
    `${ENTRY} WHERE j.id > ? AND j.id <= ? AND j.state IN ('done', 'failed', 'unknown')`,
  );
  const one = db.prepare<EntryRecord>(`${ENTRY} WHERE j.id = ?`);
  const highest = db.prepare<{ id: number | null }>('SELECT max(id) AS id FROM jobs');
  const runById = db.prepare<RunFacts>(
    `SELECT id, name, origin, replaced, CASE WHEN json_valid(recipe) THEN recipe ->> 'task' END AS task, created_at
     FROM runs WHERE id = ?`,
  );
  const modelById = db.prepare<{ provider: string; model: string }>(
    'SELECT provider, model FROM models WHERE id = ?',
  );
  const tagById = db.prepare<{ name: string }>('SELECT name FROM tags WHERE id = ?');
  /** Origins do not change; names do, and whether a run was replaced: they are looked up when told. */
  const runs = new Map<number, RunFacts>();

  function runOf(runId: number): RunFacts | undefined {
    const known = runs.get(runId) ?? runById.get(runId);
    if (known !== undefined) {
      runs.set(runId, known);
    }
    return known;
  }

  function runValues(run: RunFacts): readonly FacetValue[] {
    return run.origin === 'studio'
      ? [{ value: STUDIO_RUNS, label: 'Studio' }]
      : [{ value: `${run.id}`, label: run.name }];
  }

  function modelValues(modelId: number): readonly FacetValue[] {
    const found = modelById.get(modelId);
    return found === undefined ? [] : [{ value: `${found.provider}/${found.model}`, label: found.model }];
  }

  function tagValues(tags: string | null): readonly FacetValue[] {
    return tags === null
      ? [{ value: NONE, label: 'Without a tag' }]
      : tags.split(',').map((id) => ({ value: id, label: tagById.get(Number(id))?.name ?? id }));
  }

  function codesOf(record: EntryRecord, run: RunFacts, day: string): Record<GalleryFacet, number> {
    const isDone = record.state === 'done';
    const verdict = isDone ? (record.verdict ?? 'unset') : '';
    const reasons = isDone && record.verdict === 'rejected' ? (record.reasons ?? '[]') : '';
    const rating = isDone ? (record.rating ?? 0) : -1;
    const failure = record.state === 'failed' ? (record.failure_kind ?? '') : '';
    const bits = isDone ? (record.suspicion_bits ?? -1) : -1;
    const { state, run: runs, model, endpoint, ...own } = dictionaries;
    return {
      state: state.codeOf(record.state, () => [
        { value: record.state, label: STATE_LABELS[record.state] ?? record.state },
      ]),
      verdict: own.verdict.codeOf(verdict, () => labelled(verdict, VERDICT_LABELS)),
      reason: own.reason.codeOf(reasons, () => reasonValues(reasons)),
      rating: own.rating.codeOf(rating, () => ratingValues(rating)),
      suspicion: own.suspicion.codeOf(bits, () => suspicionValues(bits)),
      tag: own.tag.codeOf(record.tags ?? '', () => tagValues(record.tags)),
      run: runs.codeOf(run.origin === 'studio' ? STUDIO_RUNS : run.id, () => runValues(run)),
      model: model.codeOf(record.model_id, () => modelValues(record.model_id)),
      endpoint: endpoint.codeOf(record.endpoint_name ?? '', () => labelled(record.endpoint_name ?? '', {})),
      failure: own.failure.codeOf(failure, () => failureValues(failure)),
      day: own.day.codeOf(day, () => [{ value: day, label: day }]),
    };
  }

  function entryOf(record: EntryRecord): GalleryEntry | null {
    const run = runOf(record.run_id);
    if (run === undefined || run.replaced === 1 || !SETTLED.has(record.state) || !isPicture(record, run)) {
      return null;
    }
    const at = record.ended_at ?? run.created_at;
    return {
      jobId: record.id,
      runId: record.run_id,
      position: record.position,
      row: record.row,
      index: record.idx,
      at,
      suspicion: record.suspicion ?? 0,
      rating: record.rating ?? 0,
      isTrashed: record.trashed === 1,
      hasOwnWords: record.own === 1,
      codes: codesOf(record, run, dayOf(at)),
    };
  }

  return {
    highestJob: (): number => highest.get()?.id ?? 0,
    between: (after: number, end: number): readonly GalleryEntry[] =>
      range.all(after, end).flatMap((record) => entryOf(record) ?? []),
    one(jobId: number): GalleryEntry | null {
      const record = one.get(jobId);
      if (record === undefined) {
        return null;
      }
      // A run of that folder may have taken its place since it was looked up.
      runs.delete(record.run_id);
      return entryOf(record);
    },
    renamed(runId: number): void {
      runs.delete(runId);
      const run = runOf(runId);
      if (run !== undefined) {
        dictionaries.run.renew(runId, () => runValues(run));
      }
    },
  };
}

/** Answers are shown elsewhere; of a session, which asks for both, who asked is told what failed. */
function isPicture(record: EntryRecord, run: RunFacts): boolean {
  const isWanted = run.origin === 'session' ? record.state === 'done' : run.task !== 'text';
  return isWanted && record.is_text === 0;
}

const STATE_LABELS: Readonly<Record<string, string>> = {
  done: 'Pictures',
  failed: 'Failed',
  unknown: 'Lost',
};
const VERDICT_LABELS: Readonly<Record<string, string>> = {
  accepted: 'Accepted',
  rejected: 'Rejected',
  unset: 'No verdict',
};

function labelled(value: string, labels: Readonly<Record<string, string>>): readonly FacetValue[] {
  return value === '' ? [] : [{ value, label: labels[value] ?? value }];
}

/** Of a rejection; '': it is none. */
function reasonValues(reasons: string): readonly FacetValue[] {
  const parsed = parseJson(reasons, reviewSchema.shape.reasons);
  if (parsed.kind === 'bad') {
    return [];
  }
  return parsed.value.length === 0
    ? [{ value: NONE, label: 'No reason given' }]
    : parsed.value.map((reason) => ({ value: reason, label: reason }));
}

function ratingValues(rating: number): readonly FacetValue[] {
  if (rating < 0) {
    return [];
  }
  return [{ value: `${rating}`, label: rating === 0 ? 'Not rated' : '★'.repeat(rating) }];
}

function suspicionValues(bits: number): readonly FacetValue[] {
  if (bits < 0) {
    return [];
  }
  return bits === 0
    ? [{ value: NONE, label: 'Nothing suspicious' }]
    : suspicionsOf(bits).map((kind) => ({ value: kind, label: SUSPICIONS[kind].title }));
}

function failureValues(kind: string): readonly FacetValue[] {
  const known = failureKindSchema.safeParse(kind);
  return kind === '' ? [] : [{ value: kind, label: known.success ? FAILURES[known.data].title : kind }];
}
