/**
 * Turns a job into the order its worker carries. Rows are fetched a page at a time, when the scheduler pulls their
 * jobs, and forgotten when the job is over, so that memory holds only what is under way.
 */
import type { CatalogueModel } from '@shared/model/catalogue';
import { PROVIDER_TRAITS } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import { type Ask, askIn } from '@shared/model/text';
import type { Lease, PendingJob } from '../../engine/ports';
import { badInput, type Refused } from '../../images/bad-input';
import type { StoredDataset, Store, StoredJob, StoredRow, StoredRun } from '../../store/store';
import type { InputRules, Order, OrderTurn, PictureOrder } from '../../transport/order';
import { conversationIn } from './conversation';
import { askFor, type AskInput, type PictureAsked, pictureAskOf } from './picture-order';
import { type TextAsked, textAskFor, textAskOf } from './text-order';

export { askFor } from './picture-order';

export interface OrderBookOptions {
  readonly store: Pick<Store, 'jobsById' | 'rowsAt' | 'result' | 'resultTurn'>;
  readonly embeddedDir: string;
  /** Of the library, in the names of files on their way. */
  readonly mark: string;
  /** Folders whose images a dataset may name by absolute path; `all` on the command line. */
  roots(dataset: StoredDataset): readonly string[] | 'all';
  catalogueModel(choice: ModelChoice): CatalogueModel | undefined;
  secret(keyId: string): string | null;
  /** Whether somebody looks on while this text answer is being written; absent: nobody does. */
  isWatched?(jobId: number): boolean;
}

/** What all orders of one run share. */
export interface RunContext {
  readonly run: StoredRun;
  readonly dataset: StoredDataset;
  readonly imageCacheDir: string | null;
  /** `DG_GEMINI_ASPECT_RATIO`: used where neither flag nor row says otherwise. */
  readonly defaultAspectRatio: string | null;
  /** Where its images may lie; absent: where the dataset's may. */
  readonly roots?: readonly string[] | 'all';
}

/** A request of a session that has just been written: what its row says is known already. */
export interface KnownRequest {
  readonly runId: number;
  readonly jobId: number;
  readonly row: number;
  readonly stem: string;
  readonly ask: Ask;
}

interface Page {
  readonly job: Pick<StoredJob, 'runId' | 'row' | 'position' | 'stem' | 'instruction'>;
  readonly row: StoredRow;
  readonly turns: readonly OrderTurn[];
  /** Of a session's row; `no`: it is a row of a dataset; null: it cannot be read. */
  readonly ask: Ask | 'no' | null;
}

export type Prepared = Order | Refused;

export function createOrderBook(options: OrderBookOptions) {
  const contexts = new Map<number, RunContext>();
  const pages = new Map<number, Page>();

  async function fetchPages(runId: number, jobIds: readonly number[]): Promise<void> {
    const context = contexts.get(runId);
    if (context === undefined) {
      return;
    }
    // A job that was never sent may be forgotten, and another given its number.
    const unread = jobIds.filter((id) => pages.get(id)?.job.runId !== runId);
    if (unread.length === 0) {
      return;
    }
    const jobs = await options.store.jobsById(unread);
    const wanted = [...new Set(jobs.map((job) => job.row))];
    const rows = new Map(
      (await options.store.rowsAt(context.dataset.id, wanted)).map((row) => [row.row, row] as const),
    );
    for (const job of jobs) {
      const row = rows.get(job.row);
      if (row !== undefined) {
        const turns = await conversationIn(options.store, row.fields);
        pages.set(job.id, { job, row, turns, ask: requestIn(context, row) });
      }
    }
  }

  function prepare(job: PendingJob, lease: Lease): Prepared {
    const context = contexts.get(job.runId);
    const page = pages.get(job.id);
    if (context === undefined || page?.job.runId !== job.runId) {
      return badInput(`The row of job ${job.id} is no longer in the dataset.`);
    }
    return page.ask === null ? unreadable(job) : orderOf(job, lease, { context, page });
  }

  function orderOf(
    job: PendingJob,
    lease: Lease,
    { context, page }: { readonly context: RunContext; readonly page: Page },
  ): Prepared {
    // A fallback asks another model, at another provider perhaps, than the job names.
    const choice: ModelChoice = { provider: lease.endpoint.provider, model: lease.model };
    const model = options.catalogueModel(choice);
    const asked = askedOf(page, { context, choice, model, chosen: chosenBefore(job, choice) });
    if ('kind' in asked) {
      return asked;
    }
    const common = {
      endpoint: lease.endpoint,
      secret: lease.keyId === null ? null : options.secret(lease.keyId),
      model: lease.model,
      input: inputRules(context),
    };
    if (asked.task === 'text') {
      return {
        ...asked,
        ...common,
        keyId: lease.keyId,
        runId: job.runId,
        streams: options.isWatched?.(job.id) ?? false,
        ...(job.repair === undefined ? {} : { repair: job.repair }),
      };
    }
    const { partialImages } = context.run.recipe;
    return {
      ...asked,
      ...conversing(asked, page.turns, choice),
      ...(context.run.origin === 'studio' ? { keepsTurn: true } : {}),
      ...(partialImages === undefined || !streamsPartials(lease) ? {} : { partialImages }),
      ...common,
      responseFormat: model?.responseFormat ?? null,
      outputDir: context.run.outputDir,
      stem: page.job.stem,
      mark: options.mark,
    };
  }

  /** What the job names, where a fallback is asked in its stead. */
  function chosenBefore({ model }: PendingJob, choice: ModelChoice): AskInput['chosen'] {
    const isFallback = choice.model !== model.model || choice.provider !== model.provider;
    return isFallback ? { choice: model, model: options.catalogueModel(model) } : undefined;
  }

  function inputRules({ dataset, run, roots, imageCacheDir }: RunContext): InputRules {
    return {
      baseDir: dataset.baseDir ?? '',
      roots: roots ?? options.roots(dataset),
      allowPrivateUrls: run.options.allowPrivateUrls,
      imageCacheDir,
      embeddedDir: options.embeddedDir,
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
      await fetchPages(job.runId, [job.id]);
      return prepare(job, lease);
    },
    /** Row and position of a job whose page was fetched. */
    placeOf: (jobId: number): { readonly row: number; readonly position: number } | undefined =>
      pages.get(jobId)?.job,
    /** It is not read from the library when its turn comes. */
    note({ runId, jobId, row, stem, ask }: KnownRequest): void {
      const job = { runId, row, position: row, stem, instruction: null };
      pages.set(jobId, { job, row: { row, index: row, fields: {} }, turns: [], ask });
    },
    forget: (jobId: number) => void pages.delete(jobId),
  };
}

/**
 * OpenAI's images API streams them for its GPT image models; of other servers only the user knows. Gemini sends its
 * picture in one piece.
 */
function streamsPartials({ endpoint, model }: Lease): boolean {
  const { provider, baseUrl, demo, options } = endpoint;
  if (provider !== 'openai' || options.imagesVia === 'chat') {
    return false;
  }
  const isOfficial = demo || (baseUrl.trim() === '' && /^(?:gpt-image|chatgpt-image)/.test(model));
  return (options.partialImages ?? 'auto') === 'auto' ? isOfficial : options.partialImages === 'always';
}

/** What a row asks for, by where it comes from. */
function askedOf(
  { job, row, ask }: Page,
  input: Pick<AskInput, 'choice' | 'model' | 'chosen'> & { readonly context: RunContext },
): PictureAsked | TextAsked | Refused {
  const { recipe } = input.context.run;
  const { instruction } = job;
  if (ask !== 'no' && ask !== null) {
    return ask.kind === 'text' ? textAskOf(ask, input.model) : pictureAskOf(ask, input);
  }
  return recipe.task === 'text'
    ? textAskFor({ recipe, fields: row.fields, model: input.model, instruction })
    : askFor({ ...input, row, instruction });
}

function requestIn({ run }: RunContext, { fields }: StoredRow): Page['ask'] {
  return run.origin === 'session' ? askIn(fields) : 'no';
}

function unreadable({ id }: PendingJob): Prepared {
  return badInput(`The request of job ${id} was written by another version of Brushfleet; ask it again.`);
}

/** The picture that a conversation is about is in its last turn, and not sent a second time. Other protocols have no turns. */
function conversing(
  { inputs }: PictureAsked,
  turns: readonly OrderTurn[],
  { provider }: ModelChoice,
): Partial<Pick<PictureOrder, 'inputs' | 'history'>> {
  const last = turns.at(-1);
  return last === undefined || !PROVIDER_TRAITS[provider].keepsTurns
    ? {}
    : { history: turns, inputs: inputs.filter((input) => input !== last.answer) };
}
