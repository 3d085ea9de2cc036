/** `--check`: every row is read as far as it can be without sending; what would fail is told in groups. */
import type { Plan, PreflightProblem, PreflightReport } from '@shared/model/plan';
import type { Task } from '@shared/model/run';
import type { Clock } from '../engine/ports';
import type { CliEngine } from './engine-port';
import { EXIT, refusedCode } from './exit-codes';
import { type OnInterrupt, watchInterrupts } from './interrupt';
import type { RunOrder } from './plan-run';
import { durationText } from './progress';
import type { CliStreams, Terminal } from './streams';

export interface CheckRowsOptions {
  readonly engine: CliEngine;
  readonly order: RunOrder;
  readonly json: boolean;
  readonly streams: CliStreams;
  readonly clock: Clock;
  readonly onInterrupt: OnInterrupt;
  /** Ends the process at once. */
  exitNow(code: number): void;
}

/** Resolves with the exit code: 0 when every row can be sent, 2 when one cannot, 1 when not all were looked at. */
export async function checkRows(options: CheckRowsOptions): Promise<number> {
  const { engine, order, streams, json } = options;
  const line = createStatusLine(streams.err);
  const interrupts = watchInterrupts(options.onInterrupt, {
    first: () => {
      engine.stop().catch((error: unknown) => line.note(`Could not stop cleanly: ${String(error)}`));
    },
    second: () => options.exitNow(EXIT.interrupted),
  });
  try {
    const end = await engine.checkFolder({
      ...order,
      onNote: line.note,
      onReport: ({ checked, total }) => line.show(`Checked ${checked} of ${total} rows`),
    });
    line.end();
    if (end.kind === 'refused') {
      streams.err.write(`brushfleet: ${end.sentence}\n`);
      return refusedCode(end, interrupts.happened);
    }
    const exitCode = interrupts.happened ? EXIT.interrupted : codeOf(end.plan, end.report);
    streams.out.write(
      json ? checkLine(end.plan, end.report, exitCode) : checkText(end.plan, end.report, order.task),
    );
    return exitCode;
  } finally {
    line.end();
    interrupts.end();
  }
}

type Planned = Pick<Plan, 'jobs' | 'costUsd' | 'seconds' | 'blockers'>;

function codeOf({ blockers }: Planned, { problems, done }: PreflightReport): number {
  if (problems.length + blockers.length > 0) {
    return EXIT.usage;
  }
  return done ? EXIT.done : EXIT.someFailed;
}

function checkLine(plan: Planned, report: PreflightReport, exitCode: number): string {
  const { checked, total, inputBytes, problems, done } = report;
  return `${JSON.stringify({
    type: 'check',
    checked,
    total,
    done,
    jobs: plan.jobs,
    input_bytes: inputBytes,
    cost_usd: plan.costUsd ?? null,
    seconds: plan.seconds ?? null,
    blockers: plan.blockers,
    problems,
    exit_code: exitCode,
  })}\n`;
}

/** What would be sent, and below it what would fail, most frequent first. */
export function checkText(plan: Planned, report: PreflightReport, task: Task = 'edit'): string {
  const { checked, total, inputBytes, problems, done } = report;
  const failing = problems.reduce((sum, { count }) => sum + count, 0);
  const parts = [
    `${done ? '' : 'Stopped: '}${checked} of ${total} ${total === 1 ? 'row' : 'rows'} checked`,
    `${bytesText(inputBytes)} of input ${task === 'text' ? 'media' : 'images'}`,
    task === 'text'
      ? `${plan.jobs} ${plan.jobs === 1 ? 'answer' : 'answers'} to get`
      : `${plan.jobs} ${plan.jobs === 1 ? 'picture' : 'pictures'} to make`,
    ...(plan.costUsd === undefined ? [] : [costText(plan.costUsd)]),
    ...(plan.seconds === undefined ? [] : [timeText(plan.seconds)]),
  ];
  const verdict =
    failing === 0
      ? `${done ? 'Every row' : 'Every row so far'} can be sent.`
      : `${failing} ${failing === 1 ? 'problem' : 'problems'}, nothing was sent:`;
  return [`${parts.join(', ')}.`, ...plan.blockers, verdict, ...problemLines(problems)]
    .map((text) => `${text}\n`)
    .join('');
}

function problemLines(problems: readonly PreflightProblem[]): readonly string[] {
  const width = Math.max(0, ...problems.map(({ count }) => `${count}`.length));
  return problems.map(({ message, count, rows }) => {
    const more = count > rows.length ? ` and ${count - rows.length} more` : '';
    return `  ${`${count}`.padStart(width)}  ${message}  (${rows.length === 1 && count === 1 ? 'row' : 'rows'} ${rows.join(', ')}${more})`;
  });
}

function costText({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? `about $${low.toFixed(2)}` : `about $${low.toFixed(2)} to $${high.toFixed(2)}`;
}

function timeText({ low, high }: { readonly low: number; readonly high: number }): string {
  const [from, to] = [durationText(low), durationText(high)];
  return from === to ? `about ${from}` : `about ${from} to ${to}`;
}

/** `812 B`, `1.2 MB` */
function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step] ?? ''}`;
}

interface StatusLine {
  show(text: string): void;
  /** A sentence of its own, above the line. */
  note(sentence: string): void;
  end(): void;
}

const ERASE_LINE = '\r\u001b[2K';

/** Repaints itself on a terminal; a file or a pipe gets the notes alone. */
function createStatusLine(err: Terminal): StatusLine {
  let shown = '';
  const paint = (text: string): void => {
    if (err.isTTY === true) {
      err.write(`${ERASE_LINE}${text}`);
    }
  };
  return {
    show(text) {
      shown = text;
      paint(text);
    },
    note(sentence) {
      paint('');
      err.write(`${sentence}\n`);
      paint(shown);
    },
    end() {
      if (shown !== '') {
        paint('');
        shown = '';
      }
    },
  };
}
