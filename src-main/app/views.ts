/** Rows and jobs as screens show them: text, and pictures as media:// addresses that main resolves. */
import { imageReferences } from '@shared/columns';
import { changeUrl, inputUrl, viewUrl } from '@shared/media-url';
import type { JobDetail, Row } from '@shared/model/run';
import type { App } from '../app';
import { Refusal } from '../refusal';
import type { Store } from '../store/store';
import { tileOf } from './app-events';
import { instructionOf } from './orders/job-instruction';
import { plainRow } from './orders/plain-row';

export async function rowViews(
  store: Store,
  page: { datasetId: number; offset: number; limit: number; imageColumns?: string[] | undefined },
): Promise<Row[]> {
  const rows = await store.rows(page.datasetId, page.offset, page.limit);
  const imageColumns = page.imageColumns ?? [];
  return rows.map((row) => ({
    row: row.row,
    index: row.index,
    fields: { ...row.fields },
    thumbnails: imageReferences(row.fields, imageColumns).map((_, place) =>
      inputUrl('thumbnail', { datasetId: page.datasetId, row: row.row, place, imageColumns }),
    ),
  }));
}

/** As large as its picture: no name for anybody. */
const DATA_URL = /^data:/i;

export async function jobDetail(app: App, jobId: number): Promise<JobDetail> {
  const job = await app.store.job(jobId);
  if (job === null) {
    throw new Refusal('NOT_FOUND', 'That job is no longer in the library.');
  }
  const run = await app.runs.found(job.runId);
  const [row] = await app.store.rowsAt(run.datasetId, [job.row]);
  const fields = { ...row?.fields };
  const plain = plainRow(run, fields);
  const { imageColumns } = run.recipe;
  const inputs = run.recipe.task === 't2i' ? [] : imageReferences(fields, imageColumns);
  const answer = await app.store.answerOf(jobId);
  const measures = job.result === null ? null : await app.store.measures(job.result.id);
  return {
    job: tileOf(job),
    instruction: instructionOf(plain.recipe, job, plain.fields),
    // Of a session the only cell is the whole request.
    fields: run.origin === 'session' ? {} : fields,
    inputs: inputs.map((_, place) =>
      inputUrl('view', { datasetId: run.datasetId, row: job.row, place, imageColumns }),
    ),
    inputNames: inputs.map((reference) => (DATA_URL.test(reference) ? 'data:' : reference)),
    ...(job.result === null
      ? {}
      : {
          result: job.result,
          ...(answer === null ? { output: viewUrl(job.result.id) } : { answer }),
        }),
    // A picture that was turned has no place on its source where it could be laid.
    ...(job.result === null ||
    answer !== null ||
    inputs.length === 0 ||
    measures?.source?.turned !== undefined
      ? {}
      : { heatMap: changeUrl(job.result.id) }),
    ...(job.failure === null ? {} : { failure: job.failure }),
    ...(job.review === null ? {} : { review: job.review }),
    ...(measures === null ? {} : { measures }),
    attempts: [...(await app.store.attempts(jobId))],
  };
}
