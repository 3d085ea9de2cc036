/** What a run is doing, in one sentence, and the figures beside it. Pure. */
import { canaryEnd } from '@shared/canary';
import { cancelledJobs, isUnderWay, type Run } from '@shared/model/run';
import { formatClock, formatCount, formatDateTime, formatRate, formatUsd, plural } from '../ui/format';
import { inFlight, settledJobs } from './job-words';

const DAY_MS = 86_400_000;

export function runSentence(run: Run, now: number): string {
  const flying = inFlight(run.counts);
  switch (run.state.kind) {
    case 'planned':
      return 'Its rows are being planned';
    case 'running':
      return flying === 0 ? 'Waits for its turn' : `${plural(flying, 'request')} in flight`;
    case 'waiting': {
      const leftMs = run.state.until - now;
      const clock = leftMs > 0 && leftMs < DAY_MS ? ` ${formatClock(leftMs / 1000)}` : '';
      return `Waiting${clock}${waitedFor(run.state.reason)}`;
    }
    case 'draining':
      return pausingWords(flying);
    case 'paused':
      return run.state.reason === '' ? 'Paused' : run.state.reason;
    case 'finished':
      return finishedWords(run);
  }
}

/** What follows `Waiting`, which most reasons begin with themselves. */
function waitedFor(reason: string): string {
  const own = /^waiting (.*)$/s.exec(reason)?.[1];
  return own === undefined ? `${reason === '' ? '' : ': '}${reason}` : ` ${own}`;
}

/** A pause takes nothing back that was sent. */
export function pausingWords(flying: number): string {
  return flying === 0
    ? 'Pausing'
    : `Pausing: ${plural(flying, 'request')} in flight ${flying === 1 ? 'finishes' : 'finish'} first`;
}

function finishedWords(run: Run): string {
  const { counts, emptied } = run;
  const cancelled = cancelledJobs(run);
  const parts = [
    ...(counts.failed === 0 ? [] : [`${formatCount(counts.failed)} failed`]),
    ...(counts.unknown === 0 ? [] : [`${formatCount(counts.unknown)} possibly charged`]),
    ...(cancelled === 0 ? [] : [`${formatCount(cancelled)} cancelled`]),
    ...(emptied === 0 ? [] : [`${formatCount(emptied)} deleted`]),
  ];
  return parts.length === 0 ? 'Finished' : `Finished; ${parts.join(', ')}`;
}

/** Jobs that a run would still send if it went on. */
export function remainingJobs({ counts }: Run): number {
  return counts.pending + counts.leased + counts.sent;
}

/** To choose a run by: runs that share a name are told apart by when they were made. */
export function runLabels(among: readonly Run[]): (run: Run) => string {
  const counts = new Map<string, number>();
  for (const { name } of among) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return ({ name, createdAt }) =>
    (counts.get(name) ?? 0) > 1 ? `${name} · ${formatDateTime(createdAt)}` : name;
}

/** Whether a pause was asked for, and is not taken back. */
export function isPausing(run: Run, { isKept }: { readonly isKept: boolean }): boolean {
  return run.state.kind === 'draining' && !isKept;
}

/** Nothing is left to send of one whose last requests are in flight: it ends. */
export function canKeepRunning(run: Run, how: { readonly isKept: boolean }): boolean {
  return isPausing(run, how) && run.counts.pending > 0;
}

export function canPause(run: Run, how: { readonly isKept: boolean }): boolean {
  return isUnderWay(run) && !isPausing(run, how);
}

/** True once the first rows were sent alone and the run waits for a person to look at them. */
export function isAtCanary(run: Run): boolean {
  return (
    run.options.canary !== undefined &&
    run.state.kind === 'paused' &&
    run.state.failure === undefined &&
    settledJobs(run.counts) >= Math.max(1, canaryEnd(run)) &&
    run.counts.pending > 0 &&
    inFlight(run.counts) === 0
  );
}

/** Rate, time left and cost, as far as they say anything. */
export function runFigures(run: Run): readonly string[] {
  const isLive = isUnderWay(run);
  return [
    isLive && run.ratePerSecond > 0 ? `${formatRate(run.ratePerSecond)} /s` : '',
    isLive && run.etaSeconds !== undefined ? `${formatClock(run.etaSeconds)} left` : '',
    formatUsd(run.costUsd),
  ];
}
