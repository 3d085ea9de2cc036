/**
 * The answers of a text run as a program reads them: one line for each input, in the order of the input, whatever became
 * of it. `{index, metadata, response, error, failure, model, usage}`; metadata is the input as it was given. Beside
 * it stand `candidates`, where several were asked for, and `finish`, where the model was cut off. What was said
 * last and does not fit its schema stands in `unfit_response`, and why in `problems`: it was paid for.
 */
import type { RunOptions } from '@shared/model/run';
import { writeAtomically } from '../../datasets/atomic-file';
import { responseJson } from '../../datasets/answer-columns';
import type { Repair } from '../../engine/ports';
import { openSourceRows, type SourceRows } from '../../datasets/source-rows';
import { type BesideAnswer, besideAnswer } from './beside-answer';
import type { Store, StoredDataset, StoredJob, StoredRun } from '../../store/store';
import { rowFilter } from '../planning/planner';
import { asTold, type FinishedJob, type RowSource } from './results-log';

const PAGE = 200;

export interface AnswerLines {
  readonly run: Pick<StoredRun, 'id' | 'datasetId' | 'recipe' | 'options'>;
  readonly dataset: Pick<StoredDataset, 'sourcePath' | 'format' | 'problems'>;
  /** Absolute; replaced as a whole. */
  readonly path: string;
}

export type AnswerSource = Pick<Store, 'jobs' | 'misfitsOf'> & RowSource;

/** Answers how many inputs could not be read as rows: each has a line that says why. */
export async function writeAnswerLines(
  store: AnswerSource,
  { run, dataset, path }: AnswerLines,
): Promise<{ readonly unread: number }> {
  const rows = openSourceRows(dataset);
  try {
    return await writeAtomically(path, async (handle) => {
      const unread = createUnread(dataset, run.options);
      for await (const page of pagesOf(store, run)) {
        const lines: string[] = [];
        const misfits = await store.misfitsOf(page.map(({ job }) => job.id));
        for (const finished of page) {
          const misfit = misfits.get(finished.job.id);
          lines.push(...unread.before(finished.row.row), await lineOf(finished, rows, misfit));
        }
        await handle.appendFile(lines.join(''));
      }
      await handle.appendFile(unread.rest().join(''));
      return { unread: unread.count() };
    });
  } finally {
    await rows.close();
  }
}

async function* pagesOf(
  store: AnswerSource,
  run: AnswerLines['run'],
): AsyncGenerator<readonly FinishedJob[]> {
  for (let offset = 0; ; offset += PAGE) {
    const { jobs } = await store.jobs({ runId: run.id, offset, limit: PAGE });
    if (jobs.length === 0) {
      return;
    }
    // Jobs of an earlier, longer input are no answers to this one.
    const wanted = jobs.map(({ row }) => row);
    const there = new Set((await store.rowsAt(run.datasetId, wanted)).map(({ row }) => row));
    yield await asTold(
      { store, datasetId: run.datasetId, recipe: run.recipe },
      jobs.filter(({ row }) => there.has(row)),
    );
  }
}

async function lineOf(finished: FinishedJob, rows: SourceRows, misfit: Repair | undefined): Promise<string> {
  const { job, row, answer } = finished;
  const { candidates, finish }: BesideAnswer =
    job.state === 'done' && answer !== undefined && answer !== null ? besideAnswer(answer) : {};
  return asLine({
    index: `${job.index}`,
    metadata: await rows.jsonOf(row),
    response: responseJson(finished),
    ...problemOf(job, misfit),
    model: JSON.stringify(job.model),
    usage: usageOf(finished),
    ...(candidates === undefined ? {} : { candidates: JSON.stringify(candidates) }),
    ...(finish === undefined ? {} : { finish: JSON.stringify(finish) }),
    ...(misfit === undefined
      ? {}
      : { unfit_response: JSON.stringify(misfit.text), problems: JSON.stringify(misfit.errors) }),
  });
}

/** Values are JSON already. */
function asLine(members: Readonly<Record<string, string>>): string {
  const text = Object.entries(members).map(([name, json]) => `"${name}":${json}`);
  return `{${text.join(',')}}\n`;
}

/** What is told of a job that has no answer. */
const NO_ANSWER: Readonly<Record<Exclude<StoredJob['state'], 'done' | 'failed'>, string>> = {
  pending: 'It was not sent yet: run the same command again to continue.',
  leased: 'It was not sent yet: run the same command again to continue.',
  sent: 'It is under way.',
  unknown:
    'Its answer was lost with the process that asked, and may have been charged: --unknown resend asks again.',
  cancelled: 'It was cancelled before it was sent.',
};

const TO_BE_MENDED =
  'Its answer does not fit its schema, and the model was not asked to mend it yet: run the same command again to continue.';

function problemOf(
  { state, failure }: StoredJob,
  misfit: Repair | undefined,
): { readonly error: string; readonly failure: string } {
  if (state === 'done') {
    return { error: 'null', failure: 'null' };
  }
  const [error, kind] =
    state === 'failed'
      ? [failure?.message ?? 'It failed.', failure?.kind ?? 'failed']
      : [state === 'pending' && misfit !== undefined ? TO_BE_MENDED : NO_ANSWER[state], state];
  return { error: JSON.stringify(error), failure: JSON.stringify(kind) };
}

function usageOf({ job: { costUsd }, usage }: FinishedJob): string {
  return JSON.stringify({
    input_tokens: usage?.inputTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    cost_usd: costUsd,
  });
}

/**
 * Inputs that are no rows leave gaps in the numbers of those that are. Under a row filter nobody can tell any more which
 * of them a problem was about, nor how many come behind the last row.
 */
function createUnread(
  { problems, format }: AnswerLines['dataset'],
  { filterRows }: Pick<RunOptions, 'filterRows'>,
) {
  const includes = rowFilter({ filterRows });
  const isWhole = filterRows.trim() === '';
  const skipped = isWhole ? problems.filter(({ severity }) => severity === 'skipped') : [];
  let next = 0;
  let count = 0;

  function lineFor(row: number): string {
    const problem = skipped[count];
    count += 1;
    return asLine({
      index: `${format === 'jsonl' && problem !== undefined ? problem.line - 1 : row}`,
      metadata: 'null',
      response: 'null',
      error: JSON.stringify(problem?.message ?? 'This input could not be read.'),
      failure: '"bad_input"',
      model: 'null',
      usage: 'null',
    });
  }

  return {
    /** Those between the row before and this one. */
    before(row: number): readonly string[] {
      const lines: string[] = [];
      for (; next < row; next += 1) {
        lines.push(...(includes(next) ? [lineFor(next)] : []));
      }
      next = Math.max(next, row + 1);
      return lines;
    },
    /** Those behind the last row. */
    rest(): readonly string[] {
      const lines: string[] = [];
      for (; count < skipped.length; next += 1) {
        lines.push(lineFor(next));
      }
      return lines;
    },
    count: () => count,
  };
}
