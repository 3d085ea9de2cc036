/** An answer in the review: beside the pictures it was asked about, where there are any. */
import type { JobDetail } from '@shared/model/run';
import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { CompareView } from '../../compare/compare-view';
import { jobPictures } from '../../compare/job-pictures';
import type { CompareState } from '../../compare/use-compare';
import { nameOfTile } from '../../jobs/job-words';
import { Candidates } from '../../text/answer-parts';

interface AnswerStageProps {
  readonly detail: JobDetail;
  readonly compare: CompareState;
  /** Stands where there is no answer. */
  readonly instead: ReactNode;
}

export function AnswerStage({ detail, compare, instead }: AnswerStageProps) {
  const { answer, job, result } = detail;
  const place = useRef<HTMLElement>(null);
  const resultId = result?.id;
  // The focus may stay in it from one answer to the next; each is read from its beginning.
  useLayoutEffect(() => place.current?.scrollTo({ top: 0 }), [resultId]);
  return (
    <div className="review-answer">
      {detail.inputs.length > 0 && (
        <CompareView {...compare} alt={nameOfTile(job)} mode="side" pictures={jobPictures(detail)} />
      )}
      {/* The keys that scroll it are the browser's. */}
      <article aria-label="Answer" ref={place} tabIndex={0}>
        {answer === undefined ? instead : <Candidates answer={{ answer, state: job.state }} key={resultId} />}
      </article>
    </div>
  );
}
