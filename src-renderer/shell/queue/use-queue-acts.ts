/** What can be done with a run of the queue, by its buttons, its menu and its keys: all of them do what stands here once. */
import { cancelledJobs, isUnderWay, prioritySchema } from '@shared/model/run';
import type { Run } from '@shared/model/run';
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { canKeepRunning, canPause, remainingJobs } from '../../jobs/run-words';
import { actOf } from '../../keys/key-line';
import type { KeyActs } from '../../keys/use-keys';
import { QUEUE_RUN_KEYS } from '../../keys/work-keys';
import { useModel } from '../../state/app-model';
import { priorityOf } from '../../state/queue';
import type { RunControls } from '../../state/run-controls';
import { show } from '../../state/ui-store';
import { focusBeside } from './focus-queue';

export interface QueuedRun {
  readonly run: Run;
  readonly controls: RunControls;
  /** Its place among the runs of its priority; null: it is over and has none. */
  readonly place: number | null;
}

export type QueueActs = KeyActs<typeof QUEUE_RUN_KEYS>;

export interface QueueRunView {
  readonly acts: QueueActs;
  readonly isAsking: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly closeDialog: () => void;
}

export function useQueueActs({ run, controls, place }: QueuedRun): QueueRunView {
  const { ui } = useModel();
  const [isAsking, setAsking] = useState(false);
  const only = (isMeant: boolean, act: () => void) => (isMeant ? act : null);
  const remaining = remainingJobs(run);
  const acts: QueueActs = {
    next: () => focusBeside(run.id, 1),
    previous: () => focusBeside(run.id, -1),
    open: () => show(ui, { kind: 'runs', runId: run.id }),
    pause: only(canPause(run, controls), controls.pause),
    goOn: goOnOf(run, controls),
    cancel: only(remaining > 0, () => setAsking(true)),
    restore: only(cancelledJobs(run) > 0, controls.restore),
    raise: priorityAct({ run, controls, place }, -1),
    lower: priorityAct({ run, controls, place }, 1),
    front: only(place !== null && place > 0, () => controls.move(0)),
  };
  return { acts, isAsking, closeDialog: () => setAsking(false), onKeyDown: (event) => obey(event, acts) };
}

/** What sends: a pause that is taken back, the rest of a run that rests, else what failed of it. */
function goOnOf(run: Run, controls: RunControls): (() => void) | null {
  if (canKeepRunning(run, controls)) {
    return controls.keepRunning;
  }
  if (controls.action.isBusy || isUnderWay(run) || run.state.kind === 'planned') {
    return null;
  }
  if (remainingJobs(run) > 0) {
    return controls.resume;
  }
  return run.counts.failed > 0 ? () => void controls.rerun({ which: { kind: 'failed' } }) : null;
}

/** Null: it has no place in the queue, or no priority is further up or down. */
function priorityAct({ run, controls, place }: QueuedRun, step: 1 | -1): (() => void) | null {
  const at = prioritySchema.options.indexOf(priorityOf(run)) + step;
  const next = at < 0 ? undefined : prioritySchema.options[at];
  return place === null || next === undefined ? null : () => controls.setPriority(next);
}

/**
 * Only while the run has the focus, and then no key of its table goes further: the same key means the run that is shown
 * above, and what sends would send that one, too.
 */
function obey(event: KeyboardEvent, acts: QueueActs): void {
  const isOnButton = event.target instanceof Element && event.target.closest('.queue-actions') !== null;
  const name = actOf(QUEUE_RUN_KEYS, event);
  // Enter on one of its buttons is that button's.
  if (name === undefined || (name === 'open' && isOnButton)) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (!event.repeat || name === 'next' || name === 'previous') {
    acts[name]?.();
  }
}
