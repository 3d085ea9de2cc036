/** Requests that go on without the window that asked them: what became of them is shown, and nobody asks twice for it. */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import type { JobState, JobTile } from '@shared/model/run';
import type { AnswerRow } from '@shared/model/text';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';
import type { Rendered } from '../../testing/render-app';
import { button } from '../../testing/render-studio';
import { loadHistory, loadMoreHistory } from './text-history';

const answer = () => screen.getByRole('region', { name: 'Answer' });
const list = () => within(screen.getByRole('list', { name: 'Requests' }));

async function opened(): Promise<Rendered> {
  const rendered = await renderApp('full', <App />);
  act(() => show(rendered.model.ui, { kind: 'text' }));
  await waitFor(() => expect(rendered.model.text.getState().history.isKnown).toBe(true));
  return rendered;
}

/** As the library has it from now on, and as the page is told. */
async function goOn({ backend }: Rendered, row: AnswerRow): Promise<void> {
  const { history } = backend.texts;
  const at = history.findIndex(({ jobId }) => jobId === row.jobId);
  history.splice(Math.max(0, at), at < 0 ? 0 : 1, row);
  const tile: JobTile = {
    id: row.jobId,
    runId: row.runId,
    position: row.row,
    row: row.row,
    index: row.index,
    variant: 0,
    model: row.model,
    state: row.state,
  };
  await act(async () => backend.tell({ kind: 'jobs', runId: row.runId, jobs: [tile] }));
}

/** Asks, waits for the first words and stops; answers its row as it stands then. */
async function stopped(rendered: Rendered): Promise<AnswerRow> {
  const { backend, model } = rendered;
  backend.texts.script = [{ kind: 'delta', text: 'Half an ans' }];
  const prompt = screen.getByLabelText('Prompt');
  fireEvent.change(prompt, { target: { value: 'Count the boats' } });
  fireEvent.keyDown(prompt, { key: 'Enter', ctrlKey: true });
  await waitFor(() => expect(backend.texts.steps).toHaveLength(1));
  await waitFor(() => expect(model.text.getState().asking[0]?.jobId).not.toBeNull());
  fireEvent.click(button('Stop'));
  await screen.findByText(/You stopped it/);
  const jobId = model.text.getState().asking[0]?.jobId ?? 0;
  return { ...rowOf('sent'), jobId, prompt: 'Count the boats' };
}

function rowOf(state: JobState): AnswerRow {
  return {
    jobId: 0,
    runId: 9,
    row: 100,
    index: 100,
    model: 'gemini-3.8-flash',
    state,
    prompt: '',
    fields: {},
  };
}

const SEVEN = { text: 'Seven boats.', mimeType: 'text/plain' } as const;

describe('a request that was stopped', () => {
  it('shows its answer once that has come, on the stage and in the list', async () => {
    const rendered = await opened();
    const row = await stopped(rendered);
    await goOn(rendered, row);
    expect(screen.getByText(/You stopped it/)).toBeTruthy();
    await goOn(rendered, { ...row, state: 'done', answer: SEVEN });
    await waitFor(() => expect(answer().textContent).toContain('Seven boats.'));
    expect(screen.queryByText(/You stopped it/)).toBeNull();
    const item = await list().findByRole('button', { name: /^Count the boats/ });
    await waitFor(() => expect(item.textContent).toContain('Done'));
  });

  it('shows an answer that came while nobody listened, though another search is on', async () => {
    const rendered = await opened();
    const row = await stopped(rendered);
    const { ui, text } = rendered.model;
    await act(async () => await loadHistory(rendered.model, 'lighthouse'));
    act(() => show(ui, { kind: 'settings' }));
    rendered.backend.texts.history.unshift({ ...row, state: 'done', answer: SEVEN });
    act(() => show(ui, { kind: 'text' }));
    await waitFor(() => expect(answer().textContent).toContain('Seven boats.'));
    expect(text.getState().history.search).toBe('lighthouse');
  });

  it('keeps what had come where it was not sent any more', async () => {
    const rendered = await opened();
    const row = await stopped(rendered);
    await goOn(rendered, { ...row, state: 'cancelled' });
    expect(screen.getByText(/You stopped it/)).toBeTruthy();
  });
});

describe('a request of the history', () => {
  it('that is under way is listed and shown as it goes on', async () => {
    const rendered = await opened();
    const row = { ...rowOf('sent'), jobId: 9_200_001, prompt: 'Count the ships' };
    rendered.backend.texts.history.unshift(row);
    fireEvent.change(screen.getByLabelText('Search requests'), { target: { value: 'ships' } });
    fireEvent.click(await list().findByRole('button', { name: /^Count the ships/ }));
    await goOn(rendered, { ...row, state: 'done', answer: SEVEN });
    await waitFor(() => expect(answer().textContent).toContain('Seven boats.'));
  });

  it('that is not listed is asked for again when its job goes on', async () => {
    const rendered = await opened();
    const row = { ...rowOf('sent'), jobId: 9_200_002, prompt: 'Count the sails' };
    rendered.backend.texts.history.unshift(row);
    act(() => rendered.model.text.setState({ shown: { kind: 'answer', jobId: row.jobId } }));
    await screen.findByText('Count the sails', { selector: '.text-prompt' });
    await goOn(rendered, { ...row, state: 'done', answer: SEVEN });
    await waitFor(() => expect(answer().textContent).toContain('Seven boats.'));
  });
});

describe('a long history', () => {
  const rowAt = (at: number): AnswerRow => ({
    ...rowOf('done'),
    jobId: 9_300_000 - at,
    prompt: `Count ${at % 2 === 0 ? 'ships' : 'boats'} ${at}`,
  });

  it('that is read again keeps what was shown more of meanwhile, nothing of it twice', async () => {
    const { backend, model } = await renderApp('empty', <App />);
    backend.texts.history.push(...Array.from({ length: 250 }, (_, at) => rowAt(at)));
    await loadHistory(model);
    const { history } = backend.client.text;
    let arrive = (): void => undefined;
    const late = new Promise<void>((resolve) => (arrive = resolve));
    backend.client.text.history = async (asked) => {
      const page = await history(asked);
      if (asked.offset === 0) {
        await late;
      }
      return page;
    };
    backend.texts.history.unshift(rowAt(-1));
    const again = loadHistory(model);
    await loadMoreHistory(model);
    arrive();
    await again;
    const shown = model.text.getState().history.answers.map(({ jobId }) => jobId);
    expect(shown).toEqual(backend.texts.history.slice(0, 200).map(({ jobId }) => jobId));
  });

  it('that is searched keeps nothing of the one before, though it is read again at once', async () => {
    const { backend, model } = await renderApp('empty', <App />);
    backend.texts.history.push(...Array.from({ length: 250 }, (_, at) => rowAt(at)));
    await loadHistory(model);
    const searched = loadHistory(model, 'ships');
    await loadHistory(model);
    await searched;
    const shown = model.text.getState().history.answers.map(({ prompt }) => prompt);
    expect(shown).toHaveLength(100);
    expect(shown.filter((prompt) => !prompt.startsWith('Count ships'))).toEqual([]);
  });
});
