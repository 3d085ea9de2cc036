/** What can be done with a run as it stands, by button, by menu and by key: all of them do what stands here once. */
import { isUnderWay, type Run } from '@shared/model/run';
import { useState } from 'react';
import { ExportButton } from '../../exports/export-button';
import { isAtCanary, remainingJobs } from '../../jobs/run-words';
import { useKeys } from '../../keys/use-keys';
import type { KeyActs } from '../../keys/use-keys';
import { RUN_KEYS } from '../../keys/work-keys';
import { CancelDialog } from '../../shell/queue/cancel-dialog';
import { useLive, useModel, useUi } from '../../state/app-model';
import { runsNewestFirst } from '../../state/live-store';
import type { RunControls } from '../../state/run-controls';
import { show } from '../../state/ui-store';
import { formatCount } from '../../ui/format';
import { MenuButton } from '../../ui/menu';
import { StartArena } from '../arena/start-arena';
import { AddAnswersDialog } from './add-answers-dialog';
import { JudgeDialog } from './judge-dialog';

export interface RunPart {
  readonly run: Run;
  readonly controls: RunControls;
}

type RunDialog = 'none' | 'arena' | 'judge' | 'addAnswers' | 'cancel';

interface ActPart {
  readonly acts: KeyActs<typeof RUN_KEYS>;
}

export function RunActions({ run, controls }: RunPart) {
  const [dialog, setDialog] = useState<RunDialog>('none');
  const acts = useRunActs({ run, controls }, setDialog);
  useKeys(RUN_KEYS, acts);
  return (
    <div className="row">
      <ExportButton subject={{ kind: 'run', runId: run.id, name: run.name }} />
      <MoreButton acts={acts} />
      <ScoresButton run={run} />
      {acts.review !== null && (
        <button aria-keyshortcuts="v" className="btn" onClick={acts.review} title="V" type="button">
          Review
        </button>
      )}
      {acts.cancel !== null && (
        <button
          aria-keyshortcuts="Shift+X"
          className="btn"
          onClick={acts.cancel}
          title="Shift+X"
          type="button"
        >
          Cancel…
        </button>
      )}
      <MainAction acts={acts} controls={controls} run={run} />
      <OpenDialog controls={controls} dialog={dialog} onClose={() => setDialog('none')} run={run} />
    </div>
  );
}

function useRunActs({ run, controls }: RunPart, open: (dialog: RunDialog) => void): KeyActs<typeof RUN_KEYS> {
  const { backend, ui } = useModel();
  const isText = run.recipe.task === 'text';
  const hasPictures = run.counts.done > 0 && !isText;
  const only = (isMeant: boolean, act: () => void) => (isMeant ? act : null);
  const isRunning = isUnderWay(run);
  const remaining = remainingJobs(run);
  return {
    goOn: only(
      !isRunning && !controls.action.isBusy && (remaining > 0 || run.counts.failed > 0),
      remaining > 0 ? controls.resume : () => void controls.rerun({ which: { kind: 'failed' } }),
    ),
    pause: only(isRunning && run.state.kind !== 'draining', controls.pause),
    cancel: only(remaining > 0, () => open('cancel')),
    review: only(hasPictures, () => show(ui, { kind: 'review', runId: run.id })),
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
  const item = (label: string, hint: string, onSelect: (() => void) | null) =>
    onSelect === null ? [] : [{ label, hint, onSelect }];
  return (
    <MenuButton
      items={[
        ...item('Show folder', 'Shift O', acts.showFolder),
        ...item('Add answers as a column…', 'a new dataset, C', acts.addAnswers),
        ...item('Compare blind…', 'models, runs, endpoints, B', acts.arena),
        ...item('Judge with a text model…', 'scores of 0 to 10, J', acts.judge),
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

/** After a restart a judge is known by its name alone. */
function judgeOf(run: Run, runs: ReadonlyMap<number, Run>): Run | undefined {
  return runsNewestFirst(runs).find(
    ({ name, recipe }) => recipe.task === 'text' && name === `${run.name}, judged`,
  );
}

/** What a person most likely wants of the run as it stands. */
function MainAction({ run, controls, acts }: RunPart & ActPart) {
  const { isBusy } = controls.action;
  const remaining = remainingJobs(run);
  if (isUnderWay(run)) {
    return (
      <button
        aria-keyshortcuts="p"
        className="btn"
        disabled={run.state.kind === 'draining'}
        onClick={controls.pause}
        title="Stops sending; requests in flight finish (P)"
        type="button"
      >
        {run.state.kind === 'draining' ? 'Pausing…' : 'Pause'}
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
      className={isCapped ? 'btn' : 'btn primary'}
      disabled={isBusy}
      onClick={() => acts.goOn?.()}
      title="Ctrl+Enter"
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
