import { act } from '@testing-library/react';
import { expect, it } from 'vitest';
import { detailOf } from '../testing/fake-runs';
import { renderApp } from '../testing/render-app';

it('of a job are fetched again when it came back to a state and a result it had before', async () => {
  const { model, backend } = await renderApp('full', null);
  const run = backend.runs.get(2);
  const tile = run?.jobs.find(({ state }) => state === 'failed');
  if (tile === undefined) {
    throw new Error('The scene has no failed job.');
  }
  let times = 0;
  backend.client.runs.job = async () => {
    times += 1;
    return { ...detailOf(tile), instruction: `asked ${times}` };
  };
  expect((await model.details.get(tile)).instruction).toBe('asked 1');
  // Nothing happened to it.
  expect((await model.details.get({ ...tile })).instruction).toBe('asked 1');
  act(() => model.accept({ kind: 'jobs', runId: 2, jobs: [{ ...tile, state: 'pending' }] }));
  act(() => model.accept({ kind: 'jobs', runId: 2, jobs: [{ ...tile }] }));
  expect((await model.details.get({ ...tile })).instruction).toBe('asked 2');
  expect(model.details.peek(tile)?.instruction).toBe('asked 2');
});
