/** A job's inputs and its result, or what is said in the result's place. */
import type { JobDetail } from '@shared/model/run';
import type { ReactNode } from 'react';
import { nameOfTile } from '../jobs/job-words';
import { CompareView } from './compare-view';
import type { CompareViewProps } from './compare-view';
import { jobPictures } from './job-pictures';

interface JobCompareProps extends Omit<CompareViewProps, 'pictures' | 'alt' | 'instead'> {
  readonly detail: JobDetail;
  /** Stands where there is no result. */
  readonly instead: ReactNode;
}

export function JobCompare({ detail, instead, ...compare }: JobCompareProps) {
  return (
    <CompareView
      {...compare}
      {...(detail.output === undefined ? { instead } : {})}
      alt={nameOfTile(detail.job)}
      pictures={jobPictures(detail)}
    />
  );
}
