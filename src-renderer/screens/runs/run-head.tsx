/** Title, instruction, what can be done with the run now, its bar and figures. */
import type { Run } from '@shared/model/run';
import { useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import type { Action } from '../../state/use-action';
import { inFlight, isActive, jobTotal, runState, segmentsOf, settledJobs } from '../../jobs/job-words';
import { formatClock, formatCount, formatRate, formatUsd } from '../../ui/format';
import { MenuButton } from '../../ui/menu';
import { Notice } from '../../ui/notice';
import { Pill } from '../../ui/pill';
import { ProgressBar } from '../../ui/progress-bar';
import { useNow } from '../../ui/use-now';

export function RunHead({ run }: { readonly run: Run }) {
  const action = useAction();
  const now = useNow(run.state.kind === 'waiting');
  const total = jobTotal(run.counts);
  const settled = settledJobs(run.counts);
  const { word, tone } = runState(run, now);
  return (
    <header className="head">
      <div className="row">
        <div className="grow">
          <div className="row">
            <h1 className="clip">{run.name}</h1>
            <Pill tone={tone}>{word}</Pill>
          </div>
          <p className="sub clip" title={run.recipe.instruction}>
            {run.recipe.instruction}
          </p>
        </div>
        <RunActions action={action} run={run} />
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
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      <RunReason run={run} />
    </header>
  );
}

function RunActions({ run, action }: { readonly run: Run; readonly action: Action }) {
  const { backend, accept, ui } = useModel();
  const { runs } = backend.client;
  const remaining = run.counts.pending + run.counts.leased + run.counts.sent;
  const take = (call: () => Promise<Run>) =>
    void action.run(async () => accept({ kind: 'run', run: await call() }));
  const exportAs = (format: 'csv' | 'jsonl' | 'spreadsheet') =>
    void action.run(async () => {
      const name = await runs.export({ runId: run.id, format });
      if (name !== null) {
        toast(ui, `Exported ${name}`);
      }
    });
  return (
    <div className="row">
      <MenuButton
        items={[
          { label: 'CSV', hint: 'results.csv', onSelect: () => exportAs('csv') },
          { label: 'JSON Lines', hint: 'results.jsonl', onSelect: () => exportAs('jsonl') },
          { label: 'CSV for spreadsheets', hint: 'no formulas', onSelect: () => exportAs('spreadsheet') },
        ]}
        label="Export"
      />
      <button
        className="btn"
        onClick={() => void action.run(() => runs.showFolder({ runId: run.id }))}
        type="button"
      >
        Show folder
      </button>
      {isActive(run) ? (
        <button
          className="btn"
          disabled={run.state.kind === 'draining' || action.isBusy}
          onClick={() => take(() => runs.stop({ runId: run.id }))}
          title="Stops sending; requests in flight finish"
          type="button"
        >
          {run.state.kind === 'draining' ? 'Stopping…' : 'Stop'}
        </button>
      ) : (
        remaining > 0 && (
          <button
            className="btn primary"
            disabled={action.isBusy}
            onClick={() => take(() => runs.resume({ runId: run.id }))}
            type="button"
          >
            Resume {formatCount(remaining)}
          </button>
        )
      )}
      {!isActive(run) && remaining === 0 && run.counts.failed > 0 && (
        <button
          className="btn primary"
          disabled={action.isBusy}
          onClick={() => take(() => runs.rerunFailed({ runId: run.id }))}
          type="button"
        >
          Rerun {formatCount(run.counts.failed)} failed
        </button>
      )}
    </div>
  );
}

function RunStats({ run }: { readonly run: Run }) {
  const { counts } = run;
  const isLive = isActive(run);
  const stats: readonly (readonly [string, string])[] = [
    [formatCount(counts.done), 'done'],
    [formatCount(counts.failed), 'failed'],
    [formatCount(inFlight(counts)), 'in flight'],
    [formatCount(counts.pending), 'waiting'],
    ...(isLive ? [[formatRate(run.ratePerSecond), 'per second'] as const] : []),
    ...(isLive && run.etaSeconds !== undefined ? [[formatClock(run.etaSeconds), 'left'] as const] : []),
    [formatUsd(run.costUsd), 'spent'],
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

/** Why the run stands still, if it does. */
function RunReason({ run }: { readonly run: Run }) {
  if (run.state.kind !== 'paused' && run.state.kind !== 'waiting') {
    return null;
  }
  return run.state.reason === '' ? null : <Notice tone="warn">{run.state.reason}</Notice>;
}
