/** Beside the review, where it is asked for: what is known of the result shown, and what was said of it. */
import type { ReviewSource } from '@shared/model/review';
import { useState } from 'react';
import { useStore } from 'zustand';
import { Attempts, JobFacts } from '../../jobs/job-panel';
import { JobReview } from '../../jobs/job-review';
import { useModel } from '../../state/app-model';
import { reviewNow, shownOf } from './review-session';

export function ReviewInspector({ source }: { readonly source: ReviewSource }) {
  const { sittings } = useModel();
  const [sitting] = useState(() => sittings.of(source));
  const session = useStore(sitting, (state) => state.session);
  const jobId = session?.ids[session.at];
  const detail = useStore(sittings.details, (details) => details.get(jobId ?? 0));
  if (session === null || detail === undefined) {
    return <p className="side-empty pad">What is known of the result that is reviewed stands here.</p>;
  }
  const shown = shownOf(detail);
  return (
    <>
      {shown !== null && <JobReview review={reviewNow(session, shown)} />}
      <JobFacts detail={detail} />
      <Attempts attempts={detail.attempts} />
    </>
  );
}
