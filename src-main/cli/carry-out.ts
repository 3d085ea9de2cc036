/** Carries a planned run out with the engine: progress, Ctrl-C, what is printed at the end, and the exit code. */
import { join } from 'node:path';
import { cancelledJobs, type Run } from '@shared/model/run';
import type { Clock } from '../engine/ports';
import type { CliEngine, FinishedRun, UnreadInput } from './engine-port';
import { EXIT, refusedCode } from './exit-codes';
import { type OnInterrupt, watchInterrupts } from './interrupt';
import { jobLine, summaryLine } from './json-lines';
import type { RunOrder } from './plan-run';
import { printFile } from './print-file';
import { createProgress, durationText, tally } from './progress';
import type { CliStreams } from './streams';

/** Where a text run's answers go. */
export interface AnswersPlace {
  /** Absolute. */
  readonly file: string;
  /** They are printed from there, and everything else is said on the other stream. */
  readonly isPrinted: boolean;
  /** Nobody has read them: the file is to stay. */
  onUnprinted?(): void;
}

export interface CarryOutOptions {
  readonly engine: CliEngine;
  /** Of a text run. */
  readonly answers?: AnswersPlace;
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
  const stop = (sentence: string): void => {
    progress.note(sentence);
    engine.stop().catch((error: unknown) => progress.note(`Could not stop cleanly: ${String(error)}`));
  };
  const interrupts = watchInterrupts(options.onInterrupt, {
    first: () => stop('Stopping: requests in flight finish and are kept. Press Ctrl-C again to end at once.'),
    second: () => options.exitNow(EXIT.interrupted),
  });
  // Who reads the lines of finished jobs has gone away, as `head` does: what it would not read is not paid for.
  let isUnread = false;
  const onUnread = (): void => {
    isUnread = true;
    stop('Standard output was closed: nothing more is sent, and what is in flight finishes and is kept.');
  };
  const unwatch = options.json ? streams.out.onLost?.(onUnread) : undefined;
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
      return refusedCode(end, interrupts.happened);
    }
    unwatch?.();
    const { answers } = options;
    const isPrinted = answers?.isPrinted === true;
    const hasFile = end.answersProblem === undefined;
    const isLost = isPrinted && hasFile && !(await printFile(answers.file, streams.out));
    const exitCode = tellEnd(options, {
      end,
      ...(answers === undefined ? {} : { answers }),
      resultsCsv: order.outputCsv ?? join(order.outputDir, 'results.csv'),
      seconds: (clock.now() - startedAt) / 1000,
      interrupted: interrupts.happened ? interruptedSentence(answers) : null,
      ...(isUnread && end.run.state.kind === 'paused' ? { isUnread: true } : {}),
    });
    if (isPrinted && (isLost || !hasFile)) {
      answers.onUnprinted?.();
    }
    if (isLost) {
      streams.err.write(`brushfleet: Standard output was closed: the answers are in ${answers.file}.\n`);
    }
    return isLost && exitCode === EXIT.done ? EXIT.someFailed : exitCode;
  } finally {
    unwatch?.();
    progress.end();
    interrupts.end();
  }
}

function interruptedSentence(answers: AnswersPlace | undefined): string {
  return answers?.isPrinted === true
    ? 'Interrupted. With --output FILE, running the same command again would continue where it stopped.'
    : 'Interrupted: run the same command again to continue where it stopped.';
}

export interface HowItEnded {
  readonly answers?: AnswersPlace;
  readonly end: FinishedRun;
  readonly resultsCsv: string;
  readonly seconds: number;
  /** What is said when Ctrl-C ended it; null: it was not. */
  readonly interrupted: string | null;
  /** It was stopped because nobody reads its lines any more. */
  readonly isUnread?: true;
}

const UNREAD = 'Standard output was closed: run the same command again to send the rest.';

/** Says how a run ended; answers the exit code. */
export function tellEnd(
  { streams, json }: Pick<CarryOutOptions, 'streams' | 'json'>,
  { end, resultsCsv, seconds, interrupted, answers, isUnread }: HowItEnded,
): number {
  const { run } = end;
  const sentences = [
    end.sentence ?? interrupted ?? (isUnread === true ? UNREAD : null),
    end.sentence === undefined ? null : higherCap(run),
    unknownSentence(run.counts.unknown),
    end.unread === undefined ? null : unreadSentence(end.unread, answers !== undefined),
    end.answersProblem ?? null,
  ];
  const sentence = sentences.filter((one) => one !== null).join(' ');
  const exitCode =
    interrupted !== null ? EXIT.interrupted : isUnread === true ? EXIT.someFailed : exitCodeOf(end);
  const summary = {
    run,
    resultsCsv,
    seconds,
    exitCode,
    unread: end.unread,
    ...(answers === undefined || end.answersProblem !== undefined ? {} : { answersFile: answers.file }),
    sentence: sentence === '' ? null : sentence,
  };
  if (sentence !== '') {
    streams.err.write(`brushfleet: ${sentence}\n`);
  }
  const out = answers?.isPrinted === true ? streams.err : streams.out;
  out.write(json ? summaryLine(summary) : summaryText(summary, answers));
  return exitCode;
}

/** The flag that lets a run go on whose cap is reached; null: none is. */
function higherCap({ state, options: { caps = {} }, requests }: Run): string | null {
  if (state.kind !== 'paused' || state.failure !== 'budget' || Object.keys(caps).length === 0) {
    return null;
  }
  const flag = caps.requests !== undefined && requests >= caps.requests ? '--max_requests' : '--max_cost';
  return `Run the same command with a higher ${flag} to continue.`;
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

function unreadSentence({ count, reasons }: UnreadInput, isInAnswers: boolean): string {
  const inputs = count === 1 ? '1 input' : `${count} inputs`;
  if (isInAnswers) {
    return `${inputs} could not be read: the output says why.`;
  }
  const more = count > reasons.length ? ` (and ${count - reasons.length} more)` : '';
  const why = reasons.map((reason) => reason.replace(/\.$/, '')).join('; ');
  return `${inputs} could not be read and ${count === 1 ? 'was' : 'were'} not sent (${why})${more}: correct the input, then give the same command again.`;
}

function exitCodeOf(end: FinishedRun): number {
  const { failed, unknown, sent } = end.run.counts;
  // Rows that this session's filter left out stay pending, and are no failure.
  return (end.sentence === undefined || isCanaryEnd(end.run)) &&
    end.answersProblem === undefined &&
    failed + unknown + cancelledJobs(end.run) + sent + (end.unread?.count ?? 0) === 0
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
  readonly unread: UnreadInput | undefined;
  readonly answersFile?: string;
}

/** Two lines: what became of the rows, and where everything is. */
function summaryText(
  { run, resultsCsv, seconds, unread, answersFile }: SummaryText,
  answers?: AnswersPlace,
): string {
  const { counts } = run;
  const open = counts.pending + counts.leased + counts.sent;
  const kinds = Object.entries(run.failures)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`);
  const parts = [
    `${counts.done} done`,
    `${counts.failed} failed${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}`,
    ...(counts.unknown === 0 ? [] : [`${counts.unknown} with unknown outcome`]),
    ...(cancelledJobs(run) === 0 ? [] : [`${cancelledJobs(run)} cancelled`]),
    ...(run.emptied === 0 ? [] : [`${run.emptied} deleted`]),
    ...(open === 0 ? [] : [`${open} still pending`]),
  ];
  const cost = run.costUsd > 0 ? `, about $${run.costUsd.toFixed(2)}` : '';
  const rows = unread?.count === 1 ? 'row' : 'rows';
  const notRead = unread === undefined ? '' : `, ${unread.count} ${rows} of the input not read`;
  const told = `${parts.join(', ')} of ${tally(run).total} in ${durationText(seconds)}${cost}${notRead}\n`;
  return answers?.isPrinted === true
    ? told
    : `${told}Output: ${answersFile ?? run.outputDir}\nTable:  ${resultsCsv}\n`;
}
