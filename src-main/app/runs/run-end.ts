/** How runs end or pause: their planning is over, their tables are written, and the library is told how they stand. */
import type { RunState } from '@shared/model/run';
import type { StoredDataset, StoredRun } from '../../store/store';
import { noteQuiet } from '../folders/quiet-folders';
import { partlyPlanned } from '../planning/partly-planned';
import { createRunTables } from '../tables/run-tables';
import { whileStanding } from '../tables/standing-tables';
import { pauseForTables } from '../tables/tables-pause';
import { canaryPause } from './canary';
import type { ActiveRun } from './run-start';
import type { RunStates } from './run-states';
import type { RunsOptions } from './runs-options';

export interface RunEndParts {
  readonly options: Pick<
    RunsOptions,
    'store' | 'broken' | 'budget' | 'orders' | 'events' | 'clock' | 'log' | 'onOver'
  >;
  /** The runs that are under way. */
  readonly active: Map<number, ActiveRun>;
  readonly states: Pick<RunStates, 'save'>;
  datasetOf(run: StoredRun): Promise<StoredDataset>;
}

export function createRunEnd({ options, active, states, datasetOf }: RunEndParts) {
  const { store, events, log } = options;
  const writeTables = createRunTables(store);
  const isActive = (runId: number): boolean => active.has(runId);

  async function finish(one: ActiveRun, ended: RunState): Promise<void> {
    const runId = one.run.id;
    options.broken.stop(runId);
    options.budget.close(runId);
    const state = await closeTables(one, await endPlanning(one, ended));
    one.kept.tell();
    await states.save(runId, state);
    await (one.log === null ? undefined : noteQuiet(options, one.run));
    await one.claim.release();
    options.orders.close(runId);
    active.delete(runId);
    log.info('runs', `run ${runId} is ${state.kind}`);
    events.touchRun(runId);
    one.end();
    options.onOver?.(runId, state);
  }

  /** Answers how it stands then. */
  async function endPlanning(one: ActiveRun, ended: RunState): Promise<RunState> {
    const runId = one.run.id;
    try {
      const plan = await one.extras.planned;
      const state = plan?.isWhole === false ? partlyPlanned(ended) : ended;
      if (one.isCancelled) {
        // Jobs may have become pending since.
        await store.cancelPending(runId);
        return state;
      }
      return state.kind === 'finished' ? await afterCanary(one, state) : state;
    } catch (error) {
      log.error('runs', `what is left of run ${runId} could not be seen to: ${String(error)}`);
      return ended.kind === 'finished' ? pauseForTables(error, one.run.outputDir) : ended;
    }
  }

  /** The same. */
  async function closeTables(one: ActiveRun, ended: RunState): Promise<RunState> {
    try {
      if (one.log !== null) {
        await one.log.close();
        await writeTables(one, ended.kind);
      }
      return ended;
    } catch (error) {
      log.error('results', `tables of run ${one.run.id} could not be written: ${String(error)}`);
      return ended.kind === 'finished' ? pauseForTables(error, one.run.outputDir) : ended;
    }
  }

  /** A run whose first rows are through pauses while others are left. */
  async function afterCanary({ run }: ActiveRun, state: RunState): Promise<RunState> {
    const { canary } = run.options;
    const { pending } = await store.counts(run.id);
    return canary === undefined || pending === 0 ? state : canaryPause(canary, pending);
  }

  /** Null: they are written. A run is cancelled also where that cannot be. */
  async function tablesOfCancelled(run: StoredRun): Promise<RunState | null> {
    try {
      await whileStanding({ store, isActive }, run, async (present) =>
        writeTables({ run: present, dataset: await datasetOf(present), extras: {} }, 'finished'),
      );
      return null;
    } catch (error) {
      log.error('results', `tables of run ${run.id} could not be written: ${String(error)}`);
      return pauseForTables(error, run.outputDir);
    }
  }

  return { finish, tablesOfCancelled };
}
