/** How far a run of the queue has come, in one line of it. */
import type { Run } from '@shared/model/run';
import { jobTotal, segmentsOf, settledJobs } from '../../jobs/job-words';
import { formatCount } from '../../ui/format';
import { ProgressBar } from '../../ui/progress-bar';

export function RunProgress({ run }: { readonly run: Run }) {
  const total = jobTotal(run.counts);
  const settled = settledJobs(run.counts);
  return (
    <>
      <ProgressBar
        label={`Progress of ${run.name}`}
        segments={segmentsOf(run.counts)}
        settled={settled}
        total={total}
      />
      <span className="num">
        {formatCount(settled)} / {formatCount(total)}
      </span>
    </>
  );
}
