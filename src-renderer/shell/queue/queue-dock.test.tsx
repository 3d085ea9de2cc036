import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import type { Run } from '@shared/model/run';
import { App } from '../../app';
import { renderApp } from '../../testing/render-app';
import type { Rendered } from '../../testing/render-app';

const dock = () => within(screen.getByRole('region', { name: 'Queue' }));
const button = (name: string | RegExp) => dock().getByRole('button', { name });
const names = () =>
  dock()
    .getAllByRole('listitem')
    .map((item) => within(item).getAllByRole('button')[0]?.textContent);

/** The dock unfolded, with `city-sunset` paused beside `portraits-edit`, which is under way. */
async function unfolded(part: Partial<Run> = {}): Promise<Rendered> {
  const rendered = await renderApp('full', <App />);
  const city = rendered.backend.runs.get(1);
  if (city === undefined) {
    throw new Error('the scene has no run 1');
  }
  city.run = {
    ...city.run,
    state: { kind: 'paused', reason: 'Stopped by you.' },
    counts: { ...city.run.counts, done: 50, pending: 46 },
    ...part,
  };
  act(() => rendered.model.accept({ kind: 'run', run: city.run }));
  fireEvent.click(button('Queue'));
  return rendered;
}

describe('the queue dock', () => {
  it('is one line that names what runs, and unfolds to every run that is not over', async () => {
    const { model } = await renderApp('full', <App />);
    expect(dock().queryAllByRole('listitem')).toHaveLength(0);
    expect(button('portraits-edit')).toBeTruthy();
    fireEvent.keyDown(document.body, { key: 'j', ctrlKey: true });
    expect(button('Queue').getAttribute('aria-expanded')).toBe('true');
    expect(names()).toEqual(['portraits-edit', 'city-sunset']);
    expect(
      within(dock().getByRole('region', { name: 'Last finished' })).getByText('city-sunset'),
    ).toBeTruthy();
    expect(model.ui.getState().isDockOpen).toBe(true);
  });

  it('moves a run with Alt and an arrow, at once, and takes it back when that is refused', async () => {
    const { backend } = await unfolded();
    expect(names()).toEqual(['city-sunset', 'portraits-edit']);
    fireEvent.keyDown(button('portraits-edit'), { key: 'ArrowUp', altKey: true });
    expect(names()).toEqual(['portraits-edit', 'city-sunset']);
    await waitFor(() =>
      expect(backend.runs.get(2)?.run.place).toBeLessThan(backend.runs.get(1)?.run.place ?? 0),
    );

    backend.client.runs.move = async () => {
      throw new ORPCError('NOT_FOUND', { message: 'That run is over.' });
    };
    fireEvent.keyDown(button('city-sunset'), { key: 'ArrowUp', altKey: true });
    expect(await dock().findByText('That run is over.')).toBeTruthy();
    expect(names()).toEqual(['portraits-edit', 'city-sunset']);
  });

  it('groups by priority, which a menu changes', async () => {
    const { backend } = await unfolded();
    const item = within(dock().getAllByRole('listitem')[1] ?? document.body);
    fireEvent.click(item.getByRole('menuitem', { name: 'High priority' }));
    await waitFor(() => expect(backend.runs.get(2)?.run.options.priority).toBe('high'));
    expect(names()).toEqual(['portraits-edit', 'city-sunset']);
    expect(dock().getByRole('heading', { name: 'High priority' })).toBeTruthy();
  });

  it('pauses and resumes, and says that requests in flight finish first', async () => {
    const { model, backend } = await unfolded();
    const run = backend.runs.get(2)?.run;
    fireEvent.click(button('Pause portraits-edit'));
    await screen.findByRole('button', { name: 'Resume portraits-edit' });
    if (run !== undefined) {
      const draining = { ...run, state: { kind: 'draining' }, counts: { ...run.counts, sent: 3 } } as const;
      act(() => model.accept({ kind: 'run', run: draining }));
    }
    expect(dock().getByText('Pausing: 3 requests in flight finish first')).toBeTruthy();
  });

  it('cancels what waits, or what is in flight, too, and says that this may be charged; undo puts it back', async () => {
    const { backend } = await unfolded();
    const before = backend.runs.get(2)?.run.counts;
    fireEvent.click(button('Cancel portraits-edit…'));
    const dialog = within(screen.getByRole('dialog', { name: 'Cancel portraits-edit?' }));
    expect(dialog.getByText(/may be charged all the same/)).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: `Cancel ${before?.pending} jobs` }));
    const undo = await screen.findByRole('button', { name: 'Undo' });
    expect(backend.runs.get(2)?.run.counts).toMatchObject({ pending: 0, cancelled: before?.pending });
    expect(backend.runs.get(2)?.run.counts.sent).toBe(before?.sent);
    fireEvent.click(undo);
    await waitFor(() => expect(backend.runs.get(2)?.run.counts.pending).toBe(before?.pending));
  });

  it('cuts requests in flight off only when that was chosen', async () => {
    const { backend } = await unfolded();
    const flying = backend.runs.get(2)?.run.counts.sent;
    fireEvent.click(button('Cancel portraits-edit…'));
    fireEvent.click(screen.getByRole('radio', { name: /Requests in flight, too/ }));
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: /^Cancel \d+ jobs/ }));
    await waitFor(() => expect(backend.runs.get(2)?.run.counts.unknown).toBe(flying));
  });
});
