/** Prepares a run: finds or creates it for its output folder, plans its jobs, and checks what is done already. */
import { stat } from 'node:fs/promises';
import type { Recipe, RunOptions } from '@shared/model/run';
import type { Clock } from '../../engine/ports';
import { Refusal } from '../../refusal';
import type { Store, StoredDataset, StoredRun } from '../../store/store';
import { adoptPictures, type FoundPictures, foundPictures } from '../results/adopt-results';
import { resultsPath } from '../tables/exporter';
import { leaveOutGone } from '../results/gone-rows';
import { outputToGoOn, usableFolder } from '../folders/output-folder';
import {
  hasMoved,
  isPlanned,
  keepBefore,
  NOTHING_PLANNED,
  type PlanEnd,
  planRun,
  rowFilter,
} from '../planning/planner';
import { recipeChanges } from '../planning/recipe-changes';
import { widened } from '../planning/job-choice';
import { liftedCapNotes } from './lifted-caps';
import { optionTurns, withNewer } from './option-turns';
import { resendLost } from './resend-lost';
import { keepTablesBefore, type TablePlaces } from '../tables/tables-before';
import {
  outputFlag,
  pictures,
  refuseIfAny,
  refuseUnrecorded,
  unknownAnswers,
} from '../results/unrecorded-output';

const PAGE = 500;

export interface SetupRequest {
  readonly name: string;
  readonly dataset: StoredDataset;
  readonly recipe: Recipe;
  readonly options: RunOptions;
  readonly outputDir: string;
  /** `resume` goes on with the run of that folder; `anew` sends everything again. */
  readonly mode: 'resume' | 'anew';
  /** Whole pictures that lie there without a record are taken as done; else their being there is a Refusal. */
  readonly adopt?: boolean;
  /** Where results.csv goes, when not into the output folder. */
  readonly csvPath?: string | undefined;
  /** The run is known, its jobs are not planned yet. */
  onRun?(runId: number): void;
  /** Planning that goes on while jobs are sent stands back by it; absent: it does not. */
  readonly clock?: Clock;
  /** Somebody has paused or cancelled it meanwhile: planning ends, and it is to be started only to be told so. */
  readonly isHalted?: () => boolean;
}

export interface SetUp {
  readonly run: StoredRun;
  /** What a person should know before it starts, one sentence each. */
  readonly notes: readonly string[];
  /** Resolves when every job is planned; the first are there already. */
  readonly planned: Promise<PlanEnd>;
  readonly stopPlanning: () => void;
  /** Results of earlier sessions are to be compared with the disk while the run goes on. */
  readonly recheck: boolean;
}

/** Throws a Refusal when the folder cannot be used or its run asked for something else. */
export async function setUpRun(store: Store, request: SetupRequest): Promise<SetUp> {
  const existing = await store.runAt(request.outputDir);
  if (existing === null || request.mode === 'anew') {
    await usableFolder(request.outputDir);
    return createRun(store, request, existing);
  }
  await outputToGoOn(existing);
  const changes = recipeChanges(existing.recipe, request.recipe);
  if (changes.length > 0) {
    throw new Refusal(
      'BAD_INPUT',
      `${request.outputDir} holds a run with another recipe: ${changes.join('; ')}. ` +
        `Choose another ${outputFlag(request.recipe)}, or send everything again with --no_resume.`,
    );
  }
  return resumeRun(store, request, existing);
}

async function createRun(store: Store, request: SetupRequest, replaced: StoredRun | null): Promise<SetUp> {
  const isFound = replaced === null && request.mode === 'resume';
  const isText = request.recipe.task === 'text';
  if (isFound && isText) {
    await refuseUnknownAnswers(request);
  } else if (isFound && request.adopt !== true) {
    await refuseUnknownFiles(store, request);
  }
  // Once there is a run in that folder, they would be taken for that one's.
  const kept = await keepTablesBefore(store, { ...placesOf(request), isOwn: replaced !== null });
  const run = await store.createRun({
    name: request.name,
    datasetId: request.dataset.id,
    recipe: request.recipe,
    options: request.options,
    outputDir: request.outputDir,
  });
  request.onRun?.(run.id);
  const isAdopting = isFound && !isText && request.adopt === true;
  const beside = isAdopting || request.clock === undefined ? {} : { beside: request.clock };
  const { begun, whole, stop } = planRun(store, run, { ...haltOf(request), ...beside });
  const setUp = { run, planned: whole, stopPlanning: stop, recheck: false };
  if (!isAdopting) {
    await begun;
    return { ...setUp, notes: kept };
  }
  // Nothing may be sent before it is known what is there.
  const { isWhole } = await whole;
  return { ...setUp, notes: [...kept, ...(isWhole ? adoptionNotes(await adoptPictures(store, run)) : [])] };
}

function placesOf({ outputDir, csvPath }: SetupRequest): Pick<TablePlaces, 'outputDir' | 'csvPath'> {
  return { outputDir, csvPath };
}

async function resumeRun(store: Store, request: SetupRequest, existing: StoredRun): Promise<SetUp> {
  const chosen = widened(existing, request.options.filterRows);
  const options = {
    ...request.options,
    filterRows: unionFilter(existing.options.filterRows, request.options.filterRows),
    ...(chosen === undefined ? {} : { chosen }),
  };
  const run = { ...existing, options, datasetId: request.dataset.id };
  const isAdopted = request.adopt === true && run.recipe.task !== 'text';
  if (!isAdopted) {
    // Before anything is changed: a library that was restored knows the run, but not what it has delivered since.
    await refuseUnrecorded(store, run, 'command');
  }
  const kept = await keepTablesBefore(store, { ...placesOf(request), isOwn: true });
  // Before rows move: what they bring along is not sent, whatever somebody says of the requests that were lost there.
  const resent =
    options.unknown === 'resend'
      ? await requeueUnknown(store, run, {
          isMoving: run.datasetId !== existing.datasetId,
          isHalted: () => request.isHalted?.() === true,
        })
      : NOTHING_RESENT;
  const keeping = await keepBefore(store, run, { datasetBefore: existing.datasetId, ...haltOf(request) });
  if (keeping === 'halted') {
    return notMoved(existing, run.datasetId === existing.datasetId ? kept : [...kept, NOT_TAKEN_IN]);
  }
  const isKept = keeping === 'kept';
  if (!(await isPlanned(store, run))) {
    await noteRest(store, existing);
  }
  await store.wantRest(existing.id);
  await writeOptions(store, existing, options);
  await store.setRunDataset(existing.id, request.dataset.id);
  const { whole, stop } = planRun(store, run, { isKept, ...haltOf(request) });
  const setUp = { run, planned: whole, stopPlanning: stop, recheck: true };
  const { changed, unsure, along, lost, gone, isWhole } = await whole;
  if (!isWhole) {
    return { ...setUp, notes: kept };
  }
  const adopted = isAdopted ? await adoptPictures(store, run) : null;
  const unknown = resent.jobIds.length > 0 ? await stillResent(store, run, resent.jobIds) : 0;
  await store.requeue(run.id, { kind: 'cancelled' });
  const failed = await requeueFailed(store, run, rowFilter(request.options));
  const notes = [
    ...kept,
    ...liftedCapNotes(existing.options, request.options),
    ...(adopted === null ? [] : adoptionNotes(adopted)),
    along + resent.along > 0 ? alongNote(along + resent.along) : '',
    lost > 0 ? lostNote(lost) : '',
    gone > 0 ? goneNote(gone) : '',
    changed > 0 ? changedNote(changed) : '',
    unsure > 0 && options.unknown !== 'resend' ? unsureNote(unsure) : '',
    unknown > 0 ? `${unknown} requests with an unknown outcome are sent again.` : '',
    failed > 0 ? `${failed} failed rows are tried again.` : '',
  ];
  return { ...setUp, notes: notes.filter((note) => note !== '') };
}

/** What is planned from here on was asked for after its end: stopped now, or dead, it is to be gone on with. */
async function noteRest(store: Store, { id, state }: StoredRun): Promise<void> {
  if (!(await hasMoved(store, id))) {
    await store.setPlannedDigest(id, null);
  }
  if (state.kind === 'finished') {
    await store.setRunState(id, { kind: 'paused', reason: '' });
  }
}

/** `before`: as the run was when the command looked at it. */
function writeOptions(store: Store, before: StoredRun, wanted: RunOptions): Promise<void> {
  return optionTurns(store)(async () => {
    const now = (await store.run(before.id)) ?? before;
    const newer = withNewer(wanted, { before: before.options, now: now.options });
    await store.setRunOptions(before.id, newer);
  });
}

const NOT_TAKEN_IN = 'Stopped before the changed input was read: run the same command again to continue.';

/** Half of what its earlier rows asked for is noted: the rest would be lost if it moved to its new ones now. */
function notMoved(run: StoredRun, notes: readonly string[]): SetUp {
  const nothing = { ...NOTHING_PLANNED, isWhole: false };
  return {
    run,
    notes,
    planned: Promise.resolve(nothing),
    stopPlanning: () => undefined,
    recheck: false,
  };
}

function haltOf({ isHalted }: SetupRequest): Pick<SetupRequest, 'isHalted'> {
  return isHalted === undefined ? {} : { isHalted };
}

interface Resent {
  readonly jobIds: readonly number[];
  /** Results that they took over instead of being sent. */
  readonly along: number;
}

const NOTHING_RESENT: Resent = { jobIds: [], along: 0 };

async function requeueUnknown(
  store: Store,
  run: StoredRun,
  how: { readonly isMoving: boolean; isHalted(): boolean },
): Promise<Resent> {
  const jobIds: number[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: readonly number[] = await store.jobIds(run.id, { kind: 'unknown' }, after, PAGE);
    jobIds.push(...page);
    after = page.at(-1);
  }
  if (jobIds.length === 0) {
    return NOTHING_RESENT;
  }
  const requeue = (): Promise<unknown> => store.requeue(run.id, { kind: 'unknown' });
  return { jobIds, along: await resendLost(store, run, { ...how, requeue }) };
}

/** But those of rows that are gone, for nobody knows what to send any more, and those that took what lay at hand. */
async function stillResent(store: Store, run: StoredRun, jobIds: readonly number[]): Promise<number> {
  await leaveOutGone(store, run);
  let pending = 0;
  for (let at = 0; at < jobIds.length; at += PAGE) {
    const jobs = await store.jobsById(jobIds.slice(at, at + PAGE));
    pending += jobs.filter(({ state }) => state === 'pending').length;
  }
  return pending;
}

function alongNote(results: number): string {
  return results === 1 ? 'One result moved with its row.' : `${results} results moved with their rows.`;
}

function lostNote(requests: number): string {
  return requests === 1
    ? 'One request with an unknown outcome moved with its row: it may have been charged, and is not sent again ' +
        'unless you give --unknown resend.'
    : `${requests} requests with an unknown outcome moved with their rows: they may have been charged, and are not ` +
        'sent again unless you give --unknown resend.';
}

function goneNote(rows: number): string {
  return rows === 1
    ? 'One row is no longer in the input and is left out; no result is deleted.'
    : `${rows} rows are no longer in the input and are left out; no result is deleted.`;
}

function changedNote(rows: number): string {
  const what =
    rows === 1
      ? 'One row has changed since the last time and is'
      : `${rows} rows have changed since the last time and are`;
  return `${what} sent again; earlier results stay as versions.`;
}

function unsureNote(requests: number): string {
  return requests === 1
    ? 'One request with an unknown outcome may have been charged: another row is in its place now, which is not sent ' +
        'unless you give --unknown resend.'
    : `${requests} requests with an unknown outcome may have been charged: other rows are in their places now, which ` +
        'are not sent unless you give --unknown resend.';
}

/** Failed rows are tried again, but only those that this session asks for. */
async function requeueFailed(
  store: Store,
  run: Pick<StoredRun, 'id'>,
  includes: (row: number) => boolean,
): Promise<number> {
  const jobIds: number[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { jobs } = await store.jobs({ runId: run.id, offset, limit: PAGE, state: 'failed' });
    if (jobs.length === 0) {
      return store.requeue(run.id, { kind: 'jobs', jobIds });
    }
    jobIds.push(...jobs.filter((job) => includes(job.row)).map((job) => job.id));
  }
}

/** Pictures without a record may be paid results of another program: they are not silently done over. */
async function refuseUnknownFiles(store: Store, request: SetupRequest): Promise<void> {
  const plan = { recipe: request.recipe, options: request.options, datasetId: request.dataset.id };
  refuseIfAny(await foundPictures(store, plan, request.outputDir), request.outputDir, 'command');
}

/** A table has the answers, but not how they came about: none of them can be believed to be of this very recipe. */
async function refuseUnknownAnswers({ outputDir, recipe }: SetupRequest): Promise<void> {
  const table = resultsPath(outputDir, 'jsonl');
  const found = await stat(table).catch(() => null);
  if (found !== null && found.size > 0) {
    throw unknownAnswers(`${table} holds answers`, recipe, 'command');
  }
}

function adoptionNotes({ whole, torn }: FoundPictures): readonly string[] {
  const notes = [
    whole > 0 ? `Counted as done: ${pictures(whole)} in the output folder.` : '',
    torn > 0 ? `Cut off or unreadable: ${pictures(torn)}, renamed to end in .torn and done again.` : '',
  ];
  return notes.filter((note) => note !== '');
}

function unionFilter(before: string, now: string): string {
  if (before.trim() === '' || now.trim() === '') {
    return '';
  }
  return before === now ? before : `${before},${now}`;
}
