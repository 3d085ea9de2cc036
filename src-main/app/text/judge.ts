/** A text model scores each picture of a run against what was asked for it. */
import { isAbsolute, join } from 'node:path';
import { imageReferences, referenceCell } from '@shared/columns';
import type { Recipe, Run } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { Store, StoredDataset, StoredRun } from '../../store/store';
import { instructionOf } from '../orders/job-instruction';
import { jobPages } from '../results/job-pages';
import { madeDataset } from './made-dataset';
import type { TextParts, TextShell } from './text-parts';
import type { Texts } from './texts';

const PAGE = 500;
const COLUMNS = ['index', 'instruction', 'image_path', 'model', 'variant', 'file'];

/** What the judge is told, and the shape of its verdict: columns `response.score` and `response.reason`. */
export const JUDGE_SYSTEM =
  'You judge pictures. The last image is a result; images before it, if there are any, are what it was made from. ' +
  'Score from 0 to 10 how well the result does what the instruction asks, and leaves alone what it does not mention. ' +
  'Give the reason in one or two sentences that name what is right and what is wrong.';
export const JUDGE_SCHEMA = JSON.stringify(
  {
    type: 'object',
    properties: {
      score: { type: 'number', minimum: 0, maximum: 10 },
      reason: { type: 'string' },
    },
    required: ['score', 'reason'],
    additionalProperties: false,
  },
  null,
  2,
);

export async function judge(
  { store, lendRoots }: Pick<TextParts, 'store' | 'lendRoots'>,
  request: Parameters<Texts['judge']>[0],
  shell: Pick<TextShell, 'start'>,
): Promise<Run> {
  const run = await store.run(request.runId);
  const dataset = run === null ? null : await store.dataset(run.datasetId);
  if (run === null || dataset === null) {
    throw new Refusal('NOT_FOUND', 'That run is no longer in the library.');
  }
  if (run.recipe.task === 'text' || run.counts.done === 0) {
    throw new Refusal('BAD_INPUT', `${run.name} has no pictures to judge yet.`);
  }
  const pictures = await madeDataset(
    store,
    {
      name: `${run.name}, judged`,
      format: 'jsonl',
      sourcePath: null,
      baseDir: run.outputDir,
      columns: COLUMNS,
    },
    picturesOf(store, run, dataset),
  );
  lendRoots(dataset, pictures);
  const recipe: Recipe = {
    task: 'text',
    models: [request.model],
    instruction: 'Instruction: {{instruction}}',
    imageColumns: ['image_path'],
    variants: 1,
    text: { system: JUDGE_SYSTEM, generation: {}, answer: { kind: 'json', schema: JUDGE_SCHEMA } },
  };
  return shell.start({
    name: pictures.name,
    datasetId: pictures.id,
    recipe,
    options: { ...request.options, judges: run.id },
  });
}

/** Each with what it was made from, as far as that is a file or an address. */
async function* picturesOf(
  store: Pick<Store, 'jobsAfter' | 'rowsAt'>,
  run: StoredRun,
  dataset: StoredDataset,
): AsyncGenerator<{ readonly fields: Readonly<Record<string, string>> }> {
  for await (const jobs of jobPages(store, { runId: run.id, state: 'done' }, PAGE)) {
    const rows = await store.rowsAt(dataset.id, [...new Set(jobs.map(({ row }) => row))]);
    const fieldsOf = new Map(rows.map(({ row, fields }) => [row, fields] as const));
    for (const job of jobs.filter(({ result, isTrashed }) => result !== null && isTrashed !== true)) {
      const fields = fieldsOf.get(job.row) ?? {};
      const file = job.result?.fileName ?? '';
      const sources =
        run.recipe.task === 'edit'
          ? imageReferences(fields, run.recipe.imageColumns).map(fromThere(dataset))
          : [];
      yield {
        fields: {
          index: String(job.index),
          instruction: instructionOf(run.recipe, job, fields),
          image_path: JSON.stringify([...sources, join(run.outputDir, file)]),
          model: job.model,
          variant: String(job.variant),
          file: referenceCell(file),
        },
      };
    }
  }
}

/** A relative path as the dataset that names it means it. */
function fromThere({ baseDir }: StoredDataset): (reference: string) => string {
  return (reference) =>
    baseDir === null || isAbsolute(reference) || /^[a-z][a-z0-9+.-]*:/i.test(reference)
      ? reference
      : join(baseDir, reference);
}
