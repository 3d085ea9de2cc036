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
  /** What must be said first about the chosen folder. */
  readonly question: string | null;
  /** The run in the chosen folder goes on as it was asked, so that nothing is started. */
  readonly isResume: boolean;
  start(): void;
  /** Only the first rows, then a look. */
  startCanary(): void;
}

/** So many first rows show what the rest would cost and look like. */
export const CANARY_ROWS = 3;

interface Startable {
  readonly request: RunRequest | null;
  readonly plan: PlanState;
  readonly onExisting: RunRequest['onExisting'] | null;
}

export function useStartRun({ request, plan: { plan, refused }, onExisting }: Startable): StartRun {
  const model = useModel();
  const action = useAction();
  const hasJobs = plan !== null && plan.jobs > 0 && plan.blockers.length === 0;
  const isAsked = request?.outputGrant !== undefined && plan?.existing !== undefined && onExisting === null;
  const canStart = request !== null && refused === null && hasJobs && !isAsked && !action.isBusy;
  const { run } = action;

  const begin = useCallback(
    (canary: number | null) => {
      if (!canStart || request === null) {
        return;
      }
      void run(async () => {
        const started = await model.backend.client.runs.start({
          ...request,
          options: { ...request.options, ...(canary === null ? {} : { canary }) },
          ...(onExisting === null || onExisting === undefined ? {} : { onExisting }),
        });
        model.accept({ kind: 'run', run: started });
        model.draft.setState(EMPTY_DRAFT, true);
        show(model.ui, { kind: 'runs', runId: started.id });
      });
    },
    [canStart, request, onExisting, run, model],
  );
  const start = () => begin(null);

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
  return {
    action,
    canStart,
    isResume: onExisting === 'resume',
    question: isAsked ? 'Say above what becomes of what the chosen folder holds.' : null,
    start,
    startCanary: () => begin(CANARY_ROWS),
  };
}
