/** What can be done with a run as it stands, by button, by menu and by key: all of them do what stands here once. */
import { isUnderWay, type Run } from '@shared/model/run';
import { useState } from 'react';
import { ExportButton } from '../../exports/export-button';
import { canKeepRunning, canPause, isAtCanary, remainingJobs } from '../../jobs/run-words';
import { useKeys } from '../../keys/use-keys';
import type { KeyActs } from '../../keys/use-keys';
import { RUN_KEYS } from '../../keys/work-keys';
import { CancelDialog } from '../../shell/queue/cancel-dialog';
import { useLive, useModel, useUi } from '../../state/app-model';
import { runsNewestFirst } from '../../state/live-store';
import type { RunControls } from '../../state/run-controls';
import { show } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { itemFor, MenuButton } from '../../ui/menu';
import { StartArena } from '../arena/start-arena';
import { AddAnswersDialog } from './add-answers-dialog';
import { JudgeDialog } from './judge-dialog';
import { keyWords } from '../../ui/keys';

export interface RunPart {
  readonly run: Run;
  readonly controls: RunControls;
}

type RunDialog = 'none' | 'arena' | 'judge' | 'addAnswers' | 'cancel';

interface ActPart {
  readonly acts: KeyActs<typeof RUN_KEYS>;
}

interface RunActionsProps extends RunPart {
  onRename(): void;
}

export function RunActions({ run, controls, onRename }: RunActionsProps) {
  const [dialog, setDialog] = useState<RunDialog>('none');
  const acts = useRunActs({ run, controls, onRename }, setDialog);
  useKeys(RUN_KEYS, acts);
  // Nothing is left to send: what came is to be looked at, and then whatever failed.
  const isReviewNext = acts.review !== null && !isUnderWay(run) && remainingJobs(run) === 0;
  return (
    <div className="row wrap">
      <ExportButton subject={{ kind: 'run', runId: run.id, name: run.name }} />
      <MoreButton acts={acts} />
      <ScoresButton run={run} />
      {!isReviewNext && <ReviewButton acts={acts} run={run} />}
      {acts.cancel !== null && (
        <button
          aria-keyshortcuts="Shift+X"
          className="btn"
          onClick={acts.cancel}
          title={keyWords('Shift+X')}
          type="button"
        >
          Cancel…
        </button>
      )}
      <MainAction acts={acts} controls={controls} isPrimary={!isReviewNext} run={run} />
      {isReviewNext && <ReviewButton acts={acts} isPrimary run={run} />}
      <OpenDialog controls={controls} dialog={dialog} onClose={() => setDialog('none')} run={run} />
    </div>
  );
}

interface ReviewProps extends ActPart {
  readonly run: Run;
  readonly isPrimary?: boolean;
}

function ReviewButton({ run, acts, isPrimary = false }: ReviewProps) {
  return (
    acts.review !== null && (
      <button
        aria-keyshortcuts="v"
        className={isPrimary ? 'btn primary' : 'btn'}
        onClick={acts.review}
        title="V"
        type="button"
      >
        Review {formatCount(run.counts.done)}
      </button>
    )
  );
}

function useRunActs(
  { run, controls, onRename }: RunActionsProps,
  open: (dialog: RunDialog) => void,
): KeyActs<typeof RUN_KEYS> {
  const { backend, ui } = useModel();
  const isText = run.recipe.task === 'text';
  const hasPictures = run.counts.done > 0 && !isText;
  const only = (isMeant: boolean, act: () => void) => (isMeant ? act : null);
  const isRunning = isUnderWay(run);
  const remaining = remainingJobs(run);
  const isKeepable = canKeepRunning(run, controls);
  const rerunFailed = () => void controls.rerun({ which: { kind: 'failed' } });
  const rest = remaining > 0 ? controls.resume : rerunFailed;
  return {
    goOn: isKeepable
      ? controls.keepRunning
      : only(!isRunning && !controls.action.isBusy && (remaining > 0 || run.counts.failed > 0), rest),
    pause: only(canPause(run, controls), controls.pause),
    cancel: only(remaining > 0, () => open('cancel')),
    review: only(run.counts.done > 0, () => show(ui, { kind: 'review', runId: run.id })),
    rename: onRename,
    showFolder: () => void controls.action.run(() => backend.client.runs.showFolder({ runId: run.id })),
    arena: only(hasPictures, () => open('arena')),
    judge: only(hasPictures, () => open('judge')),
    addAnswers: only(isText && run.counts.done > 0, () => open('addAnswers')),
  };
}

function OpenDialog({
  run,
  controls,
  dialog,
  onClose,
}: RunPart & { readonly dialog: RunDialog; onClose(): void }) {
  switch (dialog) {
    case 'none':
      return null;
    case 'arena':
      return <StartArena onClose={onClose} runIds={[run.id]} />;
    case 'judge':
      return <JudgeDialog onClose={onClose} run={run} />;
    case 'addAnswers':
      return <AddAnswersDialog onClose={onClose} run={run} />;
    case 'cancel':
      return <CancelDialog onCancelRun={controls.cancel} onClose={onClose} run={run} />;
  }
}

function MoreButton({ acts }: ActPart) {
  return (
    <MenuButton
      items={[
        ...itemFor('Rename', 'F2', acts.rename),
        ...itemFor('Show folder', 'Shift+O', acts.showFolder),
        ...itemFor('Add answers as a column…', 'C', acts.addAnswers, 'a new dataset'),
        ...itemFor('Compare blind…', 'B', acts.arena, 'models, runs, endpoints'),
        ...itemFor('Judge with a text model…', 'J', acts.judge, 'scores of 0 to 10'),
      ]}
      label="More"
    />
  );
}

/** The way to what a text model said of its pictures, where one was asked. */
function ScoresButton({ run }: { readonly run: Run }) {
  const { ui } = useModel();
  const known = useUi((state) => state.judged.get(run.id));
  const named = useLive(({ runs }) => judgeOf(run, runs)?.id);
  const runId = known ?? named;
  return (
    runId !== undefined && (
      <button className="btn" onClick={() => show(ui, { kind: 'runs', runId })} type="button">
        Scores
      </button>
    )
  );
}

/** The last one. Of a judge from before runs told of it, the name says so. */
function judgeOf(run: Run, runs: ReadonlyMap<number, Run>): Run | undefined {
  return runsNewestFirst(runs).find(({ name, recipe, options: { judges } }) =>
    judges === undefined ? recipe.task === 'text' && name === `${run.name}, judged` : judges === run.id,
  );
}

/** What a person most likely wants of the run as it stands. */
function MainAction({ run, controls, acts, isPrimary }: RunPart & ActPart & { readonly isPrimary: boolean }) {
  const { isBusy } = controls.action;
  const remaining = remainingJobs(run);
  if (canKeepRunning(run, controls)) {
    return (
      <button
        aria-keyshortcuts="Control+Enter"
        className="btn"
        onClick={controls.keepRunning}
        title={`Goes on once what is in flight has ended (${keyWords('Ctrl+Enter')})`}
        type="button"
      >
        Keep running
      </button>
    );
  }
  if (isUnderWay(run)) {
    return (
      <button
        aria-keyshortcuts="p"
        className="btn"
        disabled={!canPause(run, controls)}
        onClick={controls.pause}
        title="Stops sending; requests in flight finish (P)"
        type="button"
      >
        {canPause(run, controls) ? 'Pause' : 'Pausing…'}
      </button>
    );
  }
  if (remaining === 0 && run.counts.failed === 0) {
    return null;
  }
  // Under a cap that stands it would only pause again: raising that is what helps.
  const isCapped = remaining > 0 && run.state.kind === 'paused' && run.state.failure === 'budget';
  return (
    <button
      aria-keyshortcuts="Control+Enter"
      className={isPrimary && !isCapped ? 'btn primary' : 'btn'}
      disabled={isBusy}
      onClick={() => acts.goOn?.()}
      title={keyWords('Ctrl+Enter')}
      type="button"
    >
      {goOnWords(run, remaining)}
    </button>
  );
}

function goOnWords(run: Run, remaining: number): string {
  if (remaining === 0) {
    return `Rerun ${formatCount(run.counts.failed)} failed`;
  }
  return isAtCanary(run)
    ? `Continue with the remaining ${formatCount(remaining)}`
    : `Resume ${formatCount(remaining)}`;
}
