/** The words, tones and figures screens use for runs and jobs. Pure. */
import { FAILURES } from '@shared/model/failure';
import type { FailureKind } from '@shared/model/failure';
import { type Counts, isUnderWay, type JobState, type JobTile, type Run } from '@shared/model/run';
import type { JobFilter } from '../state/ui-store';
import { formatClock } from '../ui/format';
import type { Tone } from '../ui/pill';
import type { Segment } from '../ui/progress-bar';

export const JOB_STATES: Readonly<Record<JobState, { readonly word: string; readonly tone: Tone }>> = {
  pending: { word: 'Waiting', tone: 'idle' },
  leased: { word: 'Starting', tone: 'info' },
  sent: { word: 'In flight', tone: 'info' },
  done: { word: 'Done', tone: 'ok' },
  failed: { word: 'Failed', tone: 'bad' },
  unknown: { word: 'Possibly charged', tone: 'warn' },
  cancelled: { word: 'Cancelled', tone: 'idle' },
};

/** A second line for a tile: what happened, in a few words. */
export const FAILURE_NOTES: Readonly<Record<FailureKind, string>> = {
  invalid_key: 'the key was refused',
  quota_minute: 'minute quota reached',
  quota_day: 'day quota used up',
  overloaded: 'the provider is busy',
  network: 'no connection',
  timeout: 'no answer in time',
  malformed: 'an unknown reply',
  blocked: 'safety policy of the provider',
  no_image: 'text, but no picture',
  no_credit: 'the account is empty',
  no_model: 'endpoint lacks this model',
  schema_mismatch: 'does not fit the schema',
  token_limit: 'no tokens left for an answer',
  bad_request: 'refused by the provider',
  bad_input: 'nothing was sent',
  storage: 'could not be saved',
  budget: 'the cap is reached',
};

/** A tile in one phrase, for a screen reader. */
export function nameOfTile(tile: JobTile): string {
  const state =
    tile.failureKind === undefined || tile.state === 'done'
      ? JOB_STATES[tile.state].word
      : `${JOB_STATES[tile.state].word}, ${FAILURES[tile.failureKind].title}`;
  return `${rowOfTile(tile)}: ${state}`;
}

export function rowOfTile({ index, variant }: JobTile): string {
  return variant === 0 ? `Row ${index}` : `Row ${index}, picture ${variant + 1}`;
}

export function jobTotal(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export function inFlight(counts: Counts): number {
  return counts.leased + counts.sent;
}

/** Jobs with nothing more to come by themselves. */
export function settledJobs(counts: Counts): number {
  return counts.done + counts.failed + counts.unknown + counts.cancelled;
}

export function segmentsOf(counts: Counts): readonly Segment[] {
  return [
    { tone: 'ok', count: counts.done },
    { tone: 'bad', count: counts.failed },
    { tone: 'warn', count: counts.unknown },
    { tone: 'info', count: inFlight(counts) },
  ];
}

const DAY_MS = 86_400_000;

/** The state of a run in a word, and its tone; a finished run with failures still wants a look. */
export function runState(run: Run, now: number): { readonly word: string; readonly tone: Tone } {
  switch (run.state.kind) {
    case 'planned':
      return { word: 'Planned', tone: 'idle' };
    case 'running':
      return { word: 'Running', tone: 'info' };
    case 'waiting': {
      const leftMs = run.state.until - now;
      return {
        word: leftMs > 0 && leftMs < DAY_MS ? `Waiting ${formatClock(leftMs / 1000)}` : 'Waiting',
        tone: 'warn',
      };
    }
    case 'draining':
      return { word: 'Pausing', tone: 'info' };
    case 'paused':
      return { word: 'Paused', tone: 'warn' };
    case 'finished':
      return run.counts.failed + run.counts.unknown > 0
        ? { word: 'Finished with failures', tone: 'warn' }
        : { word: 'Finished', tone: 'ok' };
  }
}

/** How many jobs a filter shows. */
export function filterCount(run: Run, filter: JobFilter): number {
  switch (filter.kind) {
    case 'all':
      return jobTotal(run.counts);
    case 'state':
      return run.counts[filter.state];
    case 'failure':
      return run.failures[filter.failure] ?? 0;
  }
}

export interface FilterChip {
  readonly filter: JobFilter;
  readonly label: string;
  readonly count: number;
  readonly tone: Tone | null;
}

const CHIP_STATES: readonly JobState[] = ['done', 'sent', 'pending', 'unknown', 'cancelled'];
/** Go up and down to nothing and back while a run is under way. */
const PASSING_STATES: ReadonlySet<JobState> = new Set(['done', 'sent', 'pending']);
const FAILURE_ORDER = Object.keys(FAILURES);

/**
 * The chips of a run: all, then each state and each kind of failure that occurs, the most frequent failure first. While the
 * run is under way each keeps its place, so that none moves from under the pointer.
 */
export function filterChips(run: Run): readonly FilterChip[] {
  const isStill = !isUnderWay(run);
  const byState = CHIP_STATES.filter(
    (state) => run.counts[state] > 0 || (!isStill && PASSING_STATES.has(state)),
  ).map((state) => ({
    filter: { kind: 'state', state } as const,
    label: JOB_STATES[state].word,
    count: run.counts[state],
    tone: JOB_STATES[state].tone,
  }));
  const failures = Object.entries(run.failures) as [FailureKind, number][];
  const byKind = failures
    .filter(([, count]) => count > 0)
    .sort((a, b) => (isStill ? b[1] - a[1] : FAILURE_ORDER.indexOf(a[0]) - FAILURE_ORDER.indexOf(b[0])))
    .map(([failure, count]) => ({
      filter: { kind: 'failure', failure } as const,
      label: FAILURES[failure].title,
      count,
      tone: 'bad' as const,
    }));
  return [
    { filter: { kind: 'all' }, label: 'All', count: jobTotal(run.counts), tone: null },
    ...byState,
    ...byKind,
  ];
}

export function isSameFilter(a: JobFilter, b: JobFilter): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
