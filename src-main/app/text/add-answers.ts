/** A run's answers as columns beside the rows they are about: a dataset to go on with. */
import { Refusal } from '../../refusal';
import type { Store, StoredDataset, StoredRow } from '../../store/store';
import { jobPages } from '../results/job-pages';
import { madeDataset } from './made-dataset';

const PAGE = 500;

export async function addAnswers(store: Store, runId: number, column: string): Promise<StoredDataset> {
  const run = await store.run(runId);
  const dataset = run === null ? null : await store.dataset(run.datasetId);
  if (run === null || dataset === null) {
    throw new Refusal('NOT_FOUND', 'That run is no longer in the library.');
  }
  if (run.recipe.task !== 'text') {
    throw new Refusal(
      'BAD_INPUT',
      `${run.name} answered with pictures; only answers in words become a column.`,
    );
  }
  const wanted = column.trim();
  const fields = fieldsOfAnswers(run.recipe.text?.answer);
  const added = fields.length === 0 ? [wanted] : fields.map((field) => `${wanted}.${field}`);
  const taken = added.find((name) => dataset.columns.includes(name));
  if (taken !== undefined) {
    throw new Refusal(
      'BAD_INPUT',
      `${dataset.name} has a column "${taken}" already: choose another name.`,
      'column',
    );
  }
  return madeDataset(
    store,
    {
      name: `${dataset.name} with ${wanted}`,
      format: dataset.format === 'prompts' ? 'jsonl' : dataset.format,
      sourcePath: null,
      baseDir: dataset.baseDir,
      columns: [...dataset.columns, ...added],
    },
    rowsWith(store, { runId, dataset, column: wanted, fields }),
  );
}

/** Top-level fields of the schema; none: the answer is one column. */
function fieldsOfAnswers(
  answer: { readonly kind: string; readonly schema?: string } | undefined,
): readonly string[] {
  if (answer?.kind !== 'json' || answer.schema === undefined) {
    return [];
  }
  const schema = JSON.parse(answer.schema) as { readonly properties?: Readonly<Record<string, unknown>> };
  return Object.keys(schema.properties ?? {});
}

interface Added {
  readonly runId: number;
  readonly dataset: StoredDataset;
  readonly column: string;
  readonly fields: readonly string[];
}

/**
 * All rows of the dataset under their own numbers, those without an answer with empty cells. Of several answers to a row
 * the first counts.
 */
async function* rowsWith(store: Store, { runId, dataset, column, fields }: Added): AsyncGenerator<StoredRow> {
  const answered = await answeredRows(store, runId);
  for (let place = 0; place < dataset.rows; ) {
    const rows = await store.rows(dataset.id, place, PAGE);
    if (rows.length === 0) {
      return;
    }
    place += rows.length;
    const jobIds = rows.flatMap(({ row }) => answered.get(row) ?? []);
    const answers = await store.answersOf(jobIds);
    for (const row of rows) {
      const text = answers.get(answered.get(row.row) ?? 0)?.text ?? '';
      yield { ...row, fields: { ...row.fields, ...cellsOf(text, column, fields) } };
    }
  }
}

/** Job by row. */
async function answeredRows(
  store: Pick<Store, 'jobsAfter'>,
  runId: number,
): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  for await (const jobs of jobPages(store, { runId, state: 'done' }, PAGE)) {
    for (const { id, row } of jobs) {
      if (!found.has(row)) {
        found.set(row, id);
      }
    }
  }
  return found;
}

function cellsOf(text: string, column: string, fields: readonly string[]): Readonly<Record<string, string>> {
  if (fields.length === 0) {
    return { [column]: text };
  }
  const answer = text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(fields.map((field) => [`${column}.${field}`, cellOf(answer[field])]));
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) {
    return '';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
