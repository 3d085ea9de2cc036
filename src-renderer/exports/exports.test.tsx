/** The export dialog and what becomes of an export, on the scripted backend. */
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { renderApp } from '../testing/render-app';
import { Toasts } from '../ui/toasts';
import { ExportButton } from './export-button';
import { Outgoing, OutgoingWork } from './outgoing';

async function opened(subject: Parameters<typeof ExportButton>[0]['subject']) {
  const rendered = await renderApp(
    'done',
    <>
      <ExportButton subject={subject} />
      <Outgoing />
      <OutgoingWork />
      <Toasts />
    </>,
  );
  fireEvent.click(screen.getByRole('button', { name: 'Export…' }));
  return rendered;
}

const RUN = { kind: 'run', runId: 2, name: 'portraits-edit' } as const;
const radio = (name: RegExp) => screen.getByRole<HTMLInputElement>('radio', { name });

describe('the export dialog', () => {
  it('exports what is chosen, and tells what came of it', async () => {
    const { backend } = await opened(RUN);
    fireEvent.change(screen.getByLabelText('Which'), { target: { value: 'results' } });
    fireEvent.click(radio(/^Dataset folder/));
    fireEvent.click(screen.getByLabelText(/^Split into/));
    fireEvent.change(screen.getByLabelText('Test'), { target: { value: '5' } });
    fireEvent.click(screen.getByRole('button', { name: /^Export \d+ results…/ }));
    expect(await screen.findByText('Exported 312 pictures to out.')).toBeTruthy();
    expect(backend.pictures.exports).toEqual([
      {
        source: { kind: 'run', runId: 2, filter: 'results' },
        format: 'imageFolder',
        options: {
          embedRecipe: false,
          pairs: { verdicts: true, ratings: true },
          splits: { validation: 10, test: 5, seed: 1 },
        },
      },
    ]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('offers tables alone for rows without a result', async () => {
    await opened(RUN);
    fireEvent.change(screen.getByLabelText('Which'), { target: { value: 'results' } });
    fireEvent.click(radio(/^Parquet/));
    fireEvent.change(screen.getByLabelText('Which'), { target: { value: 'failures' } });
    expect(screen.queryByRole('radio', { name: /^Parquet/ })).toBeNull();
    expect(radio(/^CSV\b(?! for)/).checked).toBe(true);
    fireEvent.change(screen.getByLabelText('Which'), { target: { value: 'results' } });
    expect(radio(/^Parquet/).checked).toBe(true);
  });

  it('says why a run of answers leaves as tables alone', async () => {
    const { model } = await opened(RUN);
    const run = model.live.getState().runs.get(2);
    if (run === undefined) {
      throw new Error('the scene has no run');
    }
    act(() => model.accept({ kind: 'run', run: { ...run, recipe: { ...run.recipe, task: 'text' } } }));
    expect(screen.getAllByRole('radio')).toHaveLength(3);
    expect(screen.getByText(/^Answers are text: they leave as tables/)).toBeTruthy();
  });

  it('offers pictures under every row, too: of those that have one', async () => {
    const { backend } = await opened(RUN);
    expect(screen.getByLabelText<HTMLSelectElement>('Which').value).toBe('jobs');
    fireEvent.click(radio(/^Dataset folder/));
    expect(screen.getByLabelText<HTMLSelectElement>('Which').value).toBe('jobs');
    fireEvent.click(screen.getByRole('button', { name: /^Export \d+ results…/ }));
    await waitFor(() => expect(backend.pictures.exports).toHaveLength(1));
    expect(backend.pictures.exports[0]?.source).toEqual({ kind: 'run', runId: 2, filter: 'results' });
  });

  it('begins with what was chosen the last time', async () => {
    await opened(RUN);
    fireEvent.change(screen.getByLabelText('Which'), { target: { value: 'results' } });
    fireEvent.click(radio(/^ZIP/));
    fireEvent.click(screen.getByLabelText(/^Embed recipes/));
    fireEvent.click(screen.getByRole('button', { name: /^Export \d+ results…/ }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    fireEvent.click(screen.getByRole('button', { name: 'Export…' }));
    expect(screen.getByLabelText<HTMLSelectElement>('Which').value).toBe('results');
    expect(radio(/^ZIP/).checked).toBe(true);
    expect(screen.getByLabelText<HTMLInputElement>(/^Embed recipes/).checked).toBe(true);
  });

  it('begins with what the screen shows of the run', async () => {
    await opened({ ...RUN, filter: 'results' });
    expect(screen.getByLabelText<HTMLSelectElement>('Which').value).toBe('results');
  });

  it('exports a selection as it is, with what makes a pair', async () => {
    const selection = { kind: 'ids', jobIds: [4, 5, 6] } as const;
    const { backend } = await opened({
      kind: 'selection',
      selection: { ...selection, jobIds: [4, 5, 6] },
      count: 3,
    });
    expect(screen.queryByLabelText('Which')).toBeNull();
    fireEvent.click(radio(/^Preference pairs/));
    fireEvent.click(screen.getByLabelText(/^the higher rating/));
    fireEvent.click(screen.getByRole('button', { name: 'Export 3 results…' }));
    await waitFor(() => expect(backend.pictures.exports).toHaveLength(1));
    expect(backend.pictures.exports[0]).toMatchObject({
      source: { kind: 'selection', selection },
      format: 'pairs',
      options: { pairs: { verdicts: true, ratings: false } },
    });
  });

  it('tells a failure until it is dismissed', async () => {
    const { backend } = await opened(RUN);
    backend.pictures.refusal =
      '"a.csv" was not written: the disk is full; free some space, or choose another disk.';
    fireEvent.click(screen.getByRole('button', { name: /^Export \d+ rows…/ }));
    expect((await screen.findByRole('alert')).textContent).toContain('the disk is full');
    fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('an export under way', () => {
  it('shows how far it is, and is stopped at once', async () => {
    const { backend } = await opened(RUN);
    let isStopped = false;
    let report = (): void => undefined;
    backend.client.pictures.export = async (_input, options) => {
      options?.signal?.addEventListener('abort', () => {
        isStopped = true;
        report();
      });
      return (async function* () {
        yield { done: 120, skipped: 1, total: 312, isOver: false };
        await new Promise<void>((resolve) => {
          report = resolve;
        });
        throw new Error('aborted');
      })() as unknown as Awaited<ReturnType<typeof backend.client.pictures.export>>;
    };
    fireEvent.click(screen.getByRole('button', { name: /^Export \d+ rows…/ }));
    expect(await screen.findByText('121 of 312')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    await waitFor(() => expect(screen.queryByText('121 of 312')).toBeNull());
    expect(isStopped).toBe(true);
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
