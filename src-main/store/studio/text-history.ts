/** Single text requests of a session as a history: newest first, searched, and what was taken out of it. */
import type { Access } from '../access';
import type { Tables } from '../sqlite-store';

export interface HistoryQuery {
  /** The session's run. */
  readonly runId: number;
  readonly offset: number;
  readonly limit: number;
  /** In what was asked and answered, whatever the case of ASCII letters; blank: all. */
  readonly search: string;
}

export interface TextHistory {
  /** Job ids, newest first. */
  historyPage(query: HistoryQuery): Promise<{ readonly total: number; readonly jobIds: readonly number[] }>;
  /** Takes jobs out of the history, or back into it. Their answers stay. */
  setForgotten(jobIds: readonly number[], isForgotten: boolean): Promise<void>;
}

/** Every method by name, for the store's thread. */
export const HISTORY_METHODS = { historyPage: true, setForgotten: true } as const satisfies Record<
  keyof TextHistory,
  true
>;

export const HISTORY_SCHEMA = `
CREATE TABLE forgotten_jobs (job_id INTEGER PRIMARY KEY) STRICT;
`;

/** See dataset-table.ts: one integer names a row, its dataset in the high part. */
const ROWS_PER_DATASET = 2 ** 32;

export function historyCalls({ db }: Tables, { read, write }: Access): TextHistory {
  const SHOWN = `FROM jobs j
    JOIN runs u ON u.id = j.run_id
    JOIN dataset_rows d ON d.row_key = u.dataset_id * ${ROWS_PER_DATASET} + j.row
    LEFT JOIN results r ON r.id = j.result_id
    WHERE j.run_id = ?1 AND NOT EXISTS (SELECT 1 FROM forgotten_jobs f WHERE f.job_id = j.id)
      AND (?2 = '' OR d.fields LIKE ?2 ESCAPE '\\' OR r.answer LIKE ?2 ESCAPE '\\')`;
  const count = db.prepare<{ total: number }>(`SELECT count(*) AS total ${SHOWN}`);
  const page = db.prepare<{ id: number }>(`SELECT j.id ${SHOWN} ORDER BY j.id DESC LIMIT ?3 OFFSET ?4`);
  const forget = db.prepare('INSERT OR IGNORE INTO forgotten_jobs (job_id) VALUES (?)');
  const recall = db.prepare('DELETE FROM forgotten_jobs WHERE job_id = ?');

  return {
    historyPage: read(({ runId, offset, limit, search }: HistoryQuery) => {
      const pattern = likePattern(search);
      return {
        total: count.get(runId, pattern)?.total ?? 0,
        jobIds: page.all(runId, pattern, limit, offset).map(({ id }) => id),
      };
    }),
    setForgotten: write((jobIds: readonly number[], isForgotten: boolean) => {
      for (const jobId of jobIds) {
        (isForgotten ? forget : recall).run(jobId);
      }
    }),
  };
}

/** Requests are kept as JSON within JSON: what is sought is written as it stands there. */
function likePattern(search: string): string {
  const words = search.trim();
  if (words === '') {
    return '';
  }
  const written = JSON.stringify(words).slice(1, -1);
  return `%${written.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
