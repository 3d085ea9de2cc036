/**
 * The words of instructions, columns and notes, in an index of SQLite's FTS5. It is filled behind the runs, some hundred jobs at
 * a time, and never by them. One document serves all jobs of a row in a run; a job with an instruction or a note of its own has its own.
 */
import { z } from 'zod';
import { parseSearch, type SearchTerm, wordsOf } from '@shared/gallery-text';
import { askIn } from '@shared/model/text';
import { parseTemplate, renderTemplate, type Template } from '@shared/template';
import type { Db } from '../database/driver';
import type { WordHits } from './gallery-search';
import { parseJson } from '../database/json-column';
import { NOTE, NOTE_COLUMN } from './note-words';

/**
 * Rowids: run * 2^32 + row, or minus the id of a job with words of its own. In `columns` each word wears the
 * number of its column, so that `column:word` is a search like any other.
 */
export const WORDS_SCHEMA = `
CREATE VIRTUAL TABLE gallery_words USING fts5(instruction, cells, columns, content='', contentless_delete=1,
  prefix='2 3', tokenize="unicode61 remove_diacritics 2");
CREATE TABLE gallery_columns (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
-- The highest job whose words are in.
CREATE TABLE gallery_cursor (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), job_id INTEGER NOT NULL) STRICT;
INSERT INTO gallery_cursor VALUES (1, 0);
-- Jobs whose words changed since.
CREATE TABLE gallery_stale (job_id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER gallery_asked_anew AFTER UPDATE OF digest ON jobs WHEN old.digest IS NOT new.digest
  BEGIN INSERT OR IGNORE INTO gallery_stale (job_id) VALUES (new.id); END;
`;

const ROWS_PER_RUN = 2 ** 32;
/** Beyond it a cell is no text to search for but a document or a picture in letters. */
const LONGEST_CELL = 4000;
/** Of recent searches, so that another facet does not ask for the same words again. */
const KEPT_HITS = 8;
const RECIPE = z.object({ instruction: z.string(), task: z.string().optional() });
const FIELDS = z.record(z.string(), z.string());

interface JobWords {
  readonly id: number;
  readonly run_id: number;
  readonly row: number;
  readonly own: string | null;
  readonly note: string | null;
  readonly dataset_id: number;
  readonly origin: string;
}

export type GalleryWords = ReturnType<typeof createGalleryWords>;

export function createGalleryWords(db: Db) {
  const jobColumns = `j.id, j.run_id, j.row, j.instruction AS own, ${NOTE} AS note, runs.dataset_id, runs.origin`;
  const after = db.prepare<JobWords>(
    `SELECT ${jobColumns} FROM jobs j CROSS JOIN runs ON runs.id = j.run_id WHERE j.id > ? ORDER BY j.id LIMIT ?`,
  );
  const one = db.prepare<JobWords>(
    `SELECT ${jobColumns} FROM jobs j CROSS JOIN runs ON runs.id = j.run_id WHERE j.id = ?`,
  );
  const recipe = db.prepare<{ recipe: string }>('SELECT recipe FROM runs WHERE id = ?');
  const rowAt = db.prepare<{ fields: string }>('SELECT fields FROM dataset_rows WHERE row_key = ?');
  const cursor = db.prepare<{ job_id: number }>('SELECT job_id FROM gallery_cursor');
  const setCursor = db.prepare('UPDATE gallery_cursor SET job_id = ?');
  const highest = db.prepare<{ id: number | null }>('SELECT max(id) AS id FROM jobs');
  const stale = db.prepare<{ job_id: number }>('SELECT job_id FROM gallery_stale LIMIT ?');
  const forget = db.prepare('DELETE FROM gallery_stale WHERE job_id = ?');
  const exists = db.prepare('SELECT 1 FROM gallery_words WHERE rowid = ?');
  const add = db.prepare(
    'INSERT INTO gallery_words (rowid, instruction, cells, columns) VALUES (?, ?, ?, ?)',
  );
  const drop = db.prepare('DELETE FROM gallery_words WHERE rowid = ?');
  const find = db.prepare<{ ids: string | null }>(
    'SELECT group_concat(rowid) AS ids FROM gallery_words WHERE gallery_words MATCH ?',
  );
  const columns = createColumns(db);
  const templates = new Map<number, Template>();
  /** Runs whose results are answers, which the gallery does not show. */
  const texts = new Set<number>();
  const kept = new Map<string, WordHits>();
  /** Rowid of the last document: the next job mostly is of the same row. */
  let last = 0;

  function templateOf(runId: number): Template {
    const known = templates.get(runId);
    if (known !== undefined) {
      return known;
    }
    const parsed = parseJson(recipe.get(runId)?.recipe ?? '', RECIPE);
    const template = parseTemplate(parsed.kind === 'ok' ? parsed.value.instruction : '');
    templates.set(runId, template);
    if (parsed.kind === 'ok' && parsed.value.task === 'text') {
      texts.add(runId);
    }
    return template;
  }

  function fieldsOf(job: JobWords): Readonly<Record<string, string>> {
    const text = rowAt.get(job.dataset_id * ROWS_PER_RUN + job.row)?.fields ?? '{}';
    const parsed = parseJson(text, FIELDS);
    return parsed.kind === 'ok' ? parsed.value : {};
  }

  function instructionOf(job: JobWords): string {
    if (job.origin === 'session') {
      const ask = askIn(fieldsOf(job));
      return ask?.kind === 'picture' ? ask.prompt : '';
    }
    return job.own ?? renderTemplate(templateOf(job.run_id), fieldsOf(job)).text;
  }

  function write(job: JobWords, rowid: number): void {
    const fields = fieldsOf(job);
    const instruction = instructionOf(job);
    const cells: string[] = [];
    const named: string[] = [];
    const note = rowid < 0 && job.note !== null ? [[NOTE_COLUMN, job.note] as const] : [];
    for (const [name, cell] of [...Object.entries(fields), ...note]) {
      if (cell !== '' && !cell.startsWith('data:') && cell.length <= LONGEST_CELL) {
        const words = wordsOf(cell);
        const mark = columns.markOf(name);
        cells.push(words.join(' '));
        named.push(words.map((word) => `${mark}${word}`).join(' '));
      }
    }
    add.run(rowid, wordsOf(instruction).join(' '), cells.join(' | '), named.join(' | '));
  }

  function take(job: JobWords): void {
    for (const rowid of rowidsOf(job)) {
      if (rowid !== last && hasWords(job) && exists.get(rowid) === undefined) {
        write(job, rowid);
      }
      last = rowid;
    }
  }

  /** Of a session a row holds a whole request, in the words of a program. */
  function hasWords({ run_id, origin }: JobWords): boolean {
    templateOf(run_id);
    return origin !== 'session' && !texts.has(run_id);
  }

  function takeAgain(jobId: number): void {
    const job = one.get(jobId);
    if (job !== undefined) {
      const rowids = rowidsOf(job);
      new Set([...rowids, -job.id]).forEach((rowid) => drop.run(rowid));
      if (hasWords(job)) {
        rowids.forEach((rowid) => write(job, rowid));
      }
    }
    forget.run(jobId);
    templates.clear();
  }

  const done = (): number => cursor.get()?.job_id ?? 0;

  function hitsOf(text: string): WordHits | null {
    const terms = parseSearch(text, columns.isColumn);
    if (terms.length === 0) {
      return null;
    }
    const known = kept.get(text);
    const hits = known ?? hitsIn(terms, (expression) => find.get(expression)?.ids ?? '', columns.markOf);
    kept.delete(text);
    kept.set(text, hits);
    for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT_HITS))) {
      kept.delete(oldest);
    }
    return hits;
  }

  return {
    /** Whether words of some jobs are not in yet. */
    isBehind: (): boolean => done() < (highest.get()?.id ?? 0) || stale.get(1) !== undefined,
    /** Takes the words of so many jobs in; within a transaction. */
    step(jobs: number): void {
      kept.clear();
      // The step before may have come to nothing.
      last = 0;
      for (const { job_id } of stale.all(jobs)) {
        takeAgain(job_id);
      }
      const next = after.all(done(), jobs);
      next.forEach(take);
      const end = next.at(-1);
      if (end !== undefined) {
        setCursor.run(end.id);
      }
    },
    progress: (): { done: number; total: number } => ({ done: done(), total: highest.get()?.id ?? 0 }),
    /** In the order asked for; empty where a job is gone. */
    instructions: (jobIds: readonly number[]): readonly string[] =>
      jobIds.map((jobId) => {
        const job = one.get(jobId);
        return job === undefined ? '' : instructionOf(job);
      }),
    /** Null where the text says nothing. */
    hits: hitsOf,
  };
}

/** The row's stands beside that of a note, which may go as it came. */
function rowidsOf({ id, run_id, row, own, note }: JobWords): readonly number[] {
  const ofRow = run_id * ROWS_PER_RUN + row;
  return own !== null ? [-id] : note !== null ? [ofRow, -id] : [ofRow];
}

function createColumns(db: Db) {
  const all = db.prepare<{ id: number; name: string }>('SELECT id, name FROM gallery_columns');
  const add = db.prepare('INSERT INTO gallery_columns (name) VALUES (?)');
  const read = () => new Map<string, string>(all.all().map(({ id, name }) => [name, markFor(id)]));
  let known = read();
  let rollbacks = db.rollbacks();

  function marks(): Map<string, string> {
    if (rollbacks !== db.rollbacks()) {
      // A number that was given then is nobody's, or will be another column's.
      known = read();
      rollbacks = db.rollbacks();
    }
    return known;
  }

  return {
    isColumn: (name: string): boolean => plain(name) === 'instruction' || marks().has(plain(name)),
    /** What each word of that column begins with; a name not seen before gets its number. */
    markOf(name: string): string {
      const given = marks().get(plain(name));
      if (given !== undefined) {
        return given;
      }
      const mark = markFor(add.run(plain(name)).lastId);
      marks().set(plain(name), mark);
      return mark;
    },
  };
}

/** Letters and digits only, so that mark and word are one word to SQLite. */
function markFor(id: number): string {
  return `zq${id}q`;
}

/** As it can be typed before a colon. */
function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s":]+/gu, '_');
}

function hitsIn(
  terms: readonly SearchTerm[],
  find: (expression: string) => string,
  markOf: (column: string) => string,
): WordHits {
  const wanted = terms.filter(({ isExcluded }) => !isExcluded).map((term) => expressionOf(term, markOf));
  const unwanted = terms.filter(({ isExcluded }) => isExcluded).map((term) => expressionOf(term, markOf));
  const include = wanted.length === 0 ? null : readIds(find(wanted.join(' AND ')));
  const exclude = unwanted.length === 0 ? null : readIds(find(unwanted.join(' OR ')));
  return {
    hasRow: (runId, row) =>
      (include === null || include.hasRow(runId, row)) && exclude?.hasRow(runId, row) !== true,
    hasJob: (jobId) => (include === null || include.hasJob(jobId)) && exclude?.hasJob(jobId) !== true,
  };
}

/** Words hold letters, digits and marks only: nothing typed can be read as syntax. */
function expressionOf({ words, isPrefix, column }: SearchTerm, markOf: (column: string) => string): string {
  const isInstruction = column !== undefined && plain(column) === 'instruction';
  const mark = column === undefined || isInstruction ? '' : markOf(column);
  const where = isInstruction ? 'instruction' : column === undefined ? 'instruction cells' : 'columns';
  const phrase = `"${words.map((word) => `${mark}${word}`).join(' ')}"`;
  return `({${where}} : ${phrase}${isPrefix ? ' *' : ''})`;
}

const COMMA = 44;
const MINUS = 45;
const ZERO = 48;

/** Comes as one text, read sign by sign: a row or a string for each of a hundred thousand would cost several times as much. */
function readIds(ids: string): WordHits {
  const jobs = new Set<number>();
  const rows = new Map<number, Uint8Array>();
  let number = 0;
  let isNegative = false;
  for (let at = 0; ids !== '' && at <= ids.length; at += 1) {
    const sign = at === ids.length ? COMMA : ids.charCodeAt(at);
    if (sign === MINUS) {
      isNegative = true;
    } else if (sign !== COMMA) {
      number = number * 10 + (sign - ZERO);
    } else {
      if (isNegative) {
        jobs.add(number);
      } else {
        setBit(rows, Math.floor(number / ROWS_PER_RUN), number % ROWS_PER_RUN);
      }
      number = 0;
      isNegative = false;
    }
  }
  return {
    hasRow: (runId, row) => (((rows.get(runId)?.[row >>> 3] ?? 0) >> (row & 7)) & 1) === 1,
    hasJob: (jobId) => jobs.has(jobId),
  };
}

const FIRST_BYTES = 128;

function setBit(rows: Map<number, Uint8Array>, runId: number, row: number): void {
  const at = row >>> 3;
  let bits = rows.get(runId) ?? new Uint8Array(FIRST_BYTES);
  if (at >= bits.length) {
    const larger = new Uint8Array(Math.max(at + 1, bits.length * 2));
    larger.set(bits);
    bits = larger;
  }
  bits[at] = (bits[at] ?? 0) | (1 << (row & 7));
  rows.set(runId, bits);
}
