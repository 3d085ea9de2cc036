import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';
import type { Rendered } from '../../testing/render-app';
import { button } from '../../testing/render-studio';

const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { score: { type: 'integer' }, reason: { type: 'string' } },
});

async function opened(kind: 'text' | 'json') {
  const rendered = await renderApp('full', <App />);
  const { backend, model } = rendered;
  const run = await backend.client.runs.start({
    name: 'scores',
    datasetId: 1,
    recipe: {
      task: 'text',
      models: [{ provider: 'google_genai', model: 'gemini-3.8-flash' }],
      instruction: 'Score {{subject}}',
      imageColumns: [],
      variants: 1,
      text: {
        system: '',
        generation: {},
        answer: kind === 'text' ? { kind } : { kind, schema: SCHEMA },
      },
    },
    options: {},
  });
  act(() => {
    model.accept({ kind: 'run', run });
    show(model.ui, { kind: 'runs', runId: run.id });
  });
  for (let at = 0; at < 12; at += 1) {
    await act(async () => backend.tick(48));
  }
  return { ...rendered, runId: run.id };
}

const table = () => screen.getByRole('grid', { name: 'Answers of scores' });

describe('a text run', () => {
  it('is a table of its answers, of which only what is in view is drawn and fetched', async () => {
    const { backend } = await opened('text');
    expect(await within(table()).findAllByText(/An answer about/)).not.toHaveLength(0);
    expect(table().getAttribute('aria-rowcount')).toBe('429');
    expect(within(table()).getAllByRole('row').length).toBeLessThan(40);
    expect(backend.runs.get(3)?.run.counts.done).toBeGreaterThan(300);
    expect(button(/^Review \d+$/)).toBeTruthy();
  });

  it('has a column for each field of a structured answer, and shows failures by their kind', async () => {
    await opened('json');
    const titles = within(table())
      .getAllByRole('columnheader')
      .map((one) => one.textContent);
    expect(titles).toEqual(['Row', 'Prompt', 'score', 'reason', 'State']);
    expect(await within(table()).findByText('Row 3 is fine')).toBeTruthy();
    fireEvent.click(button(/^Failed \d+/));
    await waitFor(() => expect(within(table()).queryByText('Row 3 is fine')).toBeNull());
    expect((await within(table()).findAllByText('Blocked')).length).toBeGreaterThan(0);
  });

  it('shows the failures of one kind alone', async () => {
    const { backend } = await opened('json');
    const asked: unknown[] = [];
    const { answers } = backend.client.text;
    backend.client.text.answers = async (query) => {
      asked.push(query);
      return await answers(query);
    };
    fireEvent.click(screen.getAllByRole('button', { name: /^Blocked \d/ })[0] ?? document.body);
    await waitFor(() => expect(asked).toContainEqual(expect.objectContaining({ failureKind: 'blocked' })));
    const count = backend.runs.get(3)?.run.failures.blocked ?? 0;
    await waitFor(() => expect(table().getAttribute('aria-rowcount')).toBe(`${count + 1}`));
    expect(button(/^Failed \d+/).getAttribute('aria-pressed')).toBe('false');
  });

  it('shows the whole answer of the chosen row beside it, by keys too', async () => {
    await opened('json');
    await within(table()).findByText('Row 3 is fine');
    fireEvent.keyDown(table(), { key: 'ArrowDown' });
    fireEvent.keyDown(table(), { key: 'ArrowDown' });
    const inspector = screen.getByRole('complementary', { name: 'Inspector' });
    expect(await within(inspector).findByText('Row 1 is fine')).toBeTruthy();
    expect(within(inspector).getByText('faces/0001.jpg')).toBeTruthy();
    expect(await within(inspector).findByRole('region', { name: 'Attempts' })).toBeTruthy();
    fireEvent.click(within(inspector).getByRole('button', { name: 'Save…' }));
    expect(await screen.findByText('Saved answer-1.txt')).toBeTruthy();
  });

  it('is led to the rows of a failure, however far down they stand', async () => {
    await opened('text');
    fireEvent.click(button(/failures, why/));
    const rows = await screen.findAllByRole('button', { name: /^Show row/ });
    const name = rows.at(-1)?.getAttribute('aria-label') ?? '';
    fireEvent.click(button(name));
    const row = name.replace('Show row ', '');
    const chosen = await within(table()).findByRole('row', { selected: true });
    expect(await within(chosen).findByText(row, { exact: true })).toBeTruthy();
    const inspector = screen.getByRole('complementary', { name: 'Inspector' });
    expect(await within(inspector).findByText('Failed')).toBeTruthy();
  });

  it('becomes a dataset with its answers beside the rows, ready for the next run', async () => {
    const { backend, model, runId } = await opened('json');
    fireEvent.click(screen.getByRole('menuitem', { name: /Add answers as a column/ }));
    const field = screen.getByLabelText('Name of the column');
    fireEvent.change(field, { target: { value: 'judge' } });
    expect(screen.getByText(/judge\.score, judge\.reason/)).toBeTruthy();
    fireEvent.click(button('Create dataset'));
    await waitFor(() => expect(model.ui.getState().view.kind).toBe('newRun'));
    expect(backend.texts.made).toEqual([{ call: 'addAnswers', input: { runId, column: 'judge' } }]);
    expect(model.draft.getState().datasetId).toBe(77);
  });
});

const judgeOfFirst = ({ client }: Rendered['backend']) =>
  client.text.judge({
    runId: 1,
    model: { provider: 'google_genai', model: 'gemini-3.8-flash' },
    options: {},
  });

describe('judging', () => {
  it('is known by the run whose pictures it scores, whatever both are called', async () => {
    const { backend, model } = await renderApp('done', <App />);
    const judge = await judgeOfFirst(backend);
    act(() => {
      model.accept({
        kind: 'run',
        run: { ...judge, name: 'city-sunset, judged', options: { ...judge.options, judges: 9 } },
      });
      show(model.ui, { kind: 'runs', runId: 1 });
    });
    expect(screen.queryByRole('button', { name: 'Scores' })).toBeNull();
    act(() =>
      model.accept({
        kind: 'run',
        run: { ...judge, name: 'How good', options: { ...judge.options, judges: 1 } },
      }),
    );
    fireEvent.click(await screen.findByRole('button', { name: 'Scores' }));
    expect(await screen.findByRole('heading', { name: 'How good' })).toBeTruthy();
  });

  it('that is older is known by its name', async () => {
    const { backend, model } = await renderApp('done', <App />);
    const judge = await judgeOfFirst(backend);
    act(() => {
      model.accept({ kind: 'run', run: { ...judge, name: 'city-sunset, judged' } });
      show(model.ui, { kind: 'runs', runId: 1 });
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Scores' }));
    expect(await screen.findByRole('heading', { name: 'city-sunset, judged' })).toBeTruthy();
  });

  it('begins a run that scores the pictures of another, which leads to it', async () => {
    const { backend, model } = await renderApp('done', <App />);
    act(() => show(model.ui, { kind: 'runs', runId: 1 }));
    expect(screen.queryByRole('button', { name: 'Scores' })).toBeNull();
    fireEvent.click(await screen.findByRole('menuitem', { name: /Judge with a text model/ }));
    const dialog = screen.getByRole('dialog');
    fireEvent.change(within(dialog).getByLabelText('Cost cap, $'), { target: { value: '2' } });
    fireEvent.click(within(dialog).getByRole('button', { name: /^Judge \d+ pictures/ }));
    await waitFor(() => expect(backend.texts.made).toHaveLength(1));
    expect(backend.texts.made[0]).toMatchObject({
      call: 'judge',
      input: { runId: 1, model: { model: 'gemini-3.8-flash' }, options: { caps: { costUsd: 2 } } },
    });
    expect(await screen.findByRole('heading', { name: 'Judge of portraits-edit' })).toBeTruthy();
    act(() => show(model.ui, { kind: 'runs', runId: 1 }));
    fireEvent.click(await screen.findByRole('button', { name: 'Scores' }));
    expect(await screen.findByRole('heading', { name: 'Judge of portraits-edit' })).toBeTruthy();
  });
});
