/**
 * Turns a job into the order its worker carries. Rows are fetched a page at a time, when the scheduler pulls their
 * jobs, and forgotten when the job is over, so that memory holds only what is under way.
 */
import { imageReferences, maskReference } from '@shared/columns';
import { resolveSize, type SizeAnswer, type SizeQuestion } from '@shared/aspect-ratio';
import { parseTemplate, renderTemplate } from '@shared/template';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Failure } from '@shared/model/failure';
import type { ModelChoice } from '@shared/model/run';
import { outputNameRefusal } from '../datasets/output-name';
import type { Lease, PendingJob } from '../engine/ports';
import type { StoredDataset, Store, StoredJob, StoredRow, StoredRun } from '../store/store';
import type { Order } from '../transport/order';
import { fittingSize } from './fitting-size';

export interface OrderBookOptions {
  readonly store: Pick<Store, 'jobsById' | 'rowsAt'>;
  readonly embeddedDir: string;
  /** Folders whose images a dataset may name by absolute path; `all` on the command line. */
  roots(dataset: StoredDataset): readonly string[] | 'all';
  catalogueModel(choice: ModelChoice): CatalogueModel | undefined;
  secret(keyId: string): string | null;
}

/** What all orders of one run share. */
export interface RunContext {
  readonly run: StoredRun;
  readonly dataset: StoredDataset;
  readonly imageCacheDir: string | null;
  /** `DG_GEMINI_ASPECT_RATIO`: used where neither flag nor row says otherwise. */
  readonly defaultAspectRatio: string | null;
  /** Where its images may lie; absent: where the dataset's may. */
  readonly roots?: 'all';
}

interface Page {
  readonly job: StoredJob;
  readonly row: StoredRow;
}

export type Prepared = Order | { readonly kind: 'failed'; readonly failure: Failure };

export function createOrderBook(options: OrderBookOptions) {
  const contexts = new Map<number, RunContext>();
  const pages = new Map<number, Page>();

  async function fetchPages(runId: number, jobIds: readonly number[]): Promise<void> {
    const context = contexts.get(runId);
    if (context === undefined) {
      return;
    }
    const jobs = await options.store.jobsById(jobIds);
    const wanted = [...new Set(jobs.map((job) => job.row))];
    const rows = new Map(
      (await options.store.rowsAt(context.dataset.id, wanted)).map((row) => [row.row, row] as const),
    );
    for (const job of jobs) {
      const row = rows.get(job.row);
      if (row !== undefined) {
        pages.set(job.id, { job, row });
      }
    }
  }

  function prepare(job: PendingJob, lease: Lease): Prepared {
    const context = contexts.get(job.runId);
    const page = pages.get(job.id);
    if (context === undefined || page === undefined) {
      return badInput(`The row of job ${job.id} is no longer in the dataset.`);
    }
    // A fallback asks another model, at another provider perhaps, than the job names.
    const choice: ModelChoice = { provider: lease.endpoint.provider, model: lease.model };
    const model = options.catalogueModel(choice);
    const isFallback = choice.model !== job.model.model || choice.provider !== job.model.provider;
    const chosen = isFallback ? { choice: job.model, model: options.catalogueModel(job.model) } : undefined;
    const asked = askFor({ context, row: page.row, choice, model, chosen });
    if ('kind' in asked) {
      return asked;
    }
    return {
      ...asked,
      endpoint: lease.endpoint,
      secret: lease.keyId === null ? null : options.secret(lease.keyId),
      model: lease.model,
      responseFormat: model?.responseFormat ?? null,
      input: {
        baseDir: context.dataset.baseDir ?? '',
        roots: context.roots ?? options.roots(context.dataset),
        allowPrivateUrls: context.run.options.allowPrivateUrls,
        imageCacheDir: context.imageCacheDir,
        embeddedDir: options.embeddedDir,
      },
      outputDir: context.run.outputDir,
      stem: page.job.stem,
    };
  }

  return {
    open: (context: RunContext) => void contexts.set(context.run.id, context),
    close(runId: number): void {
      contexts.delete(runId);
      for (const [jobId, page] of pages) {
        if (page.job.runId === runId) {
          pages.delete(jobId);
        }
      }
    },
    context: (runId: number) => contexts.get(runId),
    fetchPages,
    async order(job: PendingJob, lease: Lease): Promise<Prepared> {
      if (!pages.has(job.id)) {
        await fetchPages(job.runId, [job.id]);
      }
      return prepare(job, lease);
    },
    /** Row and position of a job whose page was fetched. */
    placeOf: (jobId: number): { readonly row: number; readonly position: number } | undefined =>
      pages.get(jobId)?.job,
    forget: (jobId: number) => void pages.delete(jobId),
  };
}

export interface AskInput {
  readonly context: Pick<RunContext, 'defaultAspectRatio'> & { readonly run: Pick<StoredRun, 'recipe'> };
  readonly row: StoredRow;
  readonly choice: ModelChoice;
  readonly model: CatalogueModel | undefined;
  /** What the run chose, where a fallback is asked instead: the size was given for that. */
  readonly chosen?: Pick<AskInput, 'choice' | 'model'> | undefined;
}

type Asked = Pick<Order, 'task' | 'prompt' | 'inputs' | 'mask' | 'aspectRatio' | 'imageSize'>;

/** What a row asks for under a recipe, or why it cannot be sent as it is. Pure. */
export function askFor(input: AskInput): Asked | Extract<Prepared, { kind: 'failed' }> {
  const { recipe } = input.context.run;
  const { fields } = input.row;
  const rendered = renderTemplate(parseTemplate(recipe.instruction), fields);
  if (rendered.missing.length > 0) {
    return badInput(`The row has no column ${rendered.missing.map((name) => `"${name}"`).join(', ')}.`);
  }
  if (rendered.text.trim() === '') {
    return badInput(
      recipe.task === 'edit' ? 'The instruction of this row is empty.' : 'The prompt of this row is empty.',
    );
  }
  const unnamed = outputNameRefusal(fields, recipe);
  if (unnamed !== null) {
    return badInput(unnamed);
  }
  const inputs = recipe.task === 'edit' ? imageReferences(fields, recipe.imageColumns) : [];
  const mask = recipe.task === 'edit' ? maskReference(fields, recipe.maskColumn) : null;
  const problem = recipe.task === 'edit' ? imageProblem(inputs.length, mask !== null, input) : null;
  if (problem !== null) {
    return badInput(problem);
  }
  const size = sizeOf(input);
  if (size.kind === 'refused') {
    return badInput(size.sentence);
  }
  const { aspectRatio = null, imageSize = null } = size;
  return { task: recipe.task, prompt: rendered.text, inputs, mask, aspectRatio, imageSize };
}

function imageProblem(images: number, hasMask: boolean, { model, choice }: AskInput): string | null {
  if (images === 0) {
    return 'The row names no input image.';
  }
  if (model?.maxInputImages !== undefined && images > model.maxInputImages) {
    return `The row has ${images} images, ${choice.model} takes at most ${model.maxInputImages}.`;
  }
  if (hasMask && !(model?.mask ?? choice.provider === 'openai')) {
    return `The row has a mask, and ${choice.model} takes none.`;
  }
  return null;
}

/** A row that the chosen model would not take is not sent to a fallback either. */
function sizeOf(input: AskInput): SizeAnswer {
  const { chosen } = input;
  if (chosen === undefined) {
    return resolveSize(sizeQuestion(input));
  }
  const asChosen = resolveSize(sizeQuestion({ ...input, ...chosen }));
  return asChosen.kind === 'refused'
    ? asChosen
    : { kind: 'ok', ...fittingSize(sizeQuestion(input), input.context.run.recipe.task) };
}

/** A t2i row's own width, height or aspect_ratio win over the recipe's. */
function sizeQuestion({ context, row, choice, model }: AskInput): SizeQuestion {
  const { recipe } = context.run;
  const own = recipe.task === 't2i' ? rowSize(row.fields) : {};
  const named = Object.keys(own).length > 0;
  return {
    provider: choice.provider,
    model,
    aspectRatio: named ? own.aspectRatio : recipe.aspectRatio,
    width: named ? own.width : recipe.width,
    height: named ? own.height : recipe.height,
    imageSize: recipe.imageSize,
    envAspectRatio: context.defaultAspectRatio ?? undefined,
  };
}

function rowSize(fields: Readonly<Record<string, string>>): {
  aspectRatio?: string;
  width?: number;
  height?: number;
} {
  const ratio = fields['aspect_ratio']?.trim();
  const width = Number(fields['width']?.trim() || Number.NaN);
  const height = Number(fields['height']?.trim() || Number.NaN);
  return {
    ...(ratio ? { aspectRatio: ratio } : {}),
    ...(Number.isFinite(width) ? { width } : {}),
    ...(Number.isFinite(height) ? { height } : {}),
  };
}

function badInput(message: string): Extract<Prepared, { kind: 'failed' }> {
  return { kind: 'failed', failure: { kind: 'bad_input', message } };
}
