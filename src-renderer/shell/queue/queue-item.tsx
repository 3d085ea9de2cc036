/** One run of the queue: how it goes, and what can be done with it. */
import { cancelledJobs, isUnderWay, prioritySchema } from '@shared/model/run';
import type { Priority, Run } from '@shared/model/run';
import { Ellipsis, Pause, Play, X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { runState } from '../../jobs/job-words';
import { RefusedAct } from '../../jobs/refused-act';
import {
  canKeepRunning,
  canPause,
  isAtCanary,
  remainingJobs,
  runFigures,
  runSentence,
} from '../../jobs/run-words';
import { priorityOf } from '../../state/queue';
import { useRunControls } from '../../state/run-controls';
import type { RunControls } from '../../state/run-controls';
import { formatCount } from '../../ui/format';
import { MenuButton } from '../../ui/menu';
import type { MenuItem } from '../../ui/menu';
import { Mark } from '../../ui/pill';
import { CancelDialog } from './cancel-dialog';
import { RunProgress } from './run-progress';
import { useQueueActs } from './use-queue-acts';
import type { QueueActs, QueuedRun } from './use-queue-acts';
import { keyWords } from '../../ui/keys';

export const PRIORITY_WORDS: Readonly<Record<Priority, string>> = {
  high: 'High priority',
  normal: 'Normal priority',
  low: 'Low priority',
};

interface QueueItemProps {
  readonly run: Run;
  readonly now: number;
  /** Its place among the runs of its priority; null: it is over and has none. */
  readonly place: number | null;
  onKeyDown?(event: KeyboardEvent): void;
  /** True once, right after a drag. */
  takeClick?(): boolean;
}

export function QueueItem({ run, now, place, onKeyDown, takeClick }: QueueItemProps) {
  const controls = useRunControls(run);
  const { acts, isAsking, closeDialog, onKeyDown: obey } = useQueueActs({ run, controls, place });
  const [rate, left, cost] = runFigures(run);
  const sentence = runSentence(run, now);
  return (
    <>
      <div aria-label={run.name} className="queue-item" data-item={run.id} onKeyDown={obey} role="group">
        <Mark tone={runState(run, now).tone} />
        <button
          aria-keyshortcuts={place === null ? undefined : 'Alt+ArrowUp Alt+ArrowDown'}
          className="link clip"
          onClick={() => takeClick?.() !== true && acts.open?.()}
          onKeyDown={onKeyDown}
          title={
            place === null
              ? run.name
              : `${run.name}. Drag to move, or ${keyWords('Alt+↑')} and ${keyWords('Alt+↓')}`
          }
          type="button"
        >
          {run.name}
        </button>
        <RunProgress run={run} />
        <span className="num queue-rate">{rate}</span>
        <span className="num queue-left">{left}</span>
        <span className="num queue-cost">{cost}</span>
        <span className="clip queue-sentence" title={sentence}>
          {sentence}
        </span>
        <QueueActions acts={acts} controls={controls} place={place} run={run} />
      </div>
      {isAsking && <CancelDialog onCancelRun={controls.cancel} onClose={closeDialog} run={run} />}
      <RefusedAct controls={controls} />
    </>
  );
}

interface ActionsProps extends QueuedRun {
  readonly acts: QueueActs;
}

function QueueActions({ run, place, controls, acts }: ActionsProps) {
  return (
    <span className="queue-actions">
      <PauseButton controls={controls} run={run} />
      {acts.cancel !== null && (
        <button
          aria-keyshortcuts="Shift+X"
          aria-label={`Cancel ${run.name}…`}
          className="btn small ghost icon"
          onClick={acts.cancel}
          title={`Cancel… (${keyWords('Shift+X')})`}
          type="button"
        >
          <X aria-hidden="true" size={14} />
        </button>
      )}
      <MenuButton
        icon={<Ellipsis aria-hidden="true" size={14} />}
        isSmall
        items={menuOf({ run, place, controls, acts })}
        label={`More for ${run.name}`}
      />
    </span>
  );
}

/** Pause or continue, by what the run is doing. */
export function PauseButton({ run, controls }: { readonly run: Run; readonly controls: RunControls }) {
  if (canKeepRunning(run, controls)) {
    return (
      <button
        aria-keyshortcuts="Control+Enter"
        aria-label={`Keep ${run.name} running`}
        className="btn small ghost icon"
        onClick={controls.keepRunning}
        title={`Keep running, once what is in flight has ended (${keyWords('Ctrl+Enter')})`}
        type="button"
      >
        <Play aria-hidden="true" size={14} />
      </button>
    );
  }
  if (isUnderWay(run)) {
    return (
      <button
        aria-keyshortcuts="p"
        aria-label={`Pause ${run.name}`}
        className="btn small ghost icon"
        disabled={!canPause(run, controls)}
        onClick={controls.pause}
        title="Pause; requests in flight finish (P)"
        type="button"
      >
        <Pause aria-hidden="true" size={14} />
      </button>
    );
  }
  const canResume = run.state.kind !== 'planned' && remainingJobs(run) > 0;
  return canResume ? (
    <button
      aria-keyshortcuts="Control+Enter"
      aria-label={isAtCanary(run) ? `Continue ${run.name} with the rest` : `Resume ${run.name}`}
      className="btn small ghost icon"
      disabled={controls.action.isBusy}
      onClick={controls.resume}
      title={`${isAtCanary(run) ? 'Continue with the rest' : 'Resume'} (${keyWords('Ctrl+Enter')})`}
      type="button"
    >
      <Play aria-hidden="true" size={14} />
    </button>
  ) : null;
}

function menuOf({ run, place, controls, acts }: ActionsProps): readonly MenuItem[] {
  const order: readonly MenuItem[] =
    place === null
      ? []
      : [
          ...(acts.front === null
            ? []
            : [{ label: 'Move to the front', keys: 'Alt+Home', onSelect: acts.front }]),
          ...prioritySchema.options.map((priority) => ({
            label: PRIORITY_WORDS[priority],
            ...hintOf(priority, priorityOf(run)),
            onSelect: () => controls.setPriority(priority),
          })),
        ];
  const restore: readonly MenuItem[] =
    cancelledJobs(run) === 0
      ? []
      : [
          {
            name: 'restore',
            label: `Put back ${formatCount(cancelledJobs(run))} cancelled`,
            keys: 'Ctrl+Z',
            onSelect: controls.restore,
          },
        ];
  const failed: readonly MenuItem[] =
    run.counts.failed === 0
      ? []
      : [
          {
            name: 'failed',
            label: `Rerun ${formatCount(run.counts.failed)} failed`,
            onSelect: () => void controls.rerun({ which: { kind: 'failed' } }),
          },
        ];
  return [...order, ...restore, ...failed];
}

/** The next ones up and down have a key. */
function hintOf(priority: Priority, now: Priority): Pick<MenuItem, 'hint' | 'keys'> {
  const steps = prioritySchema.options.indexOf(priority) - prioritySchema.options.indexOf(now);
  if (steps === 0) {
    return { hint: 'now' };
  }
  return steps === -1 ? { keys: '+' } : steps === 1 ? { keys: '−' } : {};
}
