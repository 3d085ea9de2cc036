/** Title, instruction, what can be done with the run now, its bar and figures. */
import { cancelledJobs, isUnderWay, type Run } from '@shared/model/run';
import { useState } from 'react';
import { useRunControls } from '../../state/run-controls';
import { inFlight, jobTotal, runState, segmentsOf, settledJobs } from '../../jobs/job-words';
import { RefusedAct } from '../../jobs/refused-act';
import { isAtCanary, pausingWords } from '../../jobs/run-words';
import { asSentence, formatClock, formatCount, formatRate, formatUsd, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Pill } from '../../ui/pill';
import { ProgressBar } from '../../ui/progress-bar';
import { RenameField } from '../../ui/rename-field';
import { useNow } from '../../ui/use-now';
import { CapReached } from './cap-reached';
import { RunActions } from './run-actions';
import type { RunPart } from './run-actions';

export function RunHead({ run }: { readonly run: Run }) {
  const controls = useRunControls(run);
  const now = useNow(run.state.kind === 'waiting');
  const total = jobTotal(run.counts);
  const settled = settledJobs(run.counts);
  const { word, tone } = runState(run, now);
  // Of this run: another one may be shown here next.
  const [renaming, setRenaming] = useState<number | null>(null);
  const onRename = () => setRenaming(run.id);
  const onRenamed = (name: string | null) => {
    setRenaming(null);
    controls.rename(name ?? '');
  };
  return (
    <header className="head">
      <div className="row wrap">
        <div className="grow run-words">
          <div className="row">
            {renaming === run.id ? (
              <RenameField label="Name of the run" name={run.name} onDone={onRenamed} />
            ) : (
              <h1 className="clip" onDoubleClick={onRename} title={`${run.name} (F2 renames)`}>
                {run.name}
              </h1>
            )}
            <span title={run.state.kind === 'waiting' ? run.state.reason : undefined}>
              <Pill tone={tone}>{word}</Pill>
            </span>
          </div>
          <p className="sub clip" title={run.recipe.instruction}>
            {run.recipe.instruction}
          </p>
        </div>
        <RunActions controls={controls} onRename={onRename} run={run} />
      </div>
      <div className="run-bar">
        <ProgressBar
          label="Progress of this run"
          segments={segmentsOf(run.counts)}
          settled={settled}
          total={total}
        />
      </div>
      <RunStats run={run} />
      <RefusedAct controls={controls} />
      <RunReason controls={controls} run={run} />
      <Cancelled controls={controls} run={run} />
    </header>
  );
}

function RunStats({ run }: { readonly run: Run }) {
  const { counts } = run;
  const isLive = isUnderWay(run);
  const stats: readonly (readonly [string, string])[] = [
    [formatCount(counts.done), 'done'],
    [formatCount(counts.failed), 'failed'],
    [formatCount(inFlight(counts)), 'in flight'],
    [formatCount(counts.pending), 'waiting'],
    ...(isLive ? [[formatRate(run.ratePerSecond), 'per second'] as const] : []),
    ...(isLive && run.etaSeconds !== undefined ? [[formatClock(run.etaSeconds), 'left'] as const] : []),
    ...spending(run),
  ];
  return (
    <ul aria-label="Figures" className="stats">
      {stats.map(([figure, word]) => (
        <li key={word}>
          <b>{figure}</b>
          {word}
        </li>
      ))}
    </ul>
  );
}

/** What was spent, beside the caps where there are some. */
function spending({ costUsd, requests, options }: Run): readonly (readonly [string, string])[] {
  const { caps } = options;
  return [
    [formatUsd(costUsd), caps?.costUsd === undefined ? 'spent' : `spent of ${formatUsd(caps.costUsd)}`],
    ...(caps?.requests === undefined
      ? []
      : [[formatCount(requests), `of ${plural(caps.requests, 'request')}`] as const]),
  ];
}

/** Why the run stands still, if it does, and the way out where there is one. */
function RunReason({ run, controls }: RunPart) {
  const { state, counts } = run;
  switch (state.kind) {
    case 'paused':
      if (state.failure === 'budget') {
        return <CapReached controls={controls} run={run} />;
      }
      return state.reason === '' ? null : (
        <Notice tone={isAtCanary(run) ? 'info' : 'warn'}>{state.reason}</Notice>
      );
    case 'waiting':
      return <Waiting state={state} />;
    case 'draining':
      return (
        <Notice tone="info">
          {controls.isKept
            ? 'It goes on by itself once the requests in flight have ended.'
            : `${pausingWords(inFlight(counts))}.`}
        </Notice>
      );
    case 'planned':
    case 'running':
    case 'finished':
      return null;
  }
}

/** Short waits come and go by the second: the pill counts those down, and nothing moves under the pointer. */
const LONG_WAIT_MS = 30_000;

function Waiting({ state }: { readonly state: Extract<Run['state'], { kind: 'waiting' }> }) {
  const now = useNow(true);
  return state.reason === '' || state.until - now < LONG_WAIT_MS ? null : (
    <Notice tone="warn">{asSentence(state.reason)}</Notice>
  );
}

/** Cancelled jobs are not lost: they can become pending again at any time. */
function Cancelled({ run, controls }: RunPart) {
  const cancelled = cancelledJobs(run);
  if (cancelled === 0) {
    return null;
  }
  return (
    <Notice
      action={
        <button
          className="btn small"
          disabled={controls.action.isBusy}
          onClick={controls.restore}
          type="button"
        >
          Put back {formatCount(cancelled)}
        </button>
      }
      tone="info"
    >
      {plural(cancelled, 'job')} cancelled before {cancelled === 1 ? 'it was' : 'they were'} sent.
    </Notice>
  );
}
