/** Callers may ask for any names: an open session remembers some models, and loses no change of endpoints for it. */
import type { ModelChoice } from '@shared/model/run';
import { expect, it } from 'vitest';
import { createOpenSession } from './open-session';
import type { OpenSessionParts } from './open-session-parts';
import { stillParts, stillRuns, stillStore } from './testing/session-parts';
import { ask } from './testing/session-scene';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('hears that the endpoints of a model have changed that was asked for long ago', async () => {
  let jobs = 0;
  let refreshed = 0;
  let serving = ['first'];
  const store = stillStore();
  const parts: OpenSessionParts = {
    ...stillParts(),
    store: {
      ...store,
      addRequests(runId, requests) {
        jobs += requests.length;
        return store.addRequests(runId, requests);
      },
    },
    runs: {
      ...stillRuns(),
      refreshOrder: () => {
        refreshed += 1;
      },
    },
    endpointsFor: ({ model }: ModelChoice) => (model === 'known' ? serving : []),
  };
  const session = createOpenSession(
    parts,
    { id: 1, outputDir: '/nowhere' },
    { name: 'tests', concurrency: 1, maxRetries: 0 },
  );
  async function submit(model: string): Promise<void> {
    const before = jobs;
    void session.submit({ ...ask('hello'), model: { provider: 'google_genai', model } });
    while (jobs === before) {
      await turn();
    }
    await turn();
  }
  await submit('known');
  await submit('known');
  expect(refreshed).toBe(0);
  for (let at = 0; at < 250; at += 1) {
    await submit(`no-such-model-${at}`);
  }
  const before = refreshed;
  serving = ['second'];
  await submit('known');
  expect(refreshed).toBe(before + 1);
});
