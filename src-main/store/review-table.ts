/** What reviewers said of results. It belongs to a result: a job that is done again has none until it is looked at. */
import { SUSPICION_KINDS, suspicionBit } from '@shared/model/measures';
import {
  isNoReview,
  type Review,
  type ReviewCounts,
  type ReviewFilter,
  type ReviewOrder,
  reviewSchema,
  type ReviewSum,
  type SuspicionFilter,
} from '@shared/model/review';
import type { Db, SqlValue, Statement } from './database/driver';
import { parseJson } from './database/json-column';
import { createNoteWords } from './gallery/note-words';
import { StoreError } from './store-error';

/** Absent: in the order of the source, suspicious or not. */
export interface ReviewHow {
  readonly order?: ReviewOrder;
  readonly suspicion?: SuspicionFilter;
}

/** The done jobs of a run, or among these. */
export type ReviewSet = { readonly runId: number } | { readonly jobIds: readonly number[] };

const VERDICTS: Readonly<Record<ReviewFilter, string>> = {
  all: '',
  unset: 'AND j.verdict IS NULL',
  accepted: `AND j.verdict = 'accepted'`,
  rejected: `AND j.verdict = 'rejected'`,
};
/** `place` tells the order of the source. */
const OF_RUN = { from: 'jobs j', where: 'j.run_id = ?', place: 'j.position' };
const AMONG = {
  from: 'json_each(?) AS named CROSS JOIN jobs j ON j.id = named.value',
  where: 'true',
  place: 'named.key',
};
/** What was deleted is looked at by nobody. */
const SHOWN = `j.state = 'done' AND j.trashed_at IS NULL`;

export function createReviewTable(db: Db) {
  const task = db.prepare<{ task: string | null }>(
    `SELECT CASE WHEN json_valid(recipe) THEN recipe ->> 'task' END AS task FROM runs WHERE id = ?`,
  );
  /** There is nothing to measure in an answer. */
  const isText = (runId: number): boolean => task.get(runId)?.task === 'text';
  const find = db.prepare<{ review: string | null }>(
    'SELECT review FROM jobs WHERE id = ? AND result_id = ?',
  );
  const write = db.prepare('UPDATE jobs SET review = ? WHERE id = ?');
  const noteWords = createNoteWords(db);
  const count = db.prepare<{ verdict: string | null; results: number }>(
    `SELECT verdict, count(*) AS results FROM jobs j WHERE run_id = ? AND ${SHOWN} GROUP BY verdict`,
  );
  const statements = new Map<string, Statement<{ id: number }>>();

  function idsOf(of: typeof OF_RUN, value: SqlValue, { filter, how }: Wanted): readonly number[] {
    const { order = 'source', suspicion } = how;
    const looks = order === 'suspicious' || suspicion !== undefined;
    const sql = `SELECT j.id AS id FROM ${of.from} ${looks ? 'LEFT JOIN results r ON r.id = j.result_id' : ''}
      WHERE ${of.where} AND ${SHOWN} ${VERDICTS[filter]} ${suspicion === undefined ? '' : 'AND r.suspicion_bits & ?'}
      ORDER BY ${order === 'suspicious' ? 'r.suspicion DESC NULLS LAST,' : ''} ${of.place}`;
    const statement = statements.get(sql) ?? db.prepare<{ id: number }>(sql);
    statements.set(sql, statement);
    const bits = suspicion === undefined ? [] : [suspicion === 'any' ? -1 : suspicionBit(suspicion)];
    return statement.all(value, ...bits).map(({ id }) => id);
  }

  return {
    /** Answers what was said before. Throws StoreError NOT_FOUND when the job shows another result by now. */
    setReview(jobId: number, resultId: number, review: Review | null): Review | null {
      const before = find.get(jobId, resultId);
      if (before === undefined) {
        throw new StoreError('NOT_FOUND', 'This result was replaced meanwhile: look at the new one.');
      }
      write.run(review === null || isNoReview(review) ? null : JSON.stringify(review), jobId);
      const old = reviewOf(before.review);
      if ((review?.note ?? '') !== (old?.note ?? '')) {
        noteWords(jobId);
      }
      return old;
    },
    reviewCounts(runId: number): ReviewCounts {
      return countsOf(count.all(runId));
    },
    reviewSum: createSum(db, isText),
    reviewQueue: (runId: number, filter: ReviewFilter, how: ReviewHow = {}): readonly number[] =>
      idsOf(OF_RUN, runId, { filter, how }),
    reviewAmong: (jobIds: readonly number[], filter: ReviewFilter, how: ReviewHow = {}): readonly number[] =>
      idsOf(AMONG, JSON.stringify(jobIds), { filter, how }),
  };
}

interface Wanted {
  readonly filter: ReviewFilter;
  readonly how: ReviewHow;
}

interface Verdicts {
  readonly verdict: string | null;
  readonly results: number;
}

function countsOf(records: readonly Verdicts[]): ReviewCounts {
  const counts = { accepted: 0, rejected: 0, unset: 0 };
  for (const { verdict, results } of records) {
    counts[verdict === 'accepted' || verdict === 'rejected' ? verdict : 'unset'] += results;
  }
  return counts;
}

function createSum(db: Db, isText: (runId: number) => boolean): (of: ReviewSet) => ReviewSum {
  const sums = SUSPICION_KINDS.map(
    (kind) => `total(r.suspicion_bits & ${suspicionBit(kind)} > 0) AS ${kind}`,
  );
  type Sums = Verdicts & { suspicious: number; measured: number } & Readonly<
      Record<(typeof SUSPICION_KINDS)[number], number>
    >;
  const prepare = ({ from, where }: typeof OF_RUN): Statement<Sums> =>
    db.prepare<Sums>(
      `SELECT j.verdict AS verdict, count(*) AS results, total(r.suspicion_bits > 0) AS suspicious, count(r.suspicion_bits) AS measured, ${sums.join(', ')}
       FROM ${from} LEFT JOIN results r ON r.id = j.result_id WHERE ${where} AND ${SHOWN} GROUP BY j.verdict`,
    );
  const ofRun = prepare(OF_RUN);
  const among = prepare(AMONG);
  return (of) => {
    const records = 'jobIds' in of ? among.all(JSON.stringify(of.jobIds)) : ofRun.all(of.runId);
    const isMeasured = 'runId' in of && isText(of.runId);
    const totalOf = (name: 'suspicious' | 'measured' | (typeof SUSPICION_KINDS)[number]): number =>
      records.reduce((sum, record) => sum + record[name], 0);
    const kinds = SUSPICION_KINDS.map((kind) => [kind, totalOf(kind)] as const);
    const counts = countsOf(records);
    return {
      ...counts,
      suspicions: Object.fromEntries(kinds.filter(([, found]) => found > 0)),
      suspicious: totalOf('suspicious'),
      measured: isMeasured ? counts.accepted + counts.rejected + counts.unset : totalOf('measured'),
    };
  };
}

export function reviewOf(text: string | null): Review | null {
  const parsed = text === null ? null : parseJson(text, reviewSchema);
  return parsed?.kind === 'ok' ? parsed.value : null;
}
