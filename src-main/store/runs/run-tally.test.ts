import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FailureKind, failureKindSchema } from '@shared/model/failure';
import { EVERYTHING } from '@shared/model/gallery';
import { NO_COUNTS } from '@shared/model/run';
import type { AttemptStart } from '../../engine/ports';
import type { Store } from '../store';
import {
  attemptFor,
  doneEnd,
  DRIVERS,
  failedEnd,
  fileOf,
  newJobs,
  plannedRun,
  temporaryLibrary,
} from '../testing/library-fixture';

type Step =
  | { readonly kind: 'send'; readonly jobs: number }
  | { readonly kind: 'end'; readonly how: 'done' | 'again' | 'lost' | FailureKind }
  | { readonly kind: 'requeue'; readonly which: 'failed' | 'unknown' | 'all' }
  | { readonly kind: 'plan'; readonly jobs: number; readonly digest: string }
  | { readonly kind: 'crash' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('send' as const), jobs: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      how: fc.oneof(
        fc.constantFrom('done' as const, 'again' as const, 'lost' as const),
        fc.constantFrom(...failureKindSchema.options),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('requeue' as const),
      which: fc.constantFrom('failed' as const, 'unknown' as const, 'all' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('plan' as const),
      jobs: fc.integer({ min: 1, max: 12 }),
      digest: fc.constantFrom('first', 'second'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
);

/** Carries out one step; answers what is under way after it. */
async function take(
  store: Store,
  runId: number,
  underWay: AttemptStart[],
  one: Step,
): Promise<AttemptStart[]> {
  switch (one.kind) {
    case 'send': {
      const starts = (await store.pending(runId, 0, one.jobs)).map((job) => attemptFor(store, job));
      await store.sent(starts);
      return [...underWay, ...starts];
    }
    case 'end': {
      const [start, ...rest] = underWay;
      if (start !== undefined) {
        // Not awaited: the counters must be right for a reader whatever waits for company.
        void store.ended(endOf(start, one.how));
      }
      return rest;
    }
    case 'requeue':
      await store.requeue(runId, { kind: one.which });
      return underWay;
    case 'plan':
      await store.planJobs(
        runId,
        newJobs(one.jobs).map((job) => ({ ...job, digest: one.digest })),
      );
      return underWay;
    case 'crash':
      await store.recover();
      return [];
  }
}

function endOf(start: AttemptStart, how: 'done' | 'again' | 'lost' | FailureKind) {
  if (how === 'done') {
    return doneEnd(start, fileOf('any'), 0.25);
  }
  if (how === 'again') {
    return failedEnd(start, 'overloaded', { kind: 'again', counted: true });
  }
  return how === 'lost'
    ? { ...failedEnd(start, 'network', { kind: 'unknown' }), outcome: { kind: 'lost' } as const }
    : failedEnd(start, how);
}

describe.each(DRIVERS)('the counters of a run on %s', (driver) => {
  it('say what counting says, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const library = temporaryLibrary(driver);
        const store = await library.open();
        try {
          const { id } = await plannedRun(store, 6);
          let underWay: AttemptStart[] = [];
          for (const one of steps) {
            underWay = await take(store, id, underWay, one);
          }
          const run = await store.run(id);
          const { jobs, total } = await store.jobs({ runId: id, offset: 0, limit: 100 });
          const counts = { ...NO_COUNTS };
          const failures: Partial<Record<FailureKind, number>> = {};
          for (const job of jobs) {
            counts[job.state] += 1;
            if (job.state === 'failed' && job.failureKind !== undefined) {
              failures[job.failureKind] = (failures[job.failureKind] ?? 0) + 1;
            }
          }
          expect(run?.counts).toEqual(counts);
          expect(run?.failures).toEqual(failures);
          expect(total).toBe(jobs.length);
          expect((await store.galleryPage({ query: EVERYTHING }, 0, 100)).jobs).toHaveLength(counts.done);
          expect(run?.costUsd).toBe(jobs.reduce((sum, job) => sum + (job.costUsd ?? 0), 0));
        } finally {
          await library.remove();
        }
      }),
      { numRuns: 25 },
    );
  });
});
