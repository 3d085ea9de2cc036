/** Answers are judged by the same keys as pictures. */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';
import { button } from '../../testing/render-studio';
import { place, press, shown } from './testing/open-review';

async function opened() {
  const rendered = await renderApp('full', <App />);
  const { backend, model } = rendered;
  const run = await backend.client.runs.start({
    name: 'captions',
    datasetId: 1,
    recipe: {
      task: 'text',
      models: [{ provider: 'google_genai', model: 'gemini-3.8-flash' }],
      instruction: 'Describe {{subject}}',
      imageColumns: [],
      variants: 1,
      text: { system: '', generation: {}, answer: { kind: 'text' } },
    },
    options: {},
  });
  act(() => model.accept({ kind: 'run', run }));
  for (let at = 0; at < 4; at += 1) {
    await act(async () => backend.tick(48));
  }
  act(() => show(model.ui, { kind: 'runs', runId: run.id }));
  const saved: unknown[] = [];
  const { set } = backend.client.review;
  backend.client.review.set = async (said) => {
    saved.push(said.review);
    return await set(said);
  };
  return { ...rendered, runId: run.id, saved };
}

const answer = () => within(screen.getByRole('article', { name: 'Answer' }));

it('reads an answer beside its source, and judges it by key', async () => {
  const { saved, model, runId } = await opened();
  // From the run's own key to the last word: nothing needs the mouse.
  press('v');
  await shown(1);
  expect(model.ui.getState().view).toEqual({ kind: 'review', runId });
  const first = (await answer().findByText(/^An answer about/)).textContent ?? '';
  expect(screen.getByAltText(/^Source of Row/)).toBeTruthy();
  press('p');
  await shown(2);
  press('x');
  await shown(3);
  expect(button(/^Made up 2/).getAttribute('aria-pressed')).toBe('false');
  press('2');
  await waitFor(() =>
    expect(saved).toEqual([
      expect.objectContaining({ verdict: 'accepted' }),
      expect.objectContaining({ verdict: 'rejected', reasons: [] }),
      expect.objectContaining({ verdict: 'rejected', reasons: ['Made up'] }),
    ]),
  );
  press('Home');
  await shown(1);
  expect(answer().getByText(first)).toBeTruthy();
  expect(button(/^Accept P/).getAttribute('aria-pressed')).toBe('true');
  const strip = within(screen.getByRole('navigation', { name: 'Results around this one' }));
  expect(strip.getAllByText(/^An answer about/).length).toBeGreaterThan(1);
});

it('offers for an answer nothing that only pictures have', async () => {
  const { model, runId } = await opened();
  act(() => show(model.ui, { kind: 'review', runId }));
  await shown(1);
  for (const name of [/^Edit in studio/, /^Compare blind/, /^Most suspicious first/, /^Heat-map/]) {
    expect(screen.queryByRole('button', { name })).toBeNull();
  }
  const before = model.ui.getState().view;
  for (const key of ['e', 'b', 's', 'v', 't']) {
    press(key);
  }
  press('s', { shiftKey: true });
  expect([model.ui.getState().view, place()]).toEqual([before, '1']);
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('is told beside the answer in its table', async () => {
  const { backend, runId } = await opened();
  const { job } = backend.client.runs;
  backend.client.runs.job = async (asked) => ({
    ...(await job(asked)),
    review: { verdict: 'rejected', reasons: ['Made up'], note: '' },
  });
  const table = screen.getByRole('grid', { name: 'Answers of captions' });
  fireEvent.keyDown(table, { key: 'ArrowDown' });
  const review = await screen.findByRole('region', { name: 'Review' });
  expect(review.textContent).toBe('RejectedMade up');
  expect(backend.runs.get(runId)?.run.recipe.task).toBe('text');
});
