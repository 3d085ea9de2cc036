/**
 * What is done to many results at once, each time with what stood there before, so that it can be undone; and undoing
 * is such a step itself, so that it can be undone, too.
 */
import { z } from 'zod';
import type { GalleryChange } from '@shared/model/gallery';
import { isNoReview, NO_REVIEW, type Review, type Verdict } from '@shared/model/review';
import type { Db } from '../database/driver';
import { parseJson } from '../database/json-column';
import { createNoteWords } from './note-words';
import { reviewOf } from '../review-table';
import { IN_TRASH } from '../runs/emptied';
import { StoreError } from '../store-error';

export const CHANGES_SCHEMA = `
-- Deleted by the user, and its file is still there. A new result ends it: that one was never deleted.
ALTER TABLE jobs ADD COLUMN trashed_at INTEGER;
CREATE INDEX jobs_trashed ON jobs (id) WHERE trashed_at IS NOT NULL;
CREATE TRIGGER jobs_out_of_trash AFTER UPDATE OF result_id ON jobs
  WHEN new.trashed_at IS NOT NULL AND old.result_id IS NOT new.result_id
  BEGIN UPDATE jobs SET trashed_at = NULL WHERE id = new.id; END;

CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE) STRICT;
CREATE TABLE job_tags (
  job_id INTEGER NOT NULL REFERENCES jobs (id),
  tag_id INTEGER NOT NULL REFERENCES tags (id),
  PRIMARY KEY (job_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_tags_by_tag ON job_tags (tag_id);

-- kind: review, tags, trash. before: as JSON what stood there of what the step changed.
CREATE TABLE gallery_steps (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE gallery_step_items (
  step_id INTEGER NOT NULL REFERENCES gallery_steps (id),
  job_id INTEGER NOT NULL,
  before TEXT NOT NULL,
  PRIMARY KEY (step_id, job_id)
) STRICT, WITHOUT ROWID;
`;

/** Who gives a job another result, or none, takes it out of the trash: a trigger made SQLite copy each page it changes. */
export const OUT_OF_TRASH_SCHEMA = 'DROP TRIGGER IF EXISTS jobs_out_of_trash;';

export type StepKind = 'review' | 'tags' | 'trash';

export interface ChangedJob {
  readonly jobId: number;
  readonly runId: number;
}

/** Steps that can be undone; older ones are forgotten. */
const KEPT_STEPS = 40;

const BEFORE = {
  review: z.object({
    resultId: z.number().nullable(),
    review: z.string().nullable(),
    // Absent: an earlier version noted it.
    part: z.enum(['verdict', 'rating']).optional(),
    after: z.string().optional(),
  }),
  // The list: an earlier version noted all of a job's tags.
  tags: z.union([z.object({ tagId: z.number(), isThere: z.boolean() }), z.array(z.number())]),
  trash: z.number().nullable(),
} as const;

export function kindOfChange(change: GalleryChange): StepKind {
  switch (change.kind) {
    case 'verdict':
    case 'rating':
      return 'review';
    case 'addTag':
    case 'removeTag':
      return 'tags';
    case 'trash':
    case 'restore':
      return 'trash';
  }
}

export function createGalleryChanges(db: Db, wallNow: () => number) {
  const steps = createSteps(db, wallNow);
  const parts = { review: createReviewPart(db), tags: createTagPart(db), trash: createTrashPart(db) };
  const runOf = db.prepare<{ run_id: number }>('SELECT run_id FROM jobs WHERE id = ?');

  /** Writes what stood there down, and then what is to stand there. */
  function put(step: { id: number; kind: StepKind }, jobId: number, next: Next): ChangedJob | null {
    const run = runOf.get(jobId);
    const before = run === undefined ? null : parts[step.kind].change(jobId, next);
    if (run === undefined || before === null) {
      return null;
    }
    steps.note(step.id, jobId, before);
    return { jobId, runId: run.run_id };
  }

  return {
    begin: (kind: StepKind): number => steps.begin(kind),
    apply(stepId: number, change: GalleryChange, jobIds: readonly number[]): readonly ChangedJob[] {
      const step = steps.found(stepId);
      const next = nextOf(change, { tagId: parts.tags.idOf, now: wallNow() });
      return jobIds.flatMap((jobId) => put(step, jobId, next) ?? []);
    },
    kindOf: (stepId: number): StepKind => steps.found(stepId).kind,
    countOf: steps.count,
    /** Puts back what stood there; `lastId` null: that was the last. */
    undo(
      { stepId, into, afterId }: { stepId: number; into: number; afterId: number },
      limit: number,
    ): { changed: readonly ChangedJob[]; lastId: number | null } {
      const step = steps.found(into);
      const items = steps.items(stepId, afterId, limit);
      const changed = items.flatMap(
        ({ job_id, before }) => put(step, job_id, { kind: 'before', before }) ?? [],
      );
      return { changed, lastId: items.at(-1)?.job_id ?? null };
    },
    tags: parts.tags.list,
    trashed: parts.trash.list,
  };
}

/** What is to stand there. */
type Next =
  | { readonly kind: 'verdict'; readonly verdict: Verdict | null }
  | { readonly kind: 'rating'; readonly rating: number | null }
  | { readonly kind: 'addTag' | 'removeTag'; readonly tagId: number }
  | { readonly kind: 'trash'; readonly at: number | null }
  | { readonly kind: 'before'; readonly before: string };

function nextOf(
  change: GalleryChange,
  { tagId, now }: { tagId: (name: string) => number; now: number },
): Next {
  switch (change.kind) {
    case 'verdict':
    case 'rating':
      return change;
    case 'addTag':
    case 'removeTag':
      return { kind: change.kind, tagId: tagId(change.name) };
    case 'trash':
      return { kind: 'trash', at: now };
    case 'restore':
      return { kind: 'trash', at: null };
  }
}

function createSteps(db: Db, wallNow: () => number) {
  const add = db.prepare('INSERT INTO gallery_steps (kind, at) VALUES (?, ?)');
  const one = db.prepare<{ kind: StepKind }>('SELECT kind FROM gallery_steps WHERE id = ?');
  const note = db.prepare(
    'INSERT OR IGNORE INTO gallery_step_items (step_id, job_id, before) VALUES (?, ?, ?)',
  );
  const items = db.prepare<{ job_id: number; before: string }>(
    'SELECT job_id, before FROM gallery_step_items WHERE step_id = ? AND job_id > ? ORDER BY job_id LIMIT ?',
  );
  const count = db.prepare<{ jobs: number }>(
    'SELECT count(*) AS jobs FROM gallery_step_items WHERE step_id = ?',
  );
  const dropItems = db.prepare('DELETE FROM gallery_step_items WHERE step_id <= ?');
  const dropSteps = db.prepare('DELETE FROM gallery_steps WHERE id <= ?');
  return {
    begin(kind: StepKind): number {
      const { lastId } = add.run(kind, wallNow());
      dropItems.run(lastId - KEPT_STEPS);
      dropSteps.run(lastId - KEPT_STEPS);
      return lastId;
    },
    found(stepId: number): { id: number; kind: StepKind } {
      const found = one.get(stepId);
      if (found === undefined) {
        throw new StoreError('NOT_FOUND', 'This is too long ago to be undone.');
      }
      return { id: stepId, kind: found.kind };
    },
    note: (stepId: number, jobId: number, before: string): void => void note.run(stepId, jobId, before),
    items: (stepId: number, afterId: number, limit: number) => items.all(stepId, afterId, limit),
    count: (stepId: number): number => count.get(stepId)?.jobs ?? 0,
  };
}

/** A part answers what stood there, or null where nothing is to be changed. */
interface Part {
  change(jobId: number, next: Next): string | null;
}

function createReviewPart(db: Db): Part {
  const find = db.prepare<{ review: string | null; result_id: number | null }>(
    `SELECT review, result_id FROM jobs WHERE id = ? AND state = 'done'`,
  );
  const write = db.prepare('UPDATE jobs SET review = ? WHERE id = ?');
  const noteWords = createNoteWords(db);
  return {
    change(jobId, next) {
      const found = find.get(jobId);
      if (found === undefined) {
        return null;
      }
      const wanted = reviewAfter(found, next);
      if (wanted === undefined || wanted.text === found.review) {
        return null;
      }
      write.run(wanted.text, jobId);
      const { text, part } = wanted;
      if (part === undefined) {
        noteWords(jobId);
      }
      const after = part === undefined ? undefined : saidOf(reviewOf(text) ?? NO_REVIEW, part);
      return JSON.stringify({ resultId: found.result_id, review: found.review, part, after });
    },
  };
}

/** What a step changes of a review; reasons go with the verdict. */
type ReviewPart = 'verdict' | 'rating';

interface Said {
  readonly text: string | null;
  /** Undefined: all of it. */
  readonly part: ReviewPart | undefined;
}

/** Undefined: nothing is to be said of this result. */
function reviewAfter(
  found: { readonly review: string | null; readonly result_id: number | null },
  next: Next,
): Said | undefined {
  const review = reviewOf(found.review) ?? NO_REVIEW;
  switch (next.kind) {
    case 'verdict': {
      const { verdict: _before, ...rest } = review;
      const kept = next.verdict === 'rejected' ? rest : { ...rest, reasons: [] };
      const text = textOf(next.verdict === null ? kept : { ...kept, verdict: next.verdict });
      return { text, part: 'verdict' };
    }
    case 'rating': {
      const { rating: _before, ...rest } = review;
      return { text: textOf(next.rating === null ? rest : { ...rest, rating: next.rating }), part: 'rating' };
    }
    case 'before': {
      const before = parseJson(next.before, BEFORE.review);
      // What was said of a result that was replaced meanwhile says nothing of its successor.
      if (before.kind !== 'ok' || before.value.resultId !== found.result_id) {
        return undefined;
      }
      const { part, review: text, after } = before.value;
      if (part === undefined) {
        return { text, part };
      }
      // Somebody said something else since: that stays.
      const isAsLeft = after === undefined || after === saidOf(review, part);
      return isAsLeft
        ? { text: textOf(withPart(review, reviewOf(text) ?? NO_REVIEW, part)), part }
        : undefined;
    }
    case 'addTag':
    case 'removeTag':
    case 'trash':
      return undefined;
  }
}

/** The other parts may have been said since: they stay. */
function withPart(review: Review, before: Review, part: ReviewPart): Review {
  switch (part) {
    case 'verdict': {
      const { verdict: _now, ...rest } = review;
      const { verdict, reasons } = before;
      return { ...rest, reasons, ...(verdict === undefined ? {} : { verdict }) };
    }
    case 'rating': {
      const { rating: _now, ...rest } = review;
      return { ...rest, ...(before.rating === undefined ? {} : { rating: before.rating }) };
    }
  }
}

/** That part as a text that can be compared. */
function saidOf({ verdict, reasons, rating }: Review, part: ReviewPart): string {
  return JSON.stringify(part === 'verdict' ? [verdict ?? null, reasons] : (rating ?? null));
}

function textOf(review: Review): string | null {
  return isNoReview(review) ? null : JSON.stringify(review);
}

function createTagPart(db: Db) {
  const byName = db.prepare<{ id: number }>('SELECT id FROM tags WHERE name = ?');
  const add = db.prepare('INSERT INTO tags (name) VALUES (?)');
  const of = db.prepare<{ tag_id: number }>('SELECT tag_id FROM job_tags WHERE job_id = ? ORDER BY tag_id');
  const tag = db.prepare('INSERT OR IGNORE INTO job_tags (job_id, tag_id) VALUES (?, ?)');
  const untag = db.prepare('DELETE FROM job_tags WHERE job_id = ? AND tag_id = ?');
  const list = db.prepare<{ id: number; name: string; count: number }>(
    `SELECT id, name, (SELECT count(*) FROM job_tags WHERE tag_id = tags.id) AS count FROM tags ORDER BY name`,
  );
  return {
    idOf: (name: string): number => byName.get(name)?.id ?? add.run(name).lastId,
    list: () => list.all().map(({ id, name, count }) => ({ id, name, count })),
    change(jobId: number, next: Next): string | null {
      const wish = tagWish(next);
      if (wish === null) {
        return null;
      }
      const had = of.all(jobId).map(({ tag_id }) => tag_id);
      const isOne = 'tagId' in wish;
      const others = isOne ? without(had, [wish.tagId]) : [];
      const wanted = isOne ? [...others, ...(wish.isThere ? [wish.tagId] : [])] : wish;
      const [removed, added] = [without(had, wanted), without(wanted, had)];
      removed.forEach((id) => untag.run(jobId, id));
      added.forEach((id) => tag.run(jobId, id));
      const before = isOne ? { tagId: wish.tagId, isThere: !wish.isThere } : had;
      return removed.length + added.length === 0 ? null : JSON.stringify(before);
    },
  };
}

/** One tag that is to be there or not; a list: exactly these. Null: nothing is said of tags. */
function tagWish(next: Next): z.infer<typeof BEFORE.tags> | null {
  switch (next.kind) {
    case 'addTag':
    case 'removeTag':
      return { tagId: next.tagId, isThere: next.kind === 'addTag' };
    case 'before': {
      const parsed = parseJson(next.before, BEFORE.tags);
      return parsed.kind === 'ok' ? parsed.value : null;
    }
    case 'verdict':
    case 'rating':
    case 'trash':
      return null;
  }
}

function without(ids: readonly number[], others: readonly number[]): readonly number[] {
  return ids.filter((id) => !others.includes(id));
}

function createTrashPart(db: Db) {
  const find = db.prepare<{ trashed_at: number | null }>(
    `SELECT trashed_at FROM jobs WHERE id = ? AND state IN ('done', 'failed', 'unknown')`,
  );
  const write = db.prepare('UPDATE jobs SET trashed_at = ? WHERE id = ?');
  const list = db.prepare<{ id: number }>(
    `SELECT id FROM jobs WHERE ${IN_TRASH} AND id > ? ORDER BY id LIMIT ?`,
  );
  return {
    list: (afterId: number, limit: number): readonly number[] => list.all(afterId, limit).map(({ id }) => id),
    change(jobId: number, next: Next): string | null {
      const found = find.get(jobId);
      const wanted =
        next.kind === 'before' ? trashBefore(next.before) : next.kind === 'trash' ? next.at : undefined;
      const isSame = (found?.trashed_at === null) === (wanted === null);
      if (found === undefined || wanted === undefined || isSame) {
        return null;
      }
      write.run(wanted, jobId);
      return JSON.stringify(found.trashed_at);
    },
  };
}

function trashBefore(before: string): number | null | undefined {
  const parsed = parseJson(before, BEFORE.trash);
  return parsed.kind === 'ok' ? parsed.value : undefined;
}
