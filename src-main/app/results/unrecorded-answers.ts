/**
 * Answers in the file of a command that its run knows nothing of: they were given after the library was copied that is
 * now restored. They were paid for, and the file is written anew at the run's end.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Store, StoredJob, StoredRun } from '../../store/store';
import { isPlanned, jobsToPlan } from '../planning/planner';
import { nullIfGone, Unreadable } from './unreadable';
import type { UnsentSource } from './unrecorded-pictures';

export type AnswerStore = Pick<Store, 'answersFile' | 'counts' | 'jobs'> &
  Omit<UnsentSource, 'recordedNames'>;

const PAGE = 500;
/** Of jobs that were never sent, in their order: those that come first would be paid for first. */
const MOST_LOOKED_AT = 10_000;
const MOST_BYTES = 256 * 1024 ** 2;
/** As answer-lines.ts begins each line. */
const INDEX = /^\{"index":(-?\d+),/;

/** How many, and of which file; null: none. `run`: as it is to be planned. Nothing is changed. Throws an Unreadable. */
export async function unrecordedAnswers(
  store: AnswerStore,
  run: StoredRun,
): Promise<{ readonly count: number; readonly path: string } | null> {
  const path = await store.answersFile(run.id);
  if (path === null || (await sizeOf(path)) === 0) {
    return null;
  }
  const unsent = (await isPlanned(store, run))
    ? await unsentKeys(store, run.id)
    : await keysToPlan(store, run);
  const found = unsent.size === 0 ? new Map<string, number>() : await answeredIn(path, unsent);
  if (found.size === 0) {
    return null;
  }
  // Rows may share an index, and a row may be asked several times: what the run has itself is none of these.
  for await (const job of jobsOf(store, run.id, 'done')) {
    const key = keyOf(job.index, job.model);
    const left = found.get(key);
    if (left !== undefined) {
      found.set(key, left - 1);
    }
  }
  const count = [...found.values()].reduce((sum, left) => sum + Math.max(0, left), 0);
  return count === 0 ? null : { count, path };
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch((error: unknown) => nullIfGone(error, path)))?.size ?? 0;
}

/** Of the first of them. */
async function unsentKeys(store: AnswerStore, runId: number): Promise<ReadonlySet<string>> {
  const page = await store.unsentStems(runId, -1, MOST_LOOKED_AT);
  const stems = new Set(page?.stems);
  const keys = new Set<string>();
  if (stems.size === 0) {
    return keys;
  }
  for await (const { stem, index, model } of jobsOf(store, runId, 'pending')) {
    if (stems.delete(stem)) {
      keys.add(keyOf(index, model));
    }
    if (stems.size === 0) {
      break;
    }
  }
  return keys;
}

/** The same, of a plan that is not in the library yet, or not whole. */
async function keysToPlan(store: AnswerStore, run: StoredRun): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  let count = 0;
  for await (const jobs of jobsToPlan(store, run)) {
    const unsent = new Set(await store.neverSent(run.id, jobs));
    for (const { index, model } of jobs.filter(({ stem }) => unsent.has(stem))) {
      keys.add(keyOf(index, model.model));
      count += 1;
    }
    if (count >= MOST_LOOKED_AT) {
      break;
    }
  }
  return keys;
}

/** How often the file has an answer for each of these. */
async function answeredIn(path: string, keys: ReadonlySet<string>): Promise<Map<string, number>> {
  const indexes = new Set([...keys].map((key) => key.slice(0, key.indexOf(' '))));
  const found = new Map<string, number>();
  const input = createReadStream(path, { end: MOST_BYTES });
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const index = INDEX.exec(line)?.[1];
      const key = index !== undefined && indexes.has(index) ? answeredKey(line) : null;
      if (key !== null && keys.has(key)) {
        found.set(key, (found.get(key) ?? 0) + 1);
      }
    }
    return found;
  } catch (error) {
    throw new Unreadable(error, path);
  } finally {
    input.destroy();
  }
}

/** Null: it has no answer, or is cut off. */
function answeredKey(line: string): string | null {
  try {
    const { index, model, error } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return error === null && typeof index === 'number' && typeof model === 'string'
      ? keyOf(index, model)
      : null;
  } catch {
    return null;
  }
}

async function* jobsOf(
  store: Pick<Store, 'jobs'>,
  runId: number,
  state: 'done' | 'pending',
): AsyncGenerator<StoredJob> {
  for (let offset = 0; ; offset += PAGE) {
    const { jobs } = await store.jobs({ runId, offset, limit: PAGE, state });
    if (jobs.length === 0) {
      return;
    }
    yield* jobs;
  }
}

function keyOf(index: number, model: string): string {
  return `${index} ${model}`;
}
