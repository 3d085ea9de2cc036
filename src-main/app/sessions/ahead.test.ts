/** Requests that go on before the library has said that it has them. */
import { expect, it } from 'vitest';
import type { PendingJob } from '../../engine/ports';
import type { AddedRequest, RequestPlace } from '../../store/studio/session-store';
import { createOpenSession } from './open-session';
import type { OpenSessionParts } from './open-session-parts';
import { stillParts, stillRuns, stillStore } from './testing/session-parts';
import { ask } from './testing/session-scene';

interface Asked {
  readonly first: RequestPlace | undefined;
  resolve(added: readonly AddedRequest[]): void;
  reject(error: unknown): void;
}

function setUp() {
  const came: PendingJob[] = [];
  const cancelled: number[] = [];
  const asked: Asked[] = [];
  const parts: OpenSessionParts = {
    ...stillParts(),
    store: {
      ...stillStore(),
      addRequests: (_runId, _requests, first) =>
        new Promise((resolve, reject) => asked.push({ first, resolve, reject })),
      reserveJobs: async () => 100,
    },
    runs: { ...stillRuns(), cancelJobs: async (_runId, jobIds) => void cancelled.push(...jobIds) },
    arrivals: { ...stillParts().arrivals, came: (_runId, jobs) => void came.push(...jobs) },
    onError: (error) => {
      throw error;
    },
  };
  const session = createOpenSession(
    parts,
    { id: 1, outputDir: '/nowhere' },
    { name: 'tests', concurrency: 1, maxRetries: 0 },
  );
  return { session, came, cancelled, asked, waiting: parts.waiting };
}

async function afterTheFirst() {
  const scene = setUp();
  void scene.session.submit(ask('first')).catch(() => undefined);
  await expect.poll(() => scene.asked).toHaveLength(1);
  expect(scene.came).toHaveLength(0);
  scene.asked[0]?.resolve([{ jobId: 7, row: 3, stem: '000000/000003' }]);
  await expect.poll(() => scene.came).toHaveLength(1);
  return scene;
}

it('the first waits for its number, and the next is under way before it is on disk', async () => {
  const { session, came, asked } = await afterTheFirst();
  void session.submit(ask('second')).catch(() => undefined);
  await expect.poll(() => came.map(({ id }) => id)).toEqual([7, 100]);
  expect(asked[1]?.first).toEqual({ jobId: 100, row: 4 });
});

it('who asks hears a number only once it is on disk: until then the next process may give it to another', async () => {
  const { session, came, asked } = await afterTheFirst();
  const told: number[] = [];
  const options = { onJob: (jobId: number) => void told.push(jobId) };
  void session.submit(ask('second'), options).catch(() => undefined);
  await expect.poll(() => came).toHaveLength(2);
  expect(told).toEqual([]);
  asked[1]?.resolve([{ jobId: 100, row: 4, stem: '000000/000004' }]);
  await expect.poll(() => told).toEqual([100]);
});

it('one that the library refuses fails, is taken back, and the next has its number from the library again', async () => {
  const { session, cancelled, asked, waiting } = await afterTheFirst();
  const second = session.submit(ask('second'));
  await expect.poll(() => asked).toHaveLength(2);
  asked[1]?.reject(new Error('The library is full.'));
  await expect(second).rejects.toThrow('The library is full.');
  expect(cancelled).toEqual([100]);
  expect(waiting.of(1).map(({ jobId }) => jobId)).toEqual([7]);
  void session.submit(ask('third')).catch(() => undefined);
  await expect.poll(() => asked).toHaveLength(3);
  expect(asked[2]?.first).toBeUndefined();
});
