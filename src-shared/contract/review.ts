/** Calls of the review: verdicts, and results done again in place. */
import { z } from 'zod';
import {
  reviewQuestionSchema,
  reviewSchema,
  reviewSourceSchema,
  reviewSumSchema,
  versionSchema,
} from '../model/review';
import { runSchema } from '../model/run';
import { base, id, none, text } from './base';

export const reviewContract = {
  /** Ids of done jobs. */
  queue: base.input(reviewQuestionSchema).output(z.array(id)),
  counts: base.input(z.object({ source: reviewSourceSchema })).output(reviewSumSchema),
  /**
   * Says something of a result, null takes it back; answers what was said before. NOT_FOUND when the job shows
   * another result by now.
   */
  set: base
    .input(z.object({ jobId: id, resultId: id, review: reviewSchema.nullable() }))
    .output(reviewSchema.nullable()),
  /**
   * Sends a job again in its run; its result stays as a version. `instruction`: what is asked of this job alone, word
   * for word; absent: what it was asked before.
   */
  rerun: base.input(z.object({ jobId: id, instruction: text.optional() })).output(runSchema),
  /** All results of a job, newest first. */
  versions: base.input(z.object({ jobId: id })).output(z.array(versionSchema)),
  /** Makes an earlier result the present one, with what was said of it; the present one becomes a version. */
  takeBack: base.input(z.object({ jobId: id, resultId: id })).output(none),
};
