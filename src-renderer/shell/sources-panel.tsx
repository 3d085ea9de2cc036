/** The left panel: runs with their state and counts, and datasets to start from. */
import { isUnderWay, type Dataset, type Run } from '@shared/model/run';
import { Plus } from 'lucide-react';
import { useLive, useModel, useUi } from '../state/app-model';
import { datasetsNewestFirst, runsNewestFirst } from '../state/live-store';
import { changeSource } from '../state/change-source';
import { show } from '../state/ui-store';
import { formatShortCount } from '../ui/format';
import { Mark } from '../ui/pill';
import { useNow } from '../ui/use-now';
import { runLabels } from '../jobs/run-words';
import { jobTotal, runState, settledJobs } from '../jobs/job-words';
import { keyWords } from '../ui/keys';

export function SourcesPanel({ shownRun }: { readonly shownRun: number | null }) {
  const { ui } = useModel();
  const runs = useLive((state) => state.runs);
  const datasets = useLive((state) => state.datasets);
  const newest = runsNewestFirst(runs);
  const labelOf = runLabels(newest);
  return (
    <>
      <div className="side-head">
        <h2>Runs</h2>
        <button
          aria-keyshortcuts="Control+N"
          aria-label="New run"
          className="btn ghost icon small"
          onClick={() => show(ui, { kind: 'newRun' })}
          title={`New run (${keyWords('Ctrl+N')})`}
          type="button"
        >
          <Plus aria-hidden="true" size={14} />
        </button>
      </div>
      {newest.length === 0 && <p className="side-empty">None yet</p>}
      <ul aria-label="Runs">
        {newest.map((run) => (
          <RunItem isShown={run.id === shownRun} key={run.id} label={labelOf(run)} run={run} />
        ))}
      </ul>
      <div className="side-head">
        <h2>Datasets</h2>
      </div>
      {datasets.size === 0 && <p className="side-empty">Drop a file anywhere</p>}
      <ul aria-label="Datasets">
        {datasetsNewestFirst(datasets).map((dataset) => (
          <DatasetItem dataset={dataset} key={dataset.id} />
        ))}
      </ul>
    </>
  );
}

interface RunItemProps {
  readonly run: Run;
  readonly label: string;
  readonly isShown: boolean;
}

function RunItem({ run, label, isShown }: RunItemProps) {
  const { ui } = useModel();
  const isReviewing = useUi((state) => state.view.kind === 'review');
  const now = useNow(run.state.kind === 'waiting');
  const { word, tone } = runState(run, now);
  const total = jobTotal(run.counts);
  const isWhole = run.counts.done === total && !isUnderWay(run);
  // The queue counts so, too, for as long as the run stands in it.
  const come = run.state.kind === 'finished' ? run.counts.done : settledJobs(run.counts);
  return (
    <li>
      <button
        aria-current={isShown ? 'true' : undefined}
        className="item"
        onClick={() => show(ui, { kind: isReviewing ? 'review' : 'runs', runId: run.id })}
        title={`${label}: ${word}`}
        type="button"
      >
        <Mark tone={tone} />
        <span className="clip">{label}</span>
        <small>
          {isWhole ? formatShortCount(total) : `${formatShortCount(come)}/${formatShortCount(total)}`}
        </small>
        <span className="sr-only">{word}</span>
      </button>
    </li>
  );
}

function DatasetItem({ dataset }: { readonly dataset: Dataset }) {
  const model = useModel();
  const isChosen = useUi((state) => state.view.kind === 'newRun');
  const chosenId = model.draft.getState().datasetId;
  return (
    <li>
      <button
        aria-current={isChosen && chosenId === dataset.id ? 'true' : undefined}
        className="item"
        onClick={() => {
          changeSource(model, dataset);
          show(model.ui, { kind: 'newRun' });
        }}
        title={`New run with ${dataset.name}`}
        type="button"
      >
        <span />
        <span className="clip">{dataset.name}</span>
        <small>{formatShortCount(dataset.rows)}</small>
      </button>
    </li>
  );
}
