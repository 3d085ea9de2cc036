/** What is told of a result beside its pictures, the same in every format that holds pictures. */
import { extname, join } from 'node:path';
import type { SuspicionKind } from '@shared/model/measures';
import { instructionOf as instructionOfJob } from '../orders/job-instruction';
import { askedOf } from './asked';
import type { ExportItem } from './export-items';

export interface PictureFacts {
  readonly instruction: string;
  readonly model: string;
  readonly run: string;
  readonly index: number;
  readonly variant: number;
  readonly width: number;
  readonly height: number;
  readonly verdict: 'accepted' | 'rejected' | null;
  readonly rating: number | null;
  readonly reasons: readonly string[];
  readonly note: string;
  /** Measured when it landed, 0 (none) to 1; null: not measured. */
  readonly suspicion: number | null;
  readonly suspicions: readonly SuspicionKind[];
}

export interface ResultPicture {
  /** Absolute, where the provider's bytes lie. */
  readonly path: string;
  /** With its dot. */
  readonly extension: string;
  readonly facts: PictureFacts;
}

/** Null: the job has no result. */
export function resultPicture(item: ExportItem): ResultPicture | null {
  const { job, run } = item;
  if (job.result === null || job.state !== 'done') {
    return null;
  }
  const { fileName, width, height } = job.result;
  const { verdict = null, rating = null, reasons = [], note = '' } = job.review ?? {};
  return {
    path: join(run.outputDir, fileName),
    extension: extname(fileName),
    facts: {
      instruction: instructionOf(item),
      model: job.model,
      run: run.name,
      index: job.index,
      variant: job.variant,
      width,
      height,
      verdict,
      rating,
      reasons,
      note,
      suspicion: job.suspicion ?? null,
      suspicions: job.suspicions ?? [],
    },
  };
}

/** As it was sent. */
export function instructionOf({ run, job, row }: ExportItem): string {
  return instructionOfJob(run.recipe, job, row.fields);
}

/**
 * The same for every variant of a row, also of another run over the same dataset. A request of the studio is a row of a
 * dataset of its own, which is named after its instruction: what was asked is what tells it from others.
 */
export function rowKey(item: ExportItem): string {
  const { dataset, row, run } = item;
  return run.origin === 'studio' ? askedOf(item) : `${dataset.name}\0${row.row}`;
}
