/** Starts the run, from the button or with Ctrl+Enter, and goes to it. */
import type { RunRequest } from '@shared/contract';
import { isDemoModel } from '@shared/demo';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useStore } from 'zustand';
import { actOf } from '../../keys/key-line';
import { NEW_RUN_KEYS } from '../../keys/work-keys';
import { isCovered } from '../../shell/shortcuts';
import { openVault, useModel } from '../../state/app-model';
import { type Draft, EMPTY_DRAFT } from '../../state/new-run-draft';
import { show } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import type { Action } from '../../state/use-action';
import { stageOf, useAwaitedStart } from './use-awaited-start';
import type { PlanState } from './use-plan';

export interface StartRun {
  readonly action: Action;
  readonly canStart: boolean;
  /** It was asked for before its plan stood, and starts once that does; null: nothing waits. */
  readonly awaits: 'file' | 'plan' | null;
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
  readonly draft: Draft;
  /** The file is still being read. */
  readonly isReading: boolean;
}

export function useStartRun({ request, plan, onExisting, draft, isReading }: Startable): StartRun {
  const { refused } = plan;
  const source = useStore(useModel().ui, (ui) => ui.source);
  const isOpening = source.kind === 'opening';
  const action = useAction();
  const hasJobs = plan.plan !== null && plan.plan.jobs > 0 && plan.plan.blockers.length === 0;
  const isAsked =
    request?.outputGrant !== undefined && plan.plan?.existing !== undefined && onExisting === null;
  // While another file is being opened, what the form still says is the one before.
  const canStart =
    request !== null && !isOpening && refused === null && hasJobs && !isAsked && !action.isBusy;
  const send = useSend({ request, onExisting, action });
  // Of a file that has only just been opened a plan knows no row yet.
  const isStale = plan.isStale || (isReading && !hasJobs);
  const staged = { source, draft, isReading, request };
  const stage = stageOf(staged);
  const awaited = useAwaitedStart({
    staged,
    isStale,
    start(canary) {
      if (canStart) {
        send(canary);
      }
    },
  });

  /** What a plan says, of blockers and of the folder, is heard before anything is paid for. */
  function ask(canary: number | null): void {
    if (stage.kind !== 'none' && (stage.kind !== 'request' || isStale) && !action.isBusy) {
      awaited.wait(canary);
    } else if (canStart) {
      send(canary);
    }
  }

  useStartKeys({ start: () => ask(null), hold: awaited.hold });
  return {
    action,
    canStart,
    awaits: awaited.isWaiting ? (stage.kind === 'request' ? 'plan' : 'file') : null,
    isResume: onExisting === 'resume',
    question: isAsked ? 'Choose above what to do with the contents of the chosen folder.' : null,
    start: () => ask(null),
    startCanary: () => ask(CANARY_ROWS),
  };
}

interface Sendable {
  readonly request: RunRequest | null;
  readonly onExisting: RunRequest['onExisting'] | null;
  readonly action: Action;
}

/** Starts the run and goes to it; a second call while the first is under way does nothing. */
function useSend({ request, onExisting, action }: Sendable): (canary: number | null) => void {
  const model = useModel();
  const isUnderWay = useRef(false);
  return (canary) => {
    if (request === null || isUnderWay.current) {
      return;
    }
    isUnderWay.current = true;
    void action
      .run(async () => {
        if (!request.recipe.models.every(isDemoModel) && !(await openVault(model))) {
          return;
        }
        const started = await model.backend.client.runs.start({
          ...request,
          options: { ...request.options, ...(canary === null ? {} : { canary }) },
          ...(onExisting === null || onExisting === undefined ? {} : { onExisting }),
        });
        model.accept({ kind: 'run', run: started });
        model.draft.setState(EMPTY_DRAFT, true);
        show(model.ui, { kind: 'runs', runId: started.id });
      })
      .finally(() => {
        isUnderWay.current = false;
      });
  };
}

/** Ctrl+Enter, out of a text field as well; a key that is held asks once. `hold`: false where nothing waited. */
function useStartKeys(keys: { start(): void; hold(): boolean }): void {
  const start = useEffectEvent(keys.start);
  const hold = useEffectEvent(keys.hold);
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const act = actOf(NEW_RUN_KEYS, event);
      if (act === undefined || event.defaultPrevented || isCovered()) {
        return;
      }
      if (act === 'start') {
        event.preventDefault();
        if (!event.repeat) {
          start();
        }
      } else if (hold()) {
        event.preventDefault();
      }
    }
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
