/** One line: what is being sent now, and what comes after. */
import { useLive, useModel } from '../state/app-model';
import { runsNewestFirst } from '../state/live-store';
import { show } from '../state/ui-store';
import { formatCount } from '../ui/format';
import { ProgressBar } from '../ui/progress-bar';
import { isActive, jobTotal, segmentsOf, settledJobs } from '../jobs/job-words';

export function QueueDock() {
  const { ui } = useModel();
  const runs = useLive((state) => state.runs);
  const active = runsNewestFirst(runs).filter(isActive).reverse();
  const first = active[0];
  if (first === undefined) {
    return (
      <section aria-label="Queue" className="dock">
        <b className="title">Queue</b>
        <span>Nothing is running</span>
      </section>
    );
  }
  const total = jobTotal(first.counts);
  const settled = settledJobs(first.counts);
  const others = active.slice(1);
  return (
    <section aria-label="Queue" className="dock">
      <b className="title">Queue</b>
      <button className="link clip" onClick={() => show(ui, { kind: 'runs', runId: first.id })} type="button">
        {first.name}
      </button>
      <ProgressBar
        label={`Progress of ${first.name}`}
        segments={segmentsOf(first.counts)}
        settled={settled}
        total={total}
      />
      <span className="num">
        {formatCount(settled)} / {formatCount(total)}
      </span>
      {first.state.kind === 'waiting' && (
        <span className="clip" title={first.state.reason}>
          {first.state.reason}
        </span>
      )}
      {others.length > 0 && (
        <span className="clip">
          with {others.map((run) => `${run.name} (${formatCount(jobTotal(run.counts))})`).join(', ')}
        </span>
      )}
    </section>
  );
}
