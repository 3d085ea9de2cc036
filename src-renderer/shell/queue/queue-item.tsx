/** One run of the queue: how it goes, and what can be done with it. */
import { prioritySchema } from '@shared/model/run';
import type { Priority, Run } from '@shared/model/run';
import { Ellipsis, Pause, Play, X } from 'lucide-react';
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { isActive, jobTotal, runState, segmentsOf, settledJobs } from '../../jobs/job-words';
import { isAtCanary, remainingJobs, runFigures, runSentence } from '../../jobs/run-words';
import { useModel } from '../../state/app-model';
import { priorityOf } from '../../state/queue';
import { useRunControls } from '../../state/run-controls';
import type { RunControls } from '../../state/run-controls';
import { show } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { MenuButton } from '../../ui/menu';
import type { MenuItem } from '../../ui/menu';
import { Notice } from '../../ui/notice';
import { Mark } from '../../ui/pill';
import { ProgressBar } from '../../ui/progress-bar';
import { CancelDialog } from './cancel-dialog';

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
  const { ui } = useModel();
  const controls = useRunControls(run);
  const total = jobTotal(run.counts);
  const settled = settledJobs(run.counts);
  const [rate, left, cost] = runFigures(run);
  const sentence = runSentence(run, now);
  return (
    <>
      <div className="queue-item">
        <Mark tone={runState(run, now).tone} />
        <button
          aria-keyshortcuts={place === null ? undefined : 'Alt+ArrowUp Alt+ArrowDown'}
          className="link clip"
          onClick={() => takeClick?.() !== true && show(ui, { kind: 'runs', runId: run.id })}
          onKeyDown={onKeyDown}
          title={place === null ? run.name : `${run.name}. Drag to move, or Alt and an arrow key`}
          type="button"
        >
          {run.name}
        </button>
        <ProgressBar
          label={`Progress of ${run.name}`}
          segments={segmentsOf(run.counts)}
          settled={settled}
          total={total}
        />
        <span className="num">
          {formatCount(settled)} / {formatCount(total)}
        </span>
        <span className="num queue-rate">{rate}</span>
        <span className="num queue-left">{left}</span>
        <span className="num queue-cost">{cost}</span>
        <span className="clip queue-sentence" title={sentence}>
          {sentence}
        </span>
        <QueueActions controls={controls} place={place} run={run} />
      </div>
      {controls.action.error !== null && <Notice tone="bad">{controls.action.error.sentence}</Notice>}
    </>
  );
}

interface ActionsProps {
  readonly run: Run;
  readonly place: number | null;
  readonly controls: RunControls;
}

function QueueActions({ run, place, controls }: ActionsProps) {
  const [isAsking, setAsking] = useState(false);
  const remaining = remainingJobs(run);
  return (
    <span className="queue-actions">
      <PauseButton controls={controls} run={run} />
      {remaining > 0 && (
        <button
          aria-label={`Cancel ${run.name}…`}
          className="btn small ghost icon"
          onClick={() => setAsking(true)}
          title="Cancel…"
          type="button"
        >
          <X aria-hidden="true" size={14} />
        </button>
      )}
      <MenuButton
        icon={<Ellipsis aria-hidden="true" size={14} />}
        isSmall
        items={menuOf({ run, place, controls })}
        label={`More for ${run.name}`}
      />
      {isAsking && <CancelDialog onCancelRun={controls.cancel} onClose={() => setAsking(false)} run={run} />}
    </span>
  );
}

/** Pause or continue, by what the run is doing. */
export function PauseButton({ run, controls }: { readonly run: Run; readonly controls: RunControls }) {
  if (isActive(run)) {
    return (
      <button
        aria-label={`Pause ${run.name}`}
        className="btn small ghost icon"
        disabled={run.state.kind === 'draining'}
        onClick={controls.pause}
        title="Pause; requests in flight finish"
        type="button"
      >
        <Pause aria-hidden="true" size={14} />
      </button>
    );
  }
  const canResume = run.state.kind !== 'planned' && remainingJobs(run) > 0;
  return canResume ? (
    <button
      aria-label={isAtCanary(run) ? `Continue ${run.name} with the rest` : `Resume ${run.name}`}
      className="btn small ghost icon"
      disabled={controls.action.isBusy}
      onClick={controls.resume}
      title={isAtCanary(run) ? 'Continue with the rest' : 'Resume'}
      type="button"
    >
      <Play aria-hidden="true" size={14} />
    </button>
  ) : null;
}

function menuOf({ run, place, controls }: ActionsProps): readonly MenuItem[] {
  const order: readonly MenuItem[] =
    place === null
      ? []
      : [
          ...(place === 0 ? [] : [{ label: 'Move to the front', onSelect: () => controls.move(0) }]),
          ...prioritySchema.options.map((priority) => ({
            label: PRIORITY_WORDS[priority],
            ...(priority === priorityOf(run) ? { hint: 'now' } : {}),
            onSelect: () => controls.setPriority(priority),
          })),
        ];
  const restore: readonly MenuItem[] =
    run.counts.cancelled === 0
      ? []
      : [{ label: `Put back ${formatCount(run.counts.cancelled)} cancelled`, onSelect: controls.restore }];
  const failed: readonly MenuItem[] =
    run.counts.failed === 0
      ? []
      : [
          {
            label: `Rerun ${formatCount(run.counts.failed)} failed`,
            onSelect: () => void controls.rerun({ which: { kind: 'failed' } }),
          },
        ];
  return [...order, ...restore, ...failed];
}
