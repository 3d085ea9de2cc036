import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Review } from '@shared/model/review';
import { ModelProvider } from '../state/app-model';
import { renderApp } from '../testing/render-app';
import { JobPanel } from './job-panel';

async function shownWith(review: Review | undefined): Promise<void> {
  const { model, backend } = await renderApp('full', null);
  const tile = backend.runs.get(2)?.jobs.find(({ state }) => state === 'done');
  const { job } = backend.client.runs;
  backend.client.runs.job = async (input) => ({
    ...(await job(input)),
    ...(review === undefined ? {} : { review }),
  });
  render(
    <ModelProvider value={model}>
      <JobPanel emptyText="" tile={tile} />
    </ModelProvider>,
  );
  await screen.findByRole('region', { name: 'Attempts' });
}

it('tells verdict, rating, reasons and note of a result', async () => {
  await shownWith({ verdict: 'rejected', rating: 2, reasons: ['Cut off', 'hands'], note: 'six fingers' });
  expect(screen.getByRole('region', { name: 'Review' }).textContent).toBe(
    'Rejected★★Cut off, handssix fingers',
  );
});

it('says nothing of a result of which nothing was said', async () => {
  await shownWith({ reasons: [], note: ' ' });
  expect(screen.queryByRole('region', { name: 'Review' })).toBeNull();
});

it.each([
  { broken: /^Source of/, named: /“faces\/\d+\.jpg” cannot be read.*rerun the row/ },
  { broken: /^Result of/, named: /“\d+\.png” cannot be read.*folder of the run/ },
])('names the file of a picture that cannot be read: $broken', async ({ broken, named }) => {
  await shownWith(undefined);
  fireEvent.error(screen.getByAltText(broken));
  expect(screen.queryByAltText(broken)).toBeNull();
  expect(screen.getByText(named)).toBeTruthy();
});
