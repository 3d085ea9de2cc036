/** One order carried out, in whatever thread or process this runs, and its troubles as data. */
import type { LabAnswer, LabJob, LabKind, LabWork } from './lab-orders';
import { driftOf, lockAnswer } from './lock';
import { markUpPicture } from './mark-up';
import { MaskMisfit } from './mask';
import { comparedResults, measureResult } from './measure-result';
import { PictureProblem } from './open-picture';
import { preparePicture } from './prepare';
import { DiskProblem } from './write-picture';

/** Never rejects. */
export async function carryOut(job: LabJob): Promise<LabAnswer> {
  const { id } = job;
  try {
    return { id, kind: 'ok', value: await valueOf(job) };
  } catch (error) {
    if (error instanceof PictureProblem) {
      return { id, kind: 'picture', trouble: error.trouble, which: error.which };
    }
    if (error instanceof MaskMisfit) return { id, kind: 'mask_size', sentence: error.message };
    return { id, kind: error instanceof DiskProblem ? 'disk' : 'failed' };
  }
}

function valueOf(job: LabJob): Promise<LabWork[LabKind]['answer']> {
  switch (job.kind) {
    case 'lock':
      return lockAnswer(job.order, job.limitPixels);
    case 'drift':
      return driftOf(job.order, job.limitPixels);
    case 'measure':
      return measureResult(job.order, job.limitPixels);
    case 'same':
      return comparedResults(job.order, job.limitPixels);
    case 'markUp':
      return markUpPicture(job.order, job.limitPixels);
    case 'prepare':
      return preparePicture(job.order, job.limitPixels);
  }
}
