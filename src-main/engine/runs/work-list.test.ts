import type { ModelChoice } from '@shared/model/run';
import { expect, it } from 'vitest';
import type { PendingJob } from '../ports';
import { type LaneChoice, WorkList } from './work-list';

/** A run that stays open: its jobs come one after the other, each of a model nobody has heard of. */
function scene() {
  const asked: string[] = [];
  const choicesOf = ({ provider, model }: ModelChoice): readonly LaneChoice[] => {
    asked.push(model);
    return [{ provider, model }];
  };
  const work = new WorkList({ runId: 1, choicesOf });
  let lastId = 0;
  return {
    work,
    async add(...models: readonly string[]): Promise<void> {
      const jobs = models.map((model): PendingJob => {
        lastId += 1;
        return { id: lastId, runId: 1, model: { provider: 'google_genai', model }, retriesUsed: 0 };
      });
      await work.load({ pending: async () => jobs });
    },
    takeAll(): void {
      for (let next = work.nextLane(0); next !== null; next = work.nextLane(0)) {
        work.take(next.lane, 0);
      }
    },
    /** Names of the lanes that are held. */
    lanes(): readonly string[] {
      asked.length = 0;
      work.rechoose(choicesOf);
      return [...asked];
    },
  };
}

it('does not remember every model it was ever asked for', async () => {
  const { work, add, takeAll, lanes } = scene();
  for (let at = 0; at < 3000; at += 1) {
    await add(`no-such-model-${at}`);
    takeAll();
  }
  expect(lanes().length).toBeLessThanOrEqual(100);
  expect(work.held).toBe(0);
});

it('forgets none that has something to do', async () => {
  const { work, add, takeAll, lanes } = scene();
  await add('kept');
  const kept = work.nextLane(0);
  const names = Array.from({ length: 200 }, (_, at) => `waits-${at}`);
  await add(...names);
  for (let at = 0; at < 3; at += 1) {
    await add(...Array.from({ length: 100 }, (_, one) => `more-${at}-${one}`));
  }
  expect(work.held).toBe(501);
  expect(lanes()).toEqual(expect.arrayContaining(['kept', ...names]));
  expect(work.nextLane(0)?.lane).toBe(kept?.lane);
  takeAll();
  await add('one more');
  expect(work.held).toBe(1);
});

it('goes on behind the last of a page, whichever number that has', async () => {
  const { work } = scene();
  const model: ModelChoice = { provider: 'openai', model: 'm' };
  const order = [7, 9, 2, 4];
  const asked: number[] = [];
  const pending = async (runId: number, afterId: number): Promise<readonly PendingJob[]> => {
    asked.push(afterId);
    const from = order.indexOf(afterId) + 1;
    return order.slice(from, from + 2).map((id) => ({ id, runId, model, retriesUsed: 0 }));
  };
  while (!work.isExhausted) {
    await work.load({ pending });
  }
  expect(asked).toEqual([-1, 9, 4]);
  expect(work.held).toBe(4);
});

it('goes on where it was after one that stands before', async () => {
  const { work } = scene();
  const model: ModelChoice = { provider: 'openai', model: 'm' };
  const pages = [[5, 6], [{ id: 2, isStraggler: true }], []];
  const asked: number[] = [];
  const pending = async (runId: number, afterId: number): Promise<readonly PendingJob[]> => {
    asked.push(afterId);
    return (pages.shift() ?? []).map((job) => {
      const named = typeof job === 'number' ? { id: job } : job;
      return { ...named, runId, model, retriesUsed: 0 };
    });
  };
  while (!work.isExhausted) {
    await work.load({ pending });
  }
  expect(asked).toEqual([-1, 6, 6]);
});
