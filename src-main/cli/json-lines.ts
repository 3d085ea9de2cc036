/** `--json`: one object a line on stdout, with the names of results.csv. */
import { cancelledJobs, type Run } from '@shared/model/run';
import type { JobFacts, UnreadInput } from './engine-port';
import { tally } from './progress';

export function jobLine(job: JobFacts): string {
  return line({
    type: 'job',
    index: job.index,
    row: job.row,
    variant: job.variant,
    model: job.model,
    status: job.status,
    output_image: job.outputImage,
    failure: job.failure,
    error: job.error,
    endpoint: job.endpoint,
    attempts: job.attempts,
    seconds: job.seconds,
    width: job.width,
    height: job.height,
    cost_usd: job.costUsd,
    ...(job.response === undefined ? {} : { response: job.response }),
  });
}

export interface Summary {
  readonly run: Run;
  readonly resultsCsv: string;
  readonly seconds: number;
  readonly exitCode: number;
  readonly sentence: string | null;
  readonly unread?: UnreadInput | undefined;
  /** Of a text run. */
  readonly answersFile?: string;
}

export function summaryLine(summary: Summary): string {
  const { run, resultsCsv, seconds, exitCode, sentence, unread, answersFile } = summary;
  const { counts } = run;
  return line({
    type: 'summary',
    total: tally(run).total,
    done: counts.done,
    failed: counts.failed,
    unknown: counts.unknown,
    cancelled: cancelledJobs(run),
    deleted: run.emptied,
    pending: counts.pending + counts.leased + counts.sent,
    failures: run.failures,
    unread: unread?.count ?? 0,
    ...(unread === undefined ? {} : { unread_reasons: unread.reasons }),
    output_dir: run.outputDir,
    results_csv: resultsCsv,
    ...(answersFile === undefined ? {} : { output: answersFile }),
    seconds: Math.round(seconds * 10) / 10,
    cost_usd: run.costUsd,
    exit_code: exitCode,
    message: sentence,
  });
}

function line(value: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(value)}\n`;
}
