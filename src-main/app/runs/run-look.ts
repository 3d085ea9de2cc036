/** Runs as screens and doors see them: what the library has of each, and what is going on with it now. */
import type { Run, RunState } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { Store, StoredRun } from '../../store/store';
import type { ActiveRun } from './run-start';
import { isListed, viewOf } from './run-view';

export interface RunLookParts {
  readonly store: Pick<Store, 'run' | 'runAt' | 'runs'>;
  /** The runs that are under way. */
  readonly active: ReadonlyMap<number, Pick<ActiveRun, 'state' | 'rate'>>;
  readonly preparing: { has(runId: number): boolean };
  /** Of a run that stands still. */
  readonly states: { of(run: StoredRun): RunState };
}

export function createRunLook({ store, active, preparing, states }: RunLookParts) {
  let looks = 0;

  /** The store answers in the order it is asked, so that the number taken before tells which of two looks is later. */
  async function view(run: StoredRun): Promise<Run> {
    looks += 1;
    const look = looks;
    const fresh = (await store.run(run.id)) ?? run;
    const one = active.get(run.id);
    return viewOf(fresh, {
      state: one?.state ?? (preparing.has(run.id) ? { kind: 'running' } : states.of(fresh)),
      ratePerSecond: one?.rate.perSecond() ?? 0,
      look,
    });
  }

  async function found(runId: number): Promise<StoredRun> {
    const run = await store.run(runId);
    if (run === null) {
      throw new Refusal('NOT_FOUND', 'That run is no longer in the library.');
    }
    return run;
  }

  return {
    view,
    found,
    /** As a list of runs has it: one that another has replaced in its folder is no longer there. */
    async listed(runId: number): Promise<Run> {
      const run = await found(runId);
      if ((await store.runAt(run.outputDir))?.id !== runId) {
        throw new Refusal('NOT_FOUND', 'That run was replaced by a later one in its folder.');
      }
      return view(run);
    },
    list: async (): Promise<Run[]> => Promise.all((await store.runs()).filter(isListed).map(view)),
    sessions: async (): Promise<Run[]> =>
      Promise.all((await store.runs()).filter(({ origin }) => origin === 'session').map(view)),
  };
}
