/** Goes on with a run that stands still: what of it is pending is sent, in the folder it has. */
import type { Run, RunOptions } from '@shared/model/run';
import type { Store, StoredRun } from '../../store/store';
import { adoptPictures } from '../results/adopt-results';
import { refuseClaimed } from '../folders/folder-claims';
import { inFolder, refuseReplaced } from '../folders/folder-turns';
import { refuseOthersKeys } from '../fleet/lent-keys';
import { isThroughCanary } from './canary';
import { type Planning, planRun } from '../planning/planner';
import type { Preparation, Preparing } from '../planning/preparing';
import { resendLost } from './resend-lost';
import type { ActiveRun, StartExtras } from './run-start';
import { refuseUnrecorded } from '../results/unrecorded-output';

export interface ResumeTerms {
  /** `unknown` jobs go again; absent: as the run was started. */
  readonly resendUnknown?: boolean | undefined;
  /** Whole pictures in the folder that have no record are taken as done; else they are a reason to refuse. */
  readonly adopt?: boolean | undefined;
  /** Nobody has looked at its first rows: where those go alone, they still do. */
  readonly keepsCanary?: true;
}

export interface ResumeParts {
  readonly store: Store;
  readonly active: ReadonlyMap<number, Pick<ActiveRun, 'state' | 'over' | 'extras'>>;
  readonly preparing: Preparing;
  found(runId: number): Promise<StoredRun>;
  view(run: StoredRun): Promise<Run>;
  start(run: StoredRun, extras: StartExtras): Promise<Run>;
  /** It sends nothing more, and stands still. */
  rest(runId: number): Promise<unknown>;
  settle(runId: number): Promise<void>;
  planBeside(run: StoredRun, isHalted: () => boolean): Planning;
  changeOptions(runId: number, change: (present: RunOptions) => RunOptions): Promise<unknown>;
}

export function createResume(parts: ResumeParts) {
  const { store, active, preparing, found, view, start } = parts;

  async function resume(runId: number, terms: ResumeTerms = {}): Promise<Run> {
    const isSending = (): boolean => ['running', 'waiting'].includes(active.get(runId)?.state.kind ?? '');
    const sendsRest = (): boolean => isSending() && active.get(runId)?.extras.leavesRest !== true;
    const preparation = preparing.begin();
    preparation.hears(runId);
    try {
      // It is about to stand still: its tables are being written; or it is about to go on.
      await (isSending() ? undefined : active.get(runId)?.over);
      await (sendsRest() ? undefined : preparing.over(runId));
      if (sendsRest()) {
        return await view(await found(runId));
      }
      preparation.of(runId);
      const { outputDir } = await found(runId);
      return await inFolder(store, outputDir, () => goOn(runId, preparation, terms));
    } finally {
      preparation.end();
    }
  }

  async function goOn(runId: number, preparation: Preparation, terms: ResumeTerms): Promise<Run> {
    if (active.get(runId)?.extras.leavesRest === true) {
      // Some jobs alone go again of what was paused: what of them is pending then goes with the rest.
      await parts.rest(runId);
    }
    await parts.settle(runId);
    const known = await found(runId);
    refuseOthersKeys(known);
    await refuseReplaced(store, known);
    if (known.origin === 'dataset' && !active.has(runId)) {
      await refuseClaimed(known.outputDir);
    }
    const isSession = known.origin === 'session';
    const isHalted = (): boolean => preparation.halt() !== null;
    const isAdopted = terms.adopt === true && !isSession && known.recipe.task !== 'text';
    if (!isSession && !isAdopted) {
      await refuseUnrecorded(store, known, 'resume');
    }
    const run = terms.keepsCanary === true ? known : await withoutCanary(known);
    if (terms.resendUnknown ?? run.options.unknown === 'resend') {
      const requeue = (): Promise<unknown> => store.requeue(runId, { kind: 'unknown' });
      await (isSession || known.counts.unknown === 0
        ? requeue()
        : resendLost(store, run, { requeue, isHalted }));
    }
    if (isSession) {
      // What it asks for is in its rows, one job each: there is nothing to plan, and no table to check.
      return start(await found(runId), { preparation });
    }
    // Its process may have died while the jobs were still being planned, or somebody may have stopped that.
    const { begun, whole, stop } = isAdopted
      ? planRun(store, run, { isHalted })
      : parts.planBeside(run, isHalted);
    await begun;
    // Nothing may be sent before it is known what is there.
    if (isAdopted && (await whole).isWhole) {
      await adoptPictures(store, run);
    }
    const planned = { planned: whole, stopPlanning: stop };
    return start(await found(runId), { ...planned, recheck: true, preparation });
  }

  /** Who continues a run has looked at its first rows, once they are there. */
  async function withoutCanary(run: StoredRun): Promise<StoredRun> {
    if (run.options.canary === undefined || !(await isThroughCanary(store, run))) {
      return run;
    }
    await parts.changeOptions(run.id, ({ canary: _canary, ...rest }) => rest);
    return found(run.id);
  }

  return resume;
}
