/** Results done again in place: a job may ask for something of its own, and any earlier result can be taken back. */
import type { Version } from '@shared/model/review';
import type { Run } from '@shared/model/run';
import { viewUrl, thumbnailUrl } from '@shared/media-url';
import type { Log } from '../../log';
import { Refusal } from '../../refusal';
import type { Store, StoredJob, StoredRun } from '../../store/store';
import { StoreError } from '../../store/store-error';
import type { StoredVersion } from '../../store/runs/version-store';
import type { EventHub } from '../event-hub';
import { resultsPath, writeTables } from '../tables/exporter';
import { whileStanding } from '../tables/standing-tables';
import { instructionOf } from '../orders/job-instruction';
import { plainRow } from '../orders/plain-row';
import { inFiles } from './file-turns';
import { keepVersions } from './keep-versions';
import { createRowDigest } from '../planning/row-digest';
import { type AgainRuns, runAgain } from '../runs/run-again';
import { forgetName, isVersionName, isWhole, nameToo, presentName } from './version-files';

export interface VersionsOptions {
  readonly store: Store;
  readonly runs: AgainRuns;
  readonly events: Pick<EventHub, 'touchJob' | 'touchRun'>;
  readonly log: Pick<Log, 'error'>;
}

export function createVersions(options: VersionsOptions) {
  const { store, runs, events } = options;
  /** Runs whose tables say something else than their results; true: once more after this writing. */
  const tables = new Map<number, boolean>();

  async function found(jobId: number): Promise<StoredJob> {
    const job = await store.job(jobId);
    if (job === null) {
      throw new Refusal('NOT_FOUND', 'That job is no longer in the library.');
    }
    return job;
  }

  /** An absent instruction stays as it is. Resolves when its run is under way. */
  async function rerun(jobId: number, instruction?: string): Promise<Run> {
    const job = await found(jobId);
    if (job.state === 'leased' || job.state === 'sent' || job.state === 'pending') {
      throw new Refusal('BAD_INPUT', 'This result is already being made: wait until it is done.');
    }
    if (instruction?.trim() === '') {
      throw new Refusal('BAD_INPUT', 'Write what is to be asked first.', 'instruction');
    }
    const own = instruction === undefined ? job.instruction : await ownOf(job, instruction);
    return runAgain({ store, runs }, job.runId, {
      which: { kind: 'jobs', jobIds: [jobId] },
      isOther: own !== job.instruction,
      requeue: async (left) => {
        if (left.kind !== 'jobs' || left.jobIds.length > 0) {
          // Its row may have moved meanwhile.
          await store.requeueWith(jobId, own, await rowAsk(await found(jobId))).catch(refuse);
        }
      },
    });
  }

  /** What the run asks anyway is no instruction of its own. */
  async function ownOf(job: StoredJob, instruction: string): Promise<string | null> {
    const run = await runs.found(job.runId);
    const [row] = await store.rowsAt(run.datasetId, [job.row]);
    const { recipe, fields } = plainRow(run, row?.fields ?? {});
    const asked = instructionOf(recipe, { instruction: null }, fields);
    if (asked !== instruction && run.origin === 'session') {
      throw new Refusal(
        'BAD_INPUT',
        'A program asked for this picture in its own words: edit it in the studio to ask for something else.',
        'instruction',
      );
    }
    return asked === instruction ? null : instruction;
  }

  /** What its row asks for by now; undefined: it is gone. */
  async function rowAsk(job: StoredJob): Promise<string | undefined> {
    const { recipe, datasetId } = await runs.found(job.runId);
    const [row] = await store.rowsAt(datasetId, [job.row]);
    return row === undefined ? undefined : createRowDigest(recipe)(row.fields);
  }

  async function takeBack(jobId: number, resultId: number): Promise<void> {
    const job = await found(jobId);
    const run = await runs.found(job.runId);
    if (
      job.state === 'leased' ||
      job.state === 'sent' ||
      (job.state === 'pending' && runs.isActive(run.id))
    ) {
      throw new Refusal('BAD_INPUT', 'This result is being made again: wait until it is done.');
    }
    const version = (await store.versions(jobId)).find(
      ({ result, isCurrent }) => result.id === resultId && !isCurrent,
    );
    if (version === undefined) {
      throw new Refusal('NOT_FOUND', 'This version is no longer there.');
    }
    const hasFile = version.result.fileName !== '';
    if (hasFile && !(await isWhole(run.outputDir, { stem: job.stem, ...version.result }))) {
      throw new Refusal(
        'NOT_FOUND',
        `The file of this version, ${version.result.fileName}, is gone or was changed.`,
      );
    }
    await keepVersions(store, run, { kind: 'jobs', jobIds: [jobId] });
    await store.takeBack(jobId, resultId).catch(refuse);
    if (hasFile) {
      await givePresentName(run, job, version);
    }
    events.touchJob(run.id, jobId);
    events.touchRun(run.id);
    rewriteTables(run);
  }

  /** It may keep its own where another file stands in the way. */
  async function givePresentName(
    run: StoredRun,
    { stem }: StoredJob,
    { result }: StoredVersion,
  ): Promise<void> {
    const file = { stem, fileName: result.fileName, sha256: result.sha256 };
    const fileName = presentName(file);
    if (isVersionName(file) && (await nameToo(run.outputDir, file, fileName)) === 'named') {
      await store.movedResults([{ resultId: result.id, fileName }]);
      await forgetName(run.outputDir, file.fileName);
    }
  }

  /** Beside the work, once for all that happened meanwhile; a run under way writes them at its end. */
  function rewriteTables(run: StoredRun): void {
    const isWriting = tables.has(run.id);
    tables.set(run.id, isWriting);
    if (!isWriting) {
      void writeOnce(run).finally(() => {
        const isAgain = tables.get(run.id) === true;
        tables.delete(run.id);
        if (isAgain) {
          rewriteTables(run);
        }
      });
    }
  }

  async function writeOnce(run: StoredRun): Promise<void> {
    try {
      const { isActive } = runs;
      await whileStanding({ store, isActive }, run, async (present) => {
        const dataset = await store.dataset(present.datasetId);
        if (dataset !== null) {
          const files = (['csv', 'jsonl'] as const).map((format) => ({
            format,
            path: resultsPath(run.outputDir, format),
          }));
          await writeTables(store, { run: present, dataset, files });
        }
      });
    } catch (error) {
      options.log.error('results', `tables of run ${run.id} could not be written: ${String(error)}`);
    }
  }

  return {
    rerun,
    /** One after the other: two of them never see the same files. */
    takeBack: (jobId: number, resultId: number): Promise<void> =>
      inFiles(store, () => takeBack(jobId, resultId)),
    /** Newest first, the present one among them. */
    async list(jobId: number): Promise<Version[]> {
      const job = await found(jobId);
      const run = await runs.found(job.runId);
      const [row] = await store.rowsAt(run.datasetId, [job.row]);
      const { recipe, fields } = plainRow(run, row?.fields ?? {});
      const present = instructionOf(recipe, job, fields);
      return (await store.versions(jobId)).map((version) => versionView(version, present));
    },
  };
}

function versionView(version: StoredVersion, present: string): Version {
  const { result, isCurrent, model, endpointName, costUsd, madeAt, review } = version;
  const instruction = isCurrent ? present : version.instruction;
  return {
    resultId: result.id,
    isCurrent,
    width: result.width,
    height: result.height,
    thumbnail: thumbnailUrl(result.id),
    view: viewUrl(result.id),
    ...(instruction === null ? {} : { instruction }),
    ...(review === null ? {} : { review }),
    ...(model === null ? {} : { model }),
    ...(endpointName === null ? {} : { endpointName }),
    ...(costUsd === null ? {} : { costUsd }),
    ...(madeAt === null ? {} : { madeAt }),
  };
}

function refuse(error: unknown): never {
  if (error instanceof StoreError && (error.code === 'NOT_FOUND' || error.code === 'UNEXPECTED_STATE')) {
    throw new Refusal(error.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'BAD_INPUT', error.message);
  }
  throw error;
}
