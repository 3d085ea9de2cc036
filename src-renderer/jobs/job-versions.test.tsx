import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { ModelProvider } from '../state/app-model';
import { detailOf } from '../testing/fake-runs';
import { renderApp } from '../testing/render-app';
import { JobVersions } from './job-versions';

it('keeps a rewritten instruction that was refused, with the reason', async () => {
  const { model, backend } = await renderApp('full', null);
  const tile = backend.runs.get(2)?.jobs.find(({ state }) => state === 'done');
  if (tile === undefined) {
    throw new Error('The scene has no result.');
  }
  const { rerun } = backend.client.review;
  let asked = 0;
  backend.client.review.rerun = () => {
    asked += 1;
    return Promise.reject(new Error('The disk of the results is full.'));
  };
  render(
    <ModelProvider value={model}>
      <JobVersions detail={detailOf(tile)} />
    </ModelProvider>,
  );
  const name = 'Instruction of this result';
  const field = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name });
  fireEvent.click(screen.getByRole('button', { name: 'Edit and rerun…' }));
  fireEvent.change(await field(), { target: { value: 'Make the hat blue' } });
  fireEvent.keyDown(await field(), { key: 'Enter', ctrlKey: true });
  expect((await screen.findByRole('alert')).textContent).toContain('The disk of the results is full.');
  expect((await field()).value).toBe('Make the hat blue');
  // It is open again while the keys are still held: they have said what they had to say.
  fireEvent.keyDown(await field(), { key: 'Enter', ctrlKey: true, repeat: true });
  fireEvent.keyDown(await field(), { key: 'Escape', repeat: true });
  expect(asked).toBe(1);
  backend.client.review.rerun = rerun;
  fireEvent.keyDown(await field(), { key: 'Enter', ctrlKey: true });
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(screen.queryByRole('textbox', { name })).toBeNull();
});
