/** Carries a planned run out with the engine: progress, Ctrl-C, what is printed at the end, and the exit code. */
import { join } from 'node:path';
import type { Run } from '@shared/model/run';
import type { Clock } from '../engine/ports';
import type { CliEngine, FinishedRun } from './engine-port';
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
    return tellEnd(options, {
      end,
      resultsCsv: order.outputCsv ?? join(order.outputDir, 'results.csv'),
      seconds: (clock.now() - startedAt) / 1000,
      interrupted: interrupts.happened ? 'Interrupted: the same command goes on where it stopped.' : null,
    });
  } finally {
    progress.end();
    interrupts.end();
  }
}

export interface HowItEnded {
  readonly end: FinishedRun;
  readonly resultsCsv: string;
  readonly seconds: number;
  /** What is said when Ctrl-C ended it; null: it was not. */
  readonly interrupted: string | null;
}

/** Says how a run ended; answers the exit code. */
export function tellEnd(
  { streams, json }: Pick<CarryOutOptions, 'streams' | 'json'>,
  { end, resultsCsv, seconds, interrupted }: HowItEnded,
): number {
  const { run } = end;
  const sentences = [
    end.sentence ?? interrupted,
    end.sentence === undefined ? null : higherCap(run),
    unknownSentence(run.counts.unknown),
  ];
  const sentence = sentences.filter((one) => one !== null).join(' ');
  const exitCode = interrupted === null ? exitCodeOf(end) : EXIT.interrupted;
  const summary = {
    run,
    resultsCsv,
    seconds,
    exitCode,
    sentence: sentence === '' ? null : sentence,
  };
  if (sentence !== '') {
    streams.err.write(`brushfleet: ${sentence}\n`);
  }
  streams.out.write(json ? summaryLine(summary) : summaryText(summary));
  return exitCode;
}

/** The flag that lets a run go on whose cap is reached; null: none is. */
function higherCap({ state, options: { caps = {} }, requests }: Run): string | null {
  if (state.kind !== 'paused' || state.failure !== 'budget' || Object.keys(caps).length === 0) {
    return null;
  }
  const flag = caps.requests !== undefined && requests >= caps.requests ? '--max_requests' : '--max_cost';
  return `A higher ${flag} goes on.`;
}

/** Requests that a dead process or worker left behind; null: there are none. */
export function unknownSentence(count: number): string | null {
  if (count === 0) {
    return null;
  }
  const [what, it] =
    count === 1
      ? ['1 request has an unknown outcome', 'it']
      : [`${count} requests have an unknown outcome`, 'them'];
  return `${what} and may have been charged: send ${it} again with --unknown resend, or leave ${it} so (--unknown keep, the default).`;
}

function exitCodeOf(end: FinishedRun): number {
  const { failed, unknown, cancelled } = end.run.counts;
  // Rows that this session's filter left out stay pending, and are no failure.
  return (end.sentence === undefined || isCanaryEnd(end.run)) && failed + unknown + cancelled === 0
    ? EXIT.done
    : EXIT.someFailed;
}

/** Stopping after the first rows is what was asked for. */
function isCanaryEnd({ options, state, counts }: Run): boolean {
  return (
    options.canary !== undefined &&
    state.kind === 'paused' &&
    state.failure === undefined &&
    counts.done >= options.canary
  );
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
