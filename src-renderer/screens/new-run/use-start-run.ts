/** Starts the run, from the button or with Ctrl+Enter, and goes to it. */
import type { RunRequest } from '@shared/contract';
import { useCallback, useEffect, useEffectEvent } from 'react';
import { useModel } from '../../state/app-model';
import { EMPTY_DRAFT } from '../../state/new-run-draft';
import { show } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import type { Action } from '../../state/use-action';
import type { PlanState } from './use-plan';

export interface StartRun {
  readonly action: Action;
  readonly canStart: boolean;
  start(): void;
}

export function useStartRun(request: RunRequest | null, { plan, refused }: PlanState): StartRun {
  const model = useModel();
  const action = useAction();
  const hasJobs = plan !== null && plan.jobs > 0 && plan.blockers.length === 0;
  const canStart = request !== null && refused === null && hasJobs && !action.isBusy;
  const { run } = action;

  const start = useCallback(() => {
    if (!canStart || request === null) {
      return;
    }
    void run(async () => {
      const started = await model.backend.client.runs.start(request);
      model.accept({ kind: 'run', run: started });
      model.draft.setState(EMPTY_DRAFT, true);
      show(model.ui, { kind: 'runs', runId: started.id });
    });
  }, [canStart, request, run, model]);

  const startByKey = useEffectEvent(start);
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (
        event.key === 'Enter' &&
        (event.ctrlKey || event.metaKey) &&
        model.ui.getState().overlay.kind === 'none'
      ) {
        event.preventDefault();
        startByKey();
      }
    }
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [model]);
  return { action, canStart, start };
}
