import { NO_COUNTS } from '@shared/model/run';
import type { Run } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { createFakeBackend } from '../testing/fake-backend';
import { filterChips, filterCount, nameOfTile, runState, segmentsOf, settledJobs } from './job-words';

const base = [...createFakeBackend('full', false).runs.values()][0]?.run;
function run(part: Partial<Run>): Run {
  if (base === undefined) {
    throw new Error('the scene has no run');
  }
  return { ...base, ...part };
}

describe('filter chips', () => {
  const mixed = run({
    state: { kind: 'finished' },
    counts: { ...NO_COUNTS, done: 312, sent: 64, failed: 9, unknown: 1 },
    failures: { no_image: 3, blocked: 5, bad_input: 1, timeout: 0 },
  });

  it('lists what occurs: states first, then failures from the most frequent', () => {
    expect(filterChips(mixed).map((chip) => `${chip.label} ${chip.count}`)).toEqual([
      'All 386',
      'Done 312',
      'In flight 64',
      'Possibly charged 1',
      'Blocked 5',
      'No picture 3',
      'Bad input 1',
    ]);
  });

  it('moves none from its place while the run is under way', () => {
    const early = run({
      state: { kind: 'running' },
      counts: { ...NO_COUNTS, sent: 2 },
      failures: { blocked: 1, no_image: 3 },
    });
    const late = run({
      state: { kind: 'running' },
      counts: { ...NO_COUNTS, done: 2 },
      failures: { blocked: 4, no_image: 3 },
    });
    const labels = ['All', 'Done', 'In flight', 'Waiting', 'Blocked', 'No picture'];
    expect(filterChips(early).map(({ label }) => label)).toEqual(labels);
    expect(filterChips(late).map(({ label }) => label)).toEqual(labels);
  });

  it('agrees with the length of the list behind each chip', () => {
    for (const chip of filterChips(mixed)) {
      expect(filterCount(mixed, chip.filter)).toBe(chip.count);
    }
  });
});

describe('words for runs', () => {
  it('counts down while it waits', () => {
    const waiting = run({ state: { kind: 'waiting', until: 43_000, reason: '' } });
    expect(runState(waiting, 1000)).toEqual({ word: 'Waiting 0:42', tone: 'warn' });
  });

  it('does not call a run with failures simply finished', () => {
    const counts = { ...NO_COUNTS, done: 20 };
    expect(runState(run({ state: { kind: 'finished' }, counts }), 0).tone).toBe('ok');
    expect(runState(run({ state: { kind: 'finished' }, counts: { ...counts, failed: 4 } }), 0).tone).toBe(
      'warn',
    );
    expect(runState(run({ state: { kind: 'finished' }, counts: { ...counts, unknown: 1 } }), 0).tone).toBe(
      'warn',
    );
  });

  it('settles what has an end and shows the rest as moving', () => {
    const counts = {
      ...NO_COUNTS,
      done: 3,
      failed: 2,
      unknown: 1,
      cancelled: 1,
      sent: 4,
      leased: 1,
      pending: 9,
    };
    expect(settledJobs(counts)).toBe(7);
    expect(segmentsOf(counts).map((segment) => segment.count)).toEqual([3, 2, 1, 5]);
  });
});

describe('names of tiles', () => {
  const tile = { id: 1, runId: 1, position: 0, row: 3, index: 187, variant: 0, model: 'm' } as const;
  it('tell row, image and state', () => {
    expect(nameOfTile({ ...tile, state: 'done' })).toBe('Row 187: Done');
    expect(nameOfTile({ ...tile, state: 'failed', failureKind: 'blocked', variant: 1 })).toBe(
      'Row 187, picture 2: Failed, Blocked',
    );
    expect(nameOfTile({ ...tile, state: 'pending', failureKind: 'quota_minute' })).toBe(
      'Row 187: Waiting, Waiting for quota',
    );
  });
});
