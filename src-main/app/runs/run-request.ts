/** A run as the window asks for it: what it would do, and its start. */
import { availableParallelism } from 'node:os';
import type { EndpointView, RunRequest } from '@shared/contract';
import type { ExistingOutput, Plan, PreflightReport } from '@shared/model/plan';
import { modelWarnings } from '@shared/resolve-model';
import { sendsInClear } from '@shared/sends-in-clear';
import { parseTemplate, unknownColumns } from '@shared/template';
import { isDemoModel, mayServe } from '@shared/demo';
import { hasImageColumn } from '@shared/columns';
import type { Recipe, Run, RunOptions } from '@shared/model/run';
import type { App } from '../../app';
import { Refusal } from '../../refusal';
import type { Store, StoredDataset } from '../../store/store';
import { existingOutput } from '../results/existing-output';
import type { Borrower } from './folder-plan';
import { inFolder, refuseUnderWay } from '../folders/folder-turns';
import { freshFolderIn, isEmpty } from '../folders/fresh-folder';
import { rowFilter, rowRanges } from '../planning/planner';
import { preflight } from '../planning/preflight';
import { costOf, unpricedBlockers } from '../planning/run-cost';
import { estimateSeconds } from '../planning/run-estimate';
import { taskBlockers, textBlockers } from '../planning/text-plan';
import { setUpRun } from './run-setup';

export { freshFolderBeside, freshFolderIn } from '../folders/fresh-folder';

/** Folders as a person's hand has named them. */
export interface OutputFolders {
  readonly defaultOutputDir: string;
  /** The path behind a token. */
  granted(token: string): string;
}

interface PlanTerms {
  readonly borrower?: Borrower | undefined;
  /** Whoever asks for the plan unlocks the keys before the run is started: that they are locked is in nobody's way. */
  readonly unlocks?: boolean;
}

export async function planOf(
  app: App,
  request: RunRequest,
  where: Pick<OutputFolders, 'granted'> & PlanTerms,
): Promise<Plan> {
  const dataset = await datasetOf(app, request.datasetId);
  const options = optionsOf(app, request);
  const blockers: string[] = [];
  let rows = 0;
  try {
    rows = await chosenRows(app.store, dataset, options);
  } catch (error) {
    blockers.push(error instanceof Refusal ? error.message : String(error));
  }
  const jobs = rows * request.recipe.models.length * request.recipe.variants;
  blockers.push(...startBlockers(app, { ...request, dataset }, where));
  if (rows === 0 && blockers.length === 0) {
    blockers.push('No row is chosen: change the row filter.');
  }
  const provider = request.recipe.models[0]?.provider;
  if (blockers.length === 0 && provider !== undefined && !app.runs.isAnyActive()) {
    // A person who looks at a plan that can run is about to press Run.
    app.warm(provider, options);
  }
  const costUsd = await costOf(app, request, { dataset, rows });
  const seconds = secondsOf(app, request, jobs);
  const existing = await existingOf(app, request, where);
  return {
    rows,
    jobs,
    ...(seconds === undefined ? {} : { seconds }),
    ...(existing === null ? {} : { existing }),
    ...(costUsd === undefined ? {} : { costUsd }),
    warnings: warningsOf(app, request),
    blockers,
  };
}

function secondsOf(app: App, request: RunRequest, jobs: number): Plan['seconds'] {
  const { concurrency, autoConcurrency } = optionsOf(app, request);
  return estimateSeconds({
    jobs,
    concurrency: autoConcurrency === true ? Number.POSITIVE_INFINITY : concurrency,
    endpoints: servingViews(app.fleet.views(), request),
    groups: app.fleet.groups(),
    pool: app.settings().pool,
  });
}

/** Endpoints that may serve a model of the run and can send. */
function servingViews(views: readonly EndpointView[], { recipe, options }: RunRequest): EndpointView[] {
  return views.filter(
    (view) =>
      canSend(view) &&
      (options.endpointIds?.includes(view.endpoint.id) ?? true) &&
      recipe.models.some((choice) => mayServe(view.endpoint, choice)),
  );
}

async function existingOf(
  app: App,
  request: RunRequest,
  folders: Pick<OutputFolders, 'granted'>,
): Promise<ExistingOutput | null> {
  if (request.outputGrant === undefined) {
    return null;
  }
  const plan = { recipe: request.recipe, options: optionsOf(app, request), datasetId: request.datasetId };
  return existingOutput(app.store, { plan, outputDir: folders.granted(request.outputGrant) });
}

/** What a start looks at before anything is made. */
type StartParts = Pick<App, 'fleet' | 'vault' | 'models' | 'unpriced' | 'payers'>;
type Start = Pick<RunRequest, 'recipe' | 'options'> & { readonly dataset: StoredDataset };

/** What keeps a run from being sent, whatever rows it is of; empty: nothing does. One sentence each. */
export function startBlockers(app: StartParts, start: Start, terms: PlanTerms = {}): readonly string[] {
  return [
    ...blockersOf(app, start),
    ...keyBlockers(app, start, terms),
    ...unpricedBlockers(app, start, terms.borrower),
  ];
}

function blockersOf(app: Pick<App, 'models'>, { recipe, dataset }: Start): string[] {
  const blockers: string[] = [];

  const unknown = unknownColumns(parseTemplate(recipe.instruction), [...dataset.columns, 'index']);
  if (recipe.instruction.trim() === '') {
    blockers.push(recipe.task === 'edit' ? 'Write an instruction first.' : 'Write a prompt first.');
  }
  if (unknown.length > 0) {
    blockers.push(`The instruction names columns the dataset lacks: ${unknown.join(', ')}.`);
  }
  if (recipe.task === 'edit' && recipe.imageColumns.length === 0 && !hasImageColumn(dataset.columns)) {
    blockers.push('No column holds images: choose one.');
  }
  const demos = recipe.models.filter(isDemoModel).length;
  if (demos > 0 && demos < recipe.models.length) {
    blockers.push('The demo painter runs alone: choose it, or other models.');
  }
  blockers.push(...taskBlockers(recipe, app.models.find));
  if (recipe.task === 'text' && recipe.text !== undefined) {
    blockers.push(...textBlockers(recipe, recipe.text, { columns: dataset.columns, find: app.models.find }));
  }
  return blockers;
}

/** Locked keys are told from missing ones: to add another would help nobody. */
function keyBlockers(
  app: Pick<App, 'fleet' | 'vault'>,
  request: Pick<RunRequest, 'recipe' | 'options'>,
  { unlocks }: PlanTerms,
): readonly string[] {
  const views = app.fleet.views();
  const blockers = servingBlockers(views, request);
  const vault = app.vault.status();
  if (blockers.length === 0 || vault.kind !== 'passphrase' || !vault.locked) {
    return blockers;
  }
  const readable = (view: EndpointView): EndpointView => ({
    ...view,
    keys: view.keys.map((key) => ({ ...key, readable: true })),
  });
  const lasting = servingBlockers(views.map(readable), request);
  return lasting.length > 0 || unlocks === true
    ? lasting
    : ['The keys are locked: unlock them, then start the run.'];
}

/** What keeps jobs from being sent at all, and fallbacks that could never serve. */
export function servingBlockers(
  views: readonly EndpointView[],
  { recipe, options }: Pick<RunRequest, 'options'> & { readonly recipe: Pick<Recipe, 'models'> },
): string[] {
  const { endpointIds } = options;
  const chosen = views.filter(({ endpoint }) => endpointIds?.includes(endpoint.id) ?? true);
  const unserved = recipe.models
    .filter((choice) => !chosen.some((view) => mayServe(view.endpoint, choice) && canSend(view)))
    .map((choice) => {
      const held = chosen.filter((view) => mayServe(view.endpoint, choice) && isHeldBack(view));
      if (held.length > 0) {
        return heldBackSentence(choice.model, held);
      }
      return endpointIds === undefined
        ? `No endpoint with a key can serve ${choice.model}: add a key under Endpoints.`
        : `None of the chosen endpoints can serve ${choice.model}: choose others, or add a key under Endpoints.`;
    });
  const fallbacks = (options.fallback ?? []).flatMap(({ endpointId, model }) => {
    const view = views.find(({ endpoint }) => endpoint.id === endpointId);
    if (view === undefined) {
      return `The endpoint of the fallback to ${model} no longer exists: choose another.`;
    }
    const { name } = view.endpoint;
    return canSend(view) ? [] : `The fallback ${name} has no key that can send: add one, or leave it out.`;
  });
  return [...unserved, ...fallbacks];
}

function canSend({ endpoint, keys }: EndpointView): boolean {
  return (
    endpoint.enabled &&
    endpoint.weight > 0 &&
    (endpoint.demo || keys.some((key) => key.readable && !key.paused))
  );
}

/** It could send, were it not for what somebody has set: another key would help nobody. */
function isHeldBack(view: EndpointView): boolean {
  const isKeyed = view.endpoint.demo || view.keys.some(({ readable }) => readable);
  return isKeyed && !canSend(view);
}

function heldBackSentence(model: string, held: readonly EndpointView[]): string {
  const names = held.map(({ endpoint }) => endpoint.name).join(', ');
  const isWeight = held.every(({ endpoint }) => endpoint.enabled && endpoint.weight === 0);
  return isWeight
    ? `All that could serve ${model} has the weight 0 (${names}): give it a weight under Endpoints.`
    : `All that could serve ${model} is paused (${names}): resume it or one of its keys under Endpoints.`;
}

function warningsOf(app: App, request: RunRequest): string[] {
  const today = new Date(app.clock.wallNow()).toISOString().slice(0, 10);
  const views = app.fleet.views();
  const { endpointIds, fallback = [] } = request.options;
  const providers = new Set(request.recipe.models.map((choice) => choice.provider));
  const clear = views
    .filter(
      ({ endpoint: { id, provider } }) =>
        fallback.some(({ endpointId }) => endpointId === id) ||
        (providers.has(provider) && (endpointIds?.includes(id) ?? true)),
    )
    .filter(({ endpoint }) => !endpoint.demo && endpoint.enabled && sendsInClear(endpoint.baseUrl))
    .map(({ endpoint }) => `${endpoint.name} is plain http: its keys travel unencrypted.`);
  const second = fallback.flatMap(({ endpointId, model }) => {
    const view = views.find(({ endpoint }) => endpoint.id === endpointId);
    return view === undefined ? [] : { provider: view.endpoint.provider, model };
  });
  const ended = [...request.recipe.models, ...second].flatMap((choice) =>
    modelWarnings(app.models.find(choice), today),
  );
  return [...new Set([...ended, ...goneWarning(views, endpointIds), ...clear])];
}

function goneWarning(views: readonly EndpointView[], endpointIds: readonly string[] = []): string[] {
  const gone = endpointIds.filter((id) => !views.some(({ endpoint }) => endpoint.id === id)).length;
  if (gone === 0) {
    return [];
  }
  return [
    gone === 1
      ? 'One of the chosen endpoints no longer exists: it is left out.'
      : `${gone} of the chosen endpoints no longer exist: they are left out.`,
  ];
}

/** Throws a Refusal for a row filter that cannot be read. */
export async function* preflightOf(
  app: App,
  request: RunRequest,
  signal?: AbortSignal,
): AsyncGenerator<PreflightReport> {
  const dataset = await app.importer.whole(request.datasetId);
  const filter = { filterRows: request.options.filterRows ?? '' };
  const parts = { store: app.store, clock: app.clock, catalogueModel: app.models.find };
  yield* preflight(
    parts,
    {
      datasetId: dataset.id,
      recipe: request.recipe,
      total: await chosenRows(app.store, dataset, filter),
      includes: rowFilter(filter),
      rules: {
        baseDir: dataset.baseDir ?? '',
        roots: app.imageRoots(dataset),
        embeddedDir: app.paths.embedded,
      },
    },
    signal,
  );
}

/** Of those that are stored: what could not be read keeps its number, and is none of them. Throws such a Refusal. */
async function chosenRows(
  store: Pick<Store, 'countRows'>,
  { id, rows }: Pick<StoredDataset, 'id' | 'rows'>,
  options: Pick<RunOptions, 'filterRows'>,
): Promise<number> {
  return options.filterRows.trim() === '' ? rows : store.countRows(id, rowRanges(options));
}

/** Plans and starts a run of the window. */
export async function startRun(app: App, request: RunRequest, where: OutputFolders): Promise<Run> {
  const dataset = await app.importer.whole(request.datasetId);
  const plan = await planOf(app, request, where);
  const blocker = plan.blockers[0];
  if (blocker !== undefined) {
    throw new Refusal('BAD_INPUT', blocker);
  }
  const name = request.name?.trim() || dataset.name.replace(/\.[^.]+$/, '');
  const base =
    request.outputGrant === undefined ? where.defaultOutputDir : where.granted(request.outputGrant);
  const { onExisting = 'fresh' } = request;
  const isOwn = request.outputGrant !== undefined && (onExisting !== 'fresh' || (await isEmpty(base)));
  if (isOwn && onExisting === 'resume') {
    return resumeAt(app, base);
  }
  const outputDir = isOwn ? base : await freshFolderIn(base, name);
  const mode = isOwn && onExisting === 'adopt' ? 'resume' : 'anew';
  const options = optionsOf(app, request);
  const preparation = app.runs.prepare();
  const make = async (): Promise<Run> => {
    const wayOut = (): string => 'wait for it, pause it first, or choose another folder';
    const before = await refuseUnderWay(app, outputDir, wayOut);
    // Its results that wait for their place get it while that is theirs.
    await (before === null ? undefined : app.runs.settle(before.id));
    const wanted = { name, dataset, recipe: request.recipe, options, outputDir, mode, adopt: true } as const;
    const isHalted = (): boolean => preparation.halt() !== null;
    const heard = { onRun: preparation.of, isHalted, clock: app.clock };
    const { run, planned, stopPlanning, notes } = await setUpRun(app.store, { ...wanted, ...heard });
    notes.forEach((note) => app.log.info('runs', `run ${run.id}: ${note}`));
    return app.runs.start(run, { planned, stopPlanning, preparation });
  };
  return inFolder(app.store, outputDir, make).finally(preparation.end);
}

/** As that run was asked, whatever the form says now: a recipe is never mixed. */
async function resumeAt(app: App, outputDir: string): Promise<Run> {
  const run = await app.store.runAt(outputDir);
  if (run === null) {
    throw new Refusal('NOT_FOUND', `The run in ${outputDir} is no longer in the library: start a new one.`);
  }
  return app.runs.resume(run.id);
}

function optionsOf(app: App, request: RunRequest): RunOptions {
  const settings = app.settings();
  const { options } = request;
  return {
    filterRows: options.filterRows ?? '',
    concurrency: options.concurrency ?? settings.concurrency,
    // Threads beyond the cores bring nothing here but memory.
    workers: options.workers ?? Math.min(settings.workers, availableParallelism()),
    maxRetries: options.maxRetries ?? settings.maxRetries,
    retryDelayMs: options.retryDelayMs ?? settings.retryDelayMs,
    allowPrivateUrls: options.allowPrivateUrls ?? settings.allowPrivateUrls,
    ...(options.autoConcurrency === undefined ? {} : { autoConcurrency: options.autoConcurrency }),
    ...(options.endpointIds === undefined ? {} : { endpointIds: options.endpointIds }),
    ...(options.fallback === undefined ? {} : { fallback: options.fallback }),
    ...(options.waitForQuota === undefined ? {} : { waitForQuota: options.waitForQuota }),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
    ...(options.caps === undefined ? {} : { caps: options.caps }),
    ...(options.canary === undefined ? {} : { canary: options.canary }),
    ...(options.unknown === undefined ? {} : { unknown: options.unknown }),
    ...(options.judges === undefined ? {} : { judges: options.judges }),
  };
}

async function datasetOf(app: App, datasetId: number): Promise<StoredDataset> {
  const dataset = await app.store.dataset(datasetId);
  if (dataset === null) {
    throw new Refusal('NOT_FOUND', 'That dataset is no longer in the library.');
  }
  return dataset;
}
