/** Carries a planned run out with the engine: progress, Ctrl-C, what is printed at the end, and the exit code. */
import { join } from 'node:path';
import type { Run } from '@shared/model/run';
import type { Clock } from '../engine/ports';
import type { CliEngine, RunEnd } from './engine-port';
import { EXIT } from './exit-codes';
import { type OnInterrupt, watchInterrupts } from './interrupt';
import { jobLine, summaryLine } from './json-lines';
import type { RunOrder } from './plan-run';
import { createProgress, durationText, tally } from './progress';
import type { CliStreams } from './streams';

export interface CarryOutOptions {
  readonly engine: CliEngine;
  readonly order: RunOrder;
  readonly json: boolean;
  readonly streams: CliStreams;
  readonly clock: Clock;
  readonly onInterrupt: OnInterrupt;
  /** Ends the process at once. */
  exitNow(code: number): void;
}

/** Resolves with the exit code. */
export async function carryOut(options: CarryOutOptions): Promise<number> {
  const { engine, order, streams, clock } = options;
  const startedAt = clock.now();
  const progress = createProgress(streams.err, clock);
  const interrupts = watchInterrupts(options.onInterrupt, {
    first: () => {
      progress.note('Stopping: requests in flight finish and are kept. Press Ctrl-C again to end at once.');
      engine.stop().catch((error: unknown) => progress.note(`Cannot stop in order: ${String(error)}`));
    },
    second: () => options.exitNow(EXIT.interrupted),
  });
  try {
    const end = await engine.runFolder({
      ...order,
      onNote: (sentence) => progress.note(sentence),
      onProgress: (run) => progress.update(run),
      onJob: (job) => {
        if (options.json) {
          streams.out.write(jobLine(job));
        }
      },
    });
    progress.end();
    if (end.kind === 'refused') {
      streams.err.write(`brushfleet: ${end.sentence}\n`);
      return EXIT.usage;
    }
    const summary = {
      run: end.run,
      resultsCsv: order.outputCsv ?? join(order.outputDir, 'results.csv'),
      seconds: (clock.now() - startedAt) / 1000,
      exitCode: exitCodeOf(end, interrupts.happened),
      sentence:
        end.sentence ??
        (interrupts.happened ? 'Interrupted: the same command goes on where it stopped.' : null),
    };
    if (summary.sentence !== null) {
      streams.err.write(`brushfleet: ${summary.sentence}\n`);
    }
    streams.out.write(options.json ? summaryLine(summary) : summaryText(summary));
    return summary.exitCode;
  } finally {
    progress.end();
    interrupts.end();
  }
}

function exitCodeOf(end: Extract<RunEnd, { kind: 'finished' }>, interrupted: boolean): number {
  if (interrupted) {
    return EXIT.interrupted;
  }
  const { failed, unknown, cancelled } = end.run.counts;
  // Rows that this session's filter left out stay pending, and are no failure.
  return end.sentence === undefined && failed + unknown + cancelled === 0 ? EXIT.done : EXIT.someFailed;
}

interface SummaryText {
  readonly run: Run;
  readonly resultsCsv: string;
  readonly seconds: number;
}

/** Two lines: what became of the rows, and where everything is. */
function summaryText({ run, resultsCsv, seconds }: SummaryText): string {
  const { counts } = run;
  const open = counts.pending + counts.leased + counts.sent;
  const kinds = Object.entries(run.failures)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`);
  const parts = [
    `${counts.done} done`,
    `${counts.failed} failed${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}`,
    ...(counts.unknown === 0 ? [] : [`${counts.unknown} with unknown outcome`]),
    ...(counts.cancelled === 0 ? [] : [`${counts.cancelled} cancelled`]),
    ...(open === 0 ? [] : [`${open} still pending`]),
  ];
  const cost = run.costUsd > 0 ? `, about $${run.costUsd.toFixed(2)}` : '';
  return `${parts.join(', ')} of ${tally(run).total} in ${durationText(seconds)}${cost}\nOutput: ${run.outputDir}\nTable:  ${resultsCsv}\n`;
}
