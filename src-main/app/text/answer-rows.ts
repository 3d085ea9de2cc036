/** Text jobs as tables and the history show them. */
import type { AnswerRow, Ask, TextAsk } from '@shared/model/text';
import { askIn } from '@shared/model/text';
import { Refusal } from '../../refusal';
import type { Store, StoredJob, StoredRun } from '../../store/store';
import { instructionOf } from '../orders/job-instruction';

type RowStore = Pick<
  Store,
  'rowsAt' | 'answersOf' | 'misfitsOf' | 'usagesOf' | 'attempts' | 'jobsById' | 'run'
>;

/** In the order of the jobs. */
export async function answerRows(
  store: RowStore,
  run: Pick<StoredRun, 'id' | 'origin' | 'datasetId' | 'recipe'>,
  jobs: readonly StoredJob[],
): Promise<AnswerRow[]> {
  const ids = jobs.map(({ id }) => id);
  const [rows, answers, misfits, usages] = await Promise.all([
    store.rowsAt(run.datasetId, [...new Set(jobs.map(({ row }) => row))]),
    store.answersOf(ids),
    store.misfitsOf(ids),
    store.usagesOf(ids),
  ]);
  const fieldsOf = new Map(rows.map(({ row, fields }) => [row, fields] as const));
  return jobs.map((job) => {
    const fields = fieldsOf.get(job.row) ?? {};
    const answer = answers.get(job.id);
    const misfit = misfits.get(job.id);
    const usage = usages.get(job.id);
    const isSingle = run.origin === 'session';
    return {
      jobId: job.id,
      runId: run.id,
      row: job.row,
      index: job.index,
      model: job.model,
      state: job.state,
      prompt: isSingle ? promptOf(askIn(fields)) : instructionOf(run.recipe, job, fields),
      fields: isSingle ? {} : fields,
      ...(answer === undefined ? {} : { answer }),
      ...(misfit === undefined ? {} : { misfit: { text: misfit.text, problems: [...misfit.errors] } }),
      ...(job.failure === null ? {} : { failure: job.failure }),
      ...(job.seconds === null ? {} : { seconds: job.seconds }),
      ...(job.costUsd === null ? {} : { costUsd: job.costUsd }),
      ...(usage === undefined
        ? {}
        : {
            usage: {
              inputTokens: usage.inputTokens ?? undefined,
              outputTokens: usage.outputTokens ?? undefined,
            },
          }),
    };
  });
}

/** One, with when it was asked. */
export async function answerRowOf(store: RowStore, jobId: number): Promise<AnswerRow> {
  const [job] = await store.jobsById([jobId]);
  const run = job === undefined ? null : await store.run(job.runId);
  if (job === undefined || run === null) {
    throw new Refusal('NOT_FOUND', 'That answer is no longer in the library.');
  }
  const [row] = await answerRows(store, run, [job]);
  const [attempt] = await store.attempts(jobId);
  if (row === undefined) {
    throw new Refusal('NOT_FOUND', 'That answer is no longer in the library.');
  }
  return { ...row, ...(attempt === undefined ? {} : { askedAt: attempt.sentAt }) };
}

export function textAskIn(fields: Readonly<Record<string, string>>): TextAsk | null {
  const ask = askIn(fields);
  return ask?.kind === 'text' ? ask : null;
}

/** As it was written: a token for each file. */
function promptOf(ask: Ask | null): string {
  if (ask === null) {
    return '';
  }
  return ask.kind === 'picture'
    ? ask.prompt
    : (ask.messages.at(-1)?.parts ?? [])
        .map((part) => (part.kind === 'text' ? part.text : `<${part.medium}>`))
        .join(' ');
}
