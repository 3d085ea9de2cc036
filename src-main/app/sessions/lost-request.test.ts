/** The library cannot be written any more, with one request on its way and one that waits. */
import { expect, it } from 'vitest';
import { createOpenSession } from './open-session';
import type { OpenSessionParts } from './open-session-parts';
import { LOST } from './answer-of';
import { stillParts, stillStore } from './testing/session-parts';
import { ask } from './testing/session-scene';
import { createWaitingList } from './waiting-list';

it('does not say of a request that was sent that it was not', async () => {
  const waiting = createWaitingList();
  const errors: unknown[] = [];
  const parts: OpenSessionParts = {
    ...stillParts(),
    store: { ...stillStore(), cancelPendingJobs: () => Promise.reject(new Error('The disk is full.')) },
    waiting,
    onError: (error) => errors.push(error),
  };
  const session = createOpenSession(
    parts,
    { id: 1, outputDir: '/nowhere' },
    { name: 'tests', concurrency: 1, maxRetries: 0 },
  );
  const answers = session.submitAll([ask('sent'), ask('waits')]);
  await expect.poll(() => waiting.count(1)).toBe(2);
  const sent = waiting.get(1);
  if (sent !== undefined) {
    sent.isSent = true;
  }
  session.onOver({ kind: 'paused', reason: 'The library is full.', failure: 'storage' });
  expect(await Promise.all(answers)).toMatchObject([
    { kind: 'failed', failure: LOST },
    { kind: 'failed', failure: { kind: 'storage', bodySent: false } },
  ]);
  expect(errors).toHaveLength(1);
});
