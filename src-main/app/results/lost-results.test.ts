import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../engine/testing/virtual-clock';
import type { StoredJob, StoredRun } from '../../store/store';
import { createLostResults, lostNote } from './lost-results';

const RUN = { id: 1 } as StoredRun;
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) {
    await Promise.resolve();
  }
};

/** A check that finds these pages lost, and counts how far it has come. `present`: the result that a job shows by then. */
function scene(pages: readonly (readonly number[])[], present: (jobId: number) => number = (jobId) => jobId) {
  const clock = createVirtualClock();
  const seen = { pages: 0, lost: 0 };
  const lost = createLostResults({
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
        yield { lost: page.map((jobId) => ({ jobId, resultId: jobId })), kept: [] };
      }
    },
    onError: (error) => {
      throw error;
    },
  });
  lost.start(RUN, {
    onLost: ({ results }) => {
      seen.lost = results;
    },
    onUnreadable: ({ message }) => {
      throw new Error(message);
    },
  });
  return { clock, lost, seen };
}

describe('results found lost while their run goes on', () => {
  it('are not looked for before the first requests are out', async () => {
    const { clock, seen } = scene([[7]]);
    await settle();
    expect(seen.pages).toBe(0);
    await clock.advance(2000);
    await settle();
    expect(seen).toEqual({ pages: 1, lost: 1 });
  });

  it('are looked for at once when nothing else is left, and handed out each once', async () => {
    const { lost, seen } = scene([[7, 8], [], [9]]);
    expect((await lost.next(1, 1)).map(({ id }) => id)).toEqual([7]);
    lost.handedOut(1, [{ id: 8, runId: 1, model: { provider: 'openai', model: 'm' }, retriesUsed: 0 }]);
    expect((await lost.next(1, 9)).map(({ id }) => id)).toEqual([9]);
    expect(await lost.next(1, 9)).toEqual([]);
    expect(seen.lost).toBe(3);
  });

  it('are never all held in memory: the check waits until some are handed out', async () => {
    const page = (from: number) => Array.from({ length: 5000 }, (_, at) => from + at);
    const { clock, lost, seen } = scene([page(0), page(5000), page(10_000), page(15_000)]);
    await clock.advance(2000);
    await settle();
    expect(seen.pages).toBe(2);
    await lost.next(1, 6000);
    await settle();
    expect(seen.pages).toBe(4);
    expect(seen.lost).toBe(0);
    let left = 0;
    for (let jobs = await lost.next(1, 6000); jobs.length > 0; jobs = await lost.next(1, 6000)) {
      left += jobs.length;
    }
    expect(left).toBe(14_000);
    expect(seen.lost).toBe(20_000);
  });

  it('are not sent again where their job shows another result by then', async () => {
    const { lost, seen } = scene([[7, 8]], (jobId) => (jobId === 7 ? 70 : jobId));
    expect((await lost.next(1, 9)).map(({ id }) => id)).toEqual([8]);
    await settle();
    expect(seen.lost).toBe(1);
  });

  it('are let be when the run stops', async () => {
    const { clock, lost, seen } = scene([[7], [8]]);
    lost.stop(1);
    await clock.advance(5000);
    await settle();
    expect(seen.pages).toBe(0);
    expect(await lost.next(1, 9)).toEqual([]);
  });
});

it('are told of, with what is kept of the work of others', () => {
  expect(lostNote({ results: 1, kept: [] })).toBe('One result is gone or damaged on disk and is sent again.');
  expect(lostNote({ results: 2, kept: ['a.changed.png', 'b.changed.png'] })).toBe(
    '2 results are gone or damaged on disk and are sent again. ' +
      'Pictures that somebody has changed are kept, as a.changed.png, b.changed.png.',
  );
  expect(lostNote({ results: 9, kept: ['a.changed.png', 'b', 'c', 'd'] })).toMatch(
    /as a\.changed\.png and so on\.$/,
  );
});
