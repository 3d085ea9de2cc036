import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import type { Run } from '@shared/model/run';
import { App } from '../../app';
import { show } from '../../state/ui-store';
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

  it('keeps a moved run where it was put while main still tells of its old place', async () => {
    const { backend, model } = await unfolded();
    const answers: (() => void)[] = [];
    const { move } = backend.client.runs;
    backend.client.runs.move = async (...asked) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return move(...asked);
    };
    const tellOld = () => act(() => backend.runs.forEach(({ run }) => model.accept({ kind: 'run', run })));
    fireEvent.keyDown(button('portraits-edit'), { key: 'ArrowUp', altKey: true });
    tellOld();
    expect(names()).toEqual(['portraits-edit', 'city-sunset']);
    fireEvent.keyDown(button('portraits-edit'), { key: 'ArrowDown', altKey: true });
    tellOld();
    expect(names()).toEqual(['city-sunset', 'portraits-edit']);
    for (const answer of answers) {
      await act(async () => answer());
    }
    expect(names()).toEqual(['city-sunset', 'portraits-edit']);
  });

  it('drags the run that was pressed, also when the order changes under the pointer', async () => {
    const { backend, model } = await unfolded();
    const item = dock().getAllByRole('listitem')[1] as HTMLElement;
    expect(names()).toEqual(['city-sunset', 'portraits-edit']);
    item.setPointerCapture = () => undefined;
    fireEvent.pointerDown(item, { clientY: 60, button: 0 });
    fireEvent.pointerMove(item, { clientY: 40 });
    const other = backend.runs.get(1)?.run;
    if (other === undefined) {
      throw new Error('the scene has no run 1');
    }
    act(() => model.accept({ kind: 'run', run: { ...other, place: 9 } }));
    expect(names()).toEqual(['portraits-edit', 'city-sunset']);
    // Nothing is laid out here: every middle is at 0, so that a pointer below is behind all others.
    fireEvent.pointerMove(item, { clientY: 30 });
    fireEvent.pointerUp(item, { clientY: 30 });
    expect(names()).toEqual(['city-sunset', 'portraits-edit']);
  });

  it('groups by priority, which a menu changes', async () => {
    const { backend } = await unfolded();
    const item = within(dock().getAllByRole('listitem')[1] ?? document.body);
    fireEvent.click(item.getByRole('menuitem', { name: /^High priority/ }));
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

  it('offers no undo that would send what was cancelled before, and says nothing of a cancel that was refused', async () => {
    const { backend, model } = await unfolded();
    const fake = backend.runs.get(2);
    const { cancel } = backend.client.runs;
    backend.client.runs.cancel = async () => {
      throw new ORPCError('NOT_FOUND', { message: 'That run is over.' });
    };
    const confirm = (): void => {
      fireEvent.click(button('Cancel portraits-edit…'));
      fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: /^Cancel \d+ jobs/ }));
    };
    confirm();
    await screen.findByText('That run is over.');
    expect(screen.queryByText(/^Cancelled/)).toBeNull();

    backend.client.runs.cancel = cancel;
    const pending = fake?.run.counts.pending;
    if (fake !== undefined) {
      fake.jobs.push({ ...fake.jobs[0], id: 9999, position: fake.jobs.length, state: 'cancelled' } as never);
      fake.run = { ...fake.run, counts: { ...fake.run.counts, cancelled: 1 } };
      act(() => model.accept({ kind: 'run', run: fake.run }));
    }
    confirm();
    await screen.findByText(`Cancelled ${pending} jobs of portraits-edit`);
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
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

describe('the keys of the run that has the focus', () => {
  const focused = () => document.activeElement?.textContent;
  const press = (key: string, held: KeyboardEventInit = {}) =>
    fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held });

  /** The queue unfolded by its key, the focus on its first run; the screen shows the other one. */
  async function entered(): Promise<Rendered> {
    const rendered = await unfolded();
    fireEvent.click(button('Queue'));
    act(() => show(rendered.model.ui, { kind: 'runs', runId: 1 }));
    press('j', { ctrlKey: true });
    await waitFor(() => expect(focused()).toBe('city-sunset'));
    return rendered;
  }

  it('lead from run to run and out again', async () => {
    const { model } = await entered();
    press('ArrowDown');
    expect(focused()).toBe('portraits-edit');
    press('ArrowUp');
    expect(focused()).toBe('city-sunset');
    press('ArrowDown');
    press('Enter');
    expect(model.ui.getState().view).toEqual({ kind: 'runs', runId: 2 });
    press('j', { ctrlKey: true });
    expect(focused()).toBe('Queue');
  });

  it('pause and resume that run, and never the one that the screen shows', async () => {
    const { backend, model } = await entered();
    const resumed: number[] = [];
    const { resume } = backend.client.runs;
    backend.client.runs.resume = async (asked) => {
      resumed.push(asked.runId);
      return resume(asked);
    };
    press('ArrowDown');
    press('Enter', { ctrlKey: true });
    expect(resumed).toEqual([]);
    press('p');
    await screen.findByRole('button', { name: 'Resume portraits-edit' });
    expect(focused()).toBe('portraits-edit');
    press('Enter', { ctrlKey: true });
    press('Enter', { ctrlKey: true, repeat: true });
    await waitFor(() => expect(model.live.getState().runs.get(2)?.state.kind).toBe('running'));
    expect(resumed).toEqual([2]);
  });

  it('change its priority, and stay with it', async () => {
    const { backend } = await entered();
    press('ArrowDown');
    press('+', { shiftKey: true });
    await waitFor(() => expect(names()).toEqual(['portraits-edit', 'city-sunset']));
    expect(backend.runs.get(2)?.run.options.priority).toBe('high');
    expect(focused()).toBe('portraits-edit');
    press('-');
    await waitFor(() => expect(backend.runs.get(2)?.run.options.priority).toBe('normal'));
  });

  it('are those of the next one once it is listed no more, and not those of what the screen shows', async () => {
    const { model } = await entered();
    press('ArrowDown');
    const shown = model.live.getState().runs.get(2);
    if (shown === undefined) {
      throw new Error('the scene has no run 2');
    }
    // Over, while a newer one is, too.
    const over: Run = { ...shown, state: { kind: 'finished' } };
    const newer: Run = { ...over, id: 9, name: 'newer', createdAt: shown.createdAt + 1 };
    act(() => model.accept({ kind: 'run', run: newer }));
    expect(focused()).toBe('portraits-edit');
    act(() => model.accept({ kind: 'run', run: over }));
    expect(names()).toEqual(['city-sunset', 'newer']);
    expect(focused()).toBe('newer');
  });

  it('cancel it after a question, whose keys are its own, and put it back', async () => {
    const { backend, model } = await entered();
    const pending = backend.runs.get(2)?.run.counts.pending;
    const shown = () => model.live.getState().runs.get(2)?.counts;
    press('ArrowDown');
    press('X', { shiftKey: true });
    const dialog = within(screen.getByRole('dialog', { name: 'Cancel portraits-edit?' }));
    fireEvent.keyDown(dialog.getByRole('button', { name: 'Keep the run' }), { key: 'p' });
    expect(shown()?.pending).toBe(pending);
    fireEvent.click(dialog.getByRole('button', { name: `Cancel ${pending} jobs` }));
    await waitFor(() => expect(shown()?.cancelled).toBe(pending));
    act(() => button('portraits-edit').focus());
    press('z', { ctrlKey: true });
    await waitFor(() => expect(shown()).toMatchObject({ pending, cancelled: 0 }));
  });
});
