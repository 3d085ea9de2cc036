import { act, render, screen } from '@testing-library/react';
import type { JobDetail } from '@shared/model/run';
import { expect, it } from 'vitest';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ModelProvider } from '../../state/app-model';
import { detailOf } from '../../testing/fake-runs';
import { renderApp } from '../../testing/render-app';
import { useReviewDetails } from './use-review-details';

const IDS = Array.from({ length: 460 }, (_, at) => at + 1);

/** What is known of the results around one place, which the test chooses. */
async function renderPlace() {
  const place = createStore(() => ({ at: 0 }));
  function Place() {
    const { at } = useStore(place);
    const { details, failures } = useReviewDetails({ ids: IDS, at });
    const id = IDS[at] ?? 0;
    return <output>{details.get(id)?.instruction ?? failures.get(id) ?? 'nothing'}</output>;
  }
  const { model, backend } = await renderApp('full', null);
  const tile = backend.runs.get(2)?.jobs[0];
  if (tile === undefined) {
    throw new Error('The scene has no jobs.');
  }
  backend.client.runs.job = async ({ jobId }): Promise<JobDetail> => ({
    ...detailOf({ ...tile, id: jobId }),
    instruction: `instruction of ${jobId}`,
  });
  render(
    <ModelProvider value={model}>
      <Place />
    </ModelProvider>,
  );
  const show = async (at: number): Promise<string | null> => {
    await act(async () => place.setState({ at }));
    return screen.getByRole('status').textContent;
  };
  return { show, model, backend };
}

it('asks again for a result that is shown again after it was forgotten', async () => {
  const { show } = await renderPlace();
  for (let at = 0; at < IDS.length; at += 1) {
    expect(await show(at)).toBe(`instruction of ${at + 1}`);
  }
  expect(await show(0)).toBe('instruction of 1');
});

it('does not forget what is shown while it learns of its neighbours', async () => {
  const { show } = await renderPlace();
  await show(0);
  for (let at = 30; at < 415; at += 1) {
    await show(at);
  }
  // It is the oldest that is known by now, and fourteen of those around it are not.
  expect(await show(14)).toBe('instruction of 15');
});

it('asks anew once the connection is back, for what was not told and for what may have changed', async () => {
  const { show, model, backend } = await renderPlace();
  await show(0);
  const { job } = backend.client.runs;
  const asked: number[] = [];
  backend.client.runs.job = () => Promise.reject(new Error('The connection to Brushfleet was lost.'));
  await act(async () => model.live.setState({ connection: { kind: 'lost', reason: 'The service ended.' } }));
  expect(await show(30)).toBe('The connection to Brushfleet was lost.');
  backend.client.runs.job = async ({ jobId }) => {
    asked.push(jobId);
    return { ...(await job({ jobId })), instruction: `instruction of ${jobId} by now` };
  };
  await act(async () => model.live.setState({ connection: { kind: 'live' } }));
  expect(await show(30)).toBe('instruction of 31 by now');
  expect(asked.toSorted((a, b) => a - b)).toEqual(IDS.slice(23, 38));
  expect(await show(0)).toBe('instruction of 1 by now');
});
