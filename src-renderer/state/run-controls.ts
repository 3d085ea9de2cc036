/**
 * What can be done with a run from wherever it is shown: each call's answer is taken at once, its failure stays in
 * `action`. A pause, a cancel and a rerun answer only once what is in flight has ended, so nothing waits for them.
 */
import type { RerunRequest } from '@shared/contract';
import { isDemoModel } from '@shared/demo';
import { cancelledJobs, type Priority, type Run, type RunOptions } from '@shared/model/run';
import { useState } from 'react';
import { plural } from '../ui/format';
import { type AppModel, openVault, useModel } from './app-model';
import { toast } from './ui-store';
import { useAction } from './use-action';
import type { Action } from './use-action';

export type CancelWhich = 'pending' | 'all';

export interface RunControls {
  readonly action: Action;
  pause(): void;
  resume(): void;
  /** Takes a pause back while what was in flight still ends: once that has, the run goes on by itself. */
  keepRunning(): void;
  /** It was taken back, and the run is yet to go on. */
  readonly isKept: boolean;
  /** Goes on, and takes whole pictures in its folder that have no record as done. */
  adopt(): void;
  cancel(which: CancelWhich): void;
  /** Cancelled jobs become pending again, and the run goes on. */
  restore(): void;
  /** Blank: it stays as it is. */
  rename(name: string): void;
  setPriority(priority: Priority): void;
  /** Puts it at a place among the runs of its priority, counted from 0. */
  move(place: number): void;
  setOptions(options: Partial<Omit<RunOptions, 'filterRows' | 'workers'>>): Promise<Run | undefined>;
  rerun(request: Omit<RerunRequest, 'runId'>): Promise<Run | undefined>;
}

export function useRunControls(run: Run): RunControls {
  const { backend, accept, ui, live } = useModel();
  const action = useAction();
  const [isKept, setKept] = useState(false);
  const { runs } = backend.client;
  const runId = run.id;
  const take = (call: () => Promise<Run>) =>
    action.run(async () => {
      const answer = await call();
      accept({ kind: 'run', run: answer });
      return answer;
    });
  /** Sending needs keys: without the passphrase the run would only pause again. */
  const send = async (call: () => Promise<Run>) => {
    const needsKeys = !run.recipe.models.every(isDemoModel);
    return !needsKeys || (await openVault({ live, ui })) ? await take(call) : undefined;
  };
  const rename = (name: string) => take(() => runs.rename({ runId, name }));
  const restore = () => void send(() => runs.rerun({ runId, which: { kind: 'cancelled' } }));
  return {
    action,
    pause: () => {
      setKept(false);
      void take(() => runs.stop({ runId }));
    },
    resume: () => void send(() => runs.resume({ runId })),
    keepRunning: () => {
      setKept(true);
      void send(() => runs.resume({ runId })).finally(() => setKept(false));
    },
    isKept,
    adopt: () => void send(() => runs.resume({ runId, adopt: true })),
    cancel: (which) => {
      const stopWatching = tellCancelled({ live, ui, run, restore });
      void take(() => runs.cancel({ runId, which })).finally(stopWatching);
    },
    restore,
    rename: (name) => {
      const to = name.trim();
      if (to !== '' && to !== run.name) {
        const undo = { label: 'Undo', run: () => void rename(run.name) };
        void rename(to).then((renamed) => renamed && toast(ui, `Renamed to “${to}”`, undo));
      }
    },
    setPriority: (priority) => void take(() => runs.setPriority({ runId, priority })),
    move: (place) =>
      void action.run(async () => {
        for (const moved of await runs.move({ runId, place })) {
          accept({ kind: 'run', run: moved });
        }
      }),
    setOptions: (options) => take(() => runs.setOptions({ runId, options })),
    rerun: (request) => send(() => runs.rerun({ runId, ...request })),
  };
}

interface Cancelling {
  readonly live: AppModel['live'];
  readonly ui: AppModel['ui'];
  readonly run: Run;
  restore(): void;
}

/**
 * Says how many were cancelled once they are: the call itself answers only when what is in flight has ended. An undo
 * sends again whatever is cancelled in the run, so it is offered only where nothing was before.
 */
function tellCancelled({ live, ui, run, restore }: Cancelling): () => void {
  const before = cancelledJobs(live.getState().runs.get(run.id) ?? run);
  const stopWatching = live.subscribe(({ runs }) => {
    const now = runs.get(run.id);
    const cancelled = now === undefined ? 0 : cancelledJobs(now) - before;
    if (cancelled > 0) {
      stopWatching();
      const words = `Cancelled ${plural(cancelled, 'job')} of ${run.name}`;
      toast(ui, words, before === 0 ? { label: 'Undo', run: restore } : undefined);
    }
  });
  return stopWatching;
}
