/**
 * Which jobs the requests of a program became that has lost its owner: each has a token of the program's in its row, so
 * that one of which the program heard nothing is told from one that never came to the library, and so never left.
 */
import type { App } from '../../app';

/** The field of a session's row that holds the token its asker gave. */
export const TOKEN_FIELD = 'token';
/** What sessions of programs are called. */
export const PROGRAM = 'program ';

/** Prompts may be long. */
const PAGE = 100;
/**
 * Of one session, newest first: what nobody heard of was asked last. A program's sessions keep their names, so that one
 * holds all that was ever asked by it; what it never had is only known once all of that was looked at, which takes
 * seconds here.
 */
const MOST_LOOKED = 1_000_000;

type Store = Pick<App['store'], 'runs' | 'dataset' | 'rows' | 'jobs'>;

/** By token; null: it never came to the library. Those are absent of which nobody can tell. */
export async function jobsOf(
  store: Store,
  tokens: readonly string[],
): Promise<ReadonlyMap<string, number | null>> {
  const found = new Map<string, number | null>();
  const left = new Set(tokens);
  let isWhole = true;
  for (const { id, name, origin, datasetId } of await store.runs()) {
    if (origin === 'session' && name.startsWith(PROGRAM) && left.size > 0) {
      const rows = (await store.dataset(datasetId))?.rows ?? 0;
      isWhole = (await lookBack(store, { runId: id, datasetId, rows }, { left, found })) && isWhole;
    }
  }
  if (isWhole) {
    left.forEach((token) => found.set(token, null));
  }
  return found;
}

interface SessionRows {
  readonly runId: number;
  readonly datasetId: number;
  readonly rows: number;
}

interface Looking {
  readonly left: Set<string>;
  readonly found: Map<string, number | null>;
}

/** False: not all of its rows were looked at. */
async function lookBack(
  store: Store,
  { runId, datasetId, rows }: SessionRows,
  { left, found }: Looking,
): Promise<boolean> {
  const first = Math.max(0, rows - MOST_LOOKED);
  for (let end = rows; end > first && left.size > 0; end -= PAGE) {
    const from = Math.max(first, end - PAGE);
    const page = await store.rows(datasetId, from, end - from);
    const named = page.flatMap(({ row, fields }) => {
      const token = fields[TOKEN_FIELD];
      return token !== undefined && left.has(token) ? [[row, token] as const] : [];
    });
    if (named.length > 0) {
      // A session has one job for each row, in their order.
      const { jobs } = await store.jobs({ runId, offset: from, limit: end - from });
      const byRow = new Map(jobs.map((job) => [job.row, job.id] as const));
      for (const [row, token] of named) {
        const jobId = byRow.get(row);
        if (jobId !== undefined) {
          found.set(token, jobId);
          left.delete(token);
        }
      }
    }
  }
  return first === 0;
}
