import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../engine/testing/virtual-clock';
import type { StoredJob, StoredRun } from '../../store/store';
import { createBrokenResults, brokenNote } from './broken-results';

const RUN = { id: 1 } as StoredRun;
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) {
    await Promise.resolve();
  }
};

/** A check that finds these pages broken, and counts how far it has come. `present`: the result that a job shows by then. */
function scene(pages: readonly (readonly number[])[], present: (jobId: number) => number = (jobId) => jobId) {
  const clock = createVirtualClock();
  const seen = { pages: 0, broken: 0 };
  const broken = createBrokenResults({
    clock,
    store: {
      requeue: async (_runId, which) => (which.kind === 'jobs' ? which.jobIds.length : 0),
      jobsById: async (ids) =>
        ids.map((id) => ({ id, state: 'pending', resultId: present(id) }) as StoredJob),
    },
    async *verify(_run, signal) {
      for (const page of pages) {
        if (signal.aborted) {
          return;
        }
        seen.pages += 1;
        yield { broken: page.map((jobId) => ({ jobId, resultId: jobId })), kept: [] };
      }
    },
    onError: (error) => {
      throw error;
    },
  });
  broken.start(RUN, {
    onBroken: ({ results }) => {
      seen.broken = results;
    },
    onUnreadable: ({ message }) => {
      throw new Error(message);
    },
  });
  return { clock, broken, seen };
}

describe('results found broken while their run goes on', () => {
  it('are not looked for before the first requests are out', async () => {
    const { clock, seen } = scene([[7]]);
    await settle();
    expect(seen.pages).toBe(0);
    await clock.advance(2000);
    await settle();
    expect(seen).toEqual({ pages: 1, broken: 1 });
  });

  it('are looked for at once when nothing else is left, and handed out each once', async () => {
    const { broken, seen } = scene([[7, 8], [], [9]]);
    expect((await broken.next(1, 1)).map(({ id }) => id)).toEqual([7]);
    broken.handedOut(1, [{ id: 8, runId: 1, model: { provider: 'openai', model: 'm' }, retriesUsed: 0 }]);
    expect((await broken.next(1, 9)).map(({ id }) => id)).toEqual([9]);
    expect(await broken.next(1, 9)).toEqual([]);
    expect(seen.broken).toBe(3);
  });

  it('are never all held in memory: the check waits until some are handed out', async () => {
    const page = (from: number) => Array.from({ length: 5000 }, (_, at) => from + at);
    const { clock, broken, seen } = scene([page(0), page(5000), page(10_000), page(15_000)]);
    await clock.advance(2000);
    await settle();
    expect(seen.pages).toBe(2);
    await broken.next(1, 6000);
    await settle();
    expect(seen.pages).toBe(4);
    expect(seen.broken).toBe(0);
    let left = 0;
    for (let jobs = await broken.next(1, 6000); jobs.length > 0; jobs = await broken.next(1, 6000)) {
      left += jobs.length;
    }
    expect(left).toBe(14_000);
    expect(seen.broken).toBe(20_000);
  });

  it('are not sent again where their job shows another result by then', async () => {
    const { broken, seen } = scene([[7, 8]], (jobId) => (jobId === 7 ? 70 : jobId));
    expect((await broken.next(1, 9)).map(({ id }) => id)).toEqual([8]);
    await settle();
    expect(seen.broken).toBe(1);
  });

  it('are let be when the run stops', async () => {
    const { clock, broken, seen } = scene([[7], [8]]);
    broken.stop(1);
    await clock.advance(5000);
    await settle();
    expect(seen.pages).toBe(0);
    expect(await broken.next(1, 9)).toEqual([]);
  });
});

it('are told of, with what is kept of the work of others', () => {
  expect(brokenNote({ results: 1, kept: [] })).toBe(
    'One result is gone or damaged on disk and is sent again.',
  );
  expect(brokenNote({ results: 2, kept: ['a.changed.png', 'b.changed.png'] })).toBe(
    '2 results are gone or damaged on disk and are sent again. ' +
      'Pictures that somebody has changed are kept, as a.changed.png, b.changed.png.',
  );
  expect(brokenNote({ results: 9, kept: ['a.changed.png', 'b', 'c', 'd'] })).toMatch(
    /as a\.changed\.png and so on\.$/,
  );
});
