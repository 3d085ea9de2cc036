import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { renderApp } from '../../testing/render-app';
import type { FakeBackend } from '../../testing/fake-backend';
import { countSelected } from '../../state/gallery-selection';
import { GalleryPanel } from './gallery-panel';
import { GalleryInspector, GalleryScreen } from './gallery-screen';

async function openGallery() {
  const rendered = await renderApp(
    'done',
    <>
      <GalleryPanel />
      <main className="main">
        <GalleryScreen />
      </main>
      <GalleryInspector />
    </>,
  );
  await screen.findAllByRole('gridcell', { name: /Row 427/ });
  return rendered;
}

/** One more result of the newest run, which comes first. */
function land({ runs }: FakeBackend): void {
  const jobs = runs.get(2)?.jobs ?? [];
  const last = jobs.at(-1);
  if (last !== undefined) {
    const [id, index] = [last.id + 1, last.index + 1];
    jobs.push({ ...last, id, index, row: index, position: last.position + 1, state: 'done', resultId: id });
  }
}

const cell = (name: RegExp) => screen.getByRole('gridcell', { name });
const press = (key: string, more: object = {}) =>
  fireEvent.keyDown(document.activeElement ?? window, { key, ...more });

describe('the gallery', () => {
  it('searches as one types, filters by a facet, leaves a value out, and clears all', async () => {
    const { model } = await openGallery();
    const total = () => model.gallery.store.getState().answer?.total ?? 0;
    const whole = total();
    fireEvent.keyDown(window, { key: '/' });
    const search = screen.getByRole('searchbox');
    expect(document.activeElement).toBe(search);
    fireEvent.change(search, { target: { value: 'no-such-word' } });
    await screen.findByRole('heading', { name: 'Nothing found' });
    fireEvent.click(screen.getByRole('button', { name: 'Clear search and filters' }));
    await waitFor(() => expect(total()).toBe(whole));

    const runs = screen.getByRole('list', { name: 'Run' });
    fireEvent.click(within(runs).getByRole('button', { name: /^city-sunset, / }));
    await waitFor(() => expect(total()).toBeLessThan(whole));
    const some = total();
    fireEvent.click(screen.getByRole('button', { name: 'Remove the filter Run: city-sunset' }));
    await waitFor(() => expect(total()).toBe(whole));
    const value = within(screen.getByRole('list', { name: 'Run' })).getByRole('button', {
      name: /^city-sunset, /,
    });
    fireEvent.keyDown(value, { key: '-' });
    await waitFor(() => expect(total()).toBe(whole - some));
    expect(screen.getByRole('button', { name: 'Remove the filter Run: not city-sunset' })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Clear all' }));
    await waitFor(() => expect(total()).toBe(whole));
  });

  it('selects by click, Ctrl, Shift and keys; and all that match as a choice of its own', async () => {
    const { model } = await openGallery();
    const count = () => countSelected(model.gallery.store.getState().selection);
    fireEvent.click(cell(/Row 427/));
    await waitFor(() => expect(count()).toBe(1));
    fireEvent.click(cell(/Row 425/), { ctrlKey: true });
    await waitFor(() => expect(count()).toBe(2));
    fireEvent.click(cell(/Row 420/), { shiftKey: true });
    await waitFor(() => expect(cell(/Row 420/).getAttribute('aria-selected')).toBe('true'));
    expect(cell(/Row 427/).getAttribute('aria-selected')).toBe('false');
    const ranged = count();
    fireEvent.keyDown(screen.getByRole('grid'), { key: 'ArrowRight', shiftKey: true });
    await waitFor(() => expect(count()).toBe(ranged + 1));
    fireEvent.keyDown(screen.getByRole('grid'), { key: 'ArrowRight', ctrlKey: true });
    expect(count()).toBe(ranged + 1);
    fireEvent.keyDown(screen.getByRole('grid'), { key: ' ', ctrlKey: true });
    await waitFor(() => expect(count()).toBe(ranged + 2));

    fireEvent.keyDown(window, { key: 'a', ctrlKey: true });
    await waitFor(() => expect(count()).toBeGreaterThan(ranged + 2));
    const total = model.gallery.store.getState().answer?.total ?? 0;
    expect(count()).toBeLessThan(total);
    fireEvent.click(screen.getByRole('button', { name: /^Select all .* matching$/ }));
    expect(count()).toBe(total);
    expect(model.gallery.store.getState().selection.chosen.kind).toBe('matching');
    fireEvent.keyDown(window, { key: 'Escape' });
    expect(count()).toBe(0);
  });

  it('accepts and deletes by key, and takes both back', async () => {
    const { model } = await openGallery();
    const answer = () => model.gallery.store.getState().answer;
    fireEvent.click(cell(/Row 427/));
    fireEvent.click(cell(/Row 425/), { ctrlKey: true });
    await screen.findByText('2 selected', { selector: 'b' });
    press('p');
    await waitFor(() => expect(cell(/Row 427.*accepted/)).toBeTruthy());
    press('z', { ctrlKey: true });
    await waitFor(() => expect(screen.queryByRole('gridcell', { name: /Row 427.*accepted/ })).toBeNull());
    press('Delete');
    // A key that is held would go through one picture after the other.
    press('Delete', { repeat: true });
    await waitFor(() => expect(answer()?.trashed).toBe(2));
    press('Delete', { repeat: true });
    expect(screen.queryByRole('gridcell', { name: /Row 427/ })).toBeNull();
    press('z', { ctrlKey: true });
    await waitFor(() => expect(answer()?.trashed).toBe(0));
    press('y', { ctrlKey: true });
    await waitFor(() => expect(answer()?.trashed).not.toBe(0));
  });

  it('judges in the close look what it shows, one after the other, and is left when nothing is left to show', async () => {
    const { model, backend } = await openGallery();
    const { gallery } = model;
    gallery.ask({
      ...gallery.store.getState().query,
      facets: { state: { include: ['done'], exclude: [] }, verdict: { include: ['unset'], exclude: [] } },
    });
    await waitFor(() => expect(gallery.store.getState().answer?.facets.verdict).toHaveLength(1));
    await screen.findAllByRole('gridcell', { name: /Row/ });
    const [first, second] = [gallery.pages.tileAt(0)?.id, gallery.pages.tileAt(1)?.id];
    fireEvent.click(screen.getAllByRole('gridcell')[0]!);
    await screen.findByText('1 selected', { selector: 'b' });
    press('e');
    await screen.findByRole('dialog', { name: 'Close look' });
    press('x');
    await waitFor(() => expect(gallery.focused()?.id).toBe(second));
    await waitFor(() =>
      expect(gallery.store.getState().selection.chosen).toMatchObject({ ids: new Set([second]) }),
    );
    press('p');
    await waitFor(() => expect(gallery.focused()?.id).not.toBe(second));
    const verdictOf = async (id: number | undefined) =>
      (await backend.client.runs.job({ jobId: id ?? 0 })).job.verdict;
    expect([await verdictOf(first), await verdictOf(second)]).toEqual(['rejected', 'accepted']);

    const { query } = gallery.store.getState();
    void gallery.work.change(
      { kind: 'matching', query, except: [] },
      { kind: 'verdict', verdict: 'accepted' },
    );
    await screen.findByRole('heading', { name: 'Nothing found' });
    expect(model.ui.getState().isLoupeOpen).toBe(false);
  });

  it.each(['grid', 'table'] as const)(
    'is in focus where the close look has come to, as a %s',
    async (look) => {
      const { model } = await openGallery();
      const { gallery } = model;
      fireEvent.click(screen.getAllByRole('gridcell')[0]!);
      await screen.findByText('1 selected', { selector: 'b' });
      act(() => gallery.store.setState({ look }));
      const last = () =>
        Number([...document.querySelectorAll<HTMLElement>('[data-offset]')].at(-1)?.dataset['offset']);
      const far = last() + 12;
      press('e');
      const dialog = await screen.findByRole('dialog', { name: 'Close look' });
      for (const _ of Array.from({ length: far })) {
        fireEvent.keyDown(dialog, { key: 'ArrowRight' });
      }
      fireEvent.keyDown(dialog, { key: 'Escape' });
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
      expect(gallery.store.getState().selection.focus).toBe(far);
      expect(last()).toBeGreaterThanOrEqual(far);
      const focused = document.activeElement;
      expect(look === 'grid' ? focused?.getAttribute('data-offset') : focused?.getAttribute('role')).toBe(
        look === 'grid' ? String(far) : 'grid',
      );
    },
  );

  it('does nothing by letters while one types', async () => {
    const { model } = await openGallery();
    fireEvent.click(cell(/Row 427/));
    await waitFor(() => expect(model.gallery.focused()?.index).toBe(427));
    const search = screen.getByRole('searchbox');
    search.focus();
    fireEvent.keyDown(search, { key: 'p' });
    fireEvent.keyDown(search, { key: 'Delete' });
    expect(model.gallery.store.getState().work.kind).toBe('idle');
    expect(model.gallery.store.getState().answer?.trashed).toBe(0);
  });

  it('shows the same focus and selection as a table, and leads to a row', async () => {
    const { model } = await openGallery();
    fireEvent.click(cell(/Row 425/));
    await screen.findByText('1 selected', { selector: 'b' });
    fireEvent.keyDown(window, { key: 't' });
    const row = await screen.findByRole('row', { name: /Row 425/ });
    expect(row.getAttribute('aria-selected')).toBe('true');
    await waitFor(() => expect(row.textContent).toContain('red hat'));
    fireEvent.keyDown(window, { key: 'g', ctrlKey: true });
    fireEvent.change(screen.getByRole('textbox', { name: 'Row' }), { target: { value: '100' } });
    fireEvent.click(screen.getByRole('button', { name: 'Go' }));
    await waitFor(() => expect(model.gallery.focused()?.index).toBe(100));
    fireEvent.keyDown(window, { key: 'g' });
    await waitFor(() => expect(cell(/Row 100/).getAttribute('aria-selected')).toBe('true'));
  });

  it('keeps a query as a view, and takes its removal back', async () => {
    const { model } = await openGallery();
    model.gallery.ask({ ...model.gallery.store.getState().query, sort: 'rating' });
    press('s', { ctrlKey: true });
    fireEvent.change(screen.getByRole('textbox', { name: 'Name' }), { target: { value: 'Best' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save view' }));
    await screen.findByRole('button', { name: 'Best' });
    fireEvent.click(screen.getByRole('button', { name: 'Remove the view Best' }));
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Best' })).toBeNull());
    model.ui.getState().toasts.at(-1)?.action?.run();
    await screen.findByRole('button', { name: 'Best' });
  });

  it('gives the focus of a view that is removed to the next one, and its key never to the results', async () => {
    const { model, backend } = await openGallery();
    const { gallery } = model;
    const { query } = gallery.store.getState();
    for (const name of ['A', 'B', 'C']) {
      await backend.client.gallery.saveView({ name, query: { ...query, text: name } });
    }
    await act(() => gallery.loadViews());
    fireEvent.click(cell(/Row 427/));
    await screen.findByText('1 selected', { selector: 'b' });
    const change = vi.spyOn(gallery.work, 'change');
    const item = (name: string | RegExp) => screen.getByRole('button', { name });
    const isGone = (name: string) => waitFor(() => expect(screen.queryByRole('button', { name })).toBeNull());
    act(() => item('B').focus());
    press('Delete');
    await isGone('B');
    expect(document.activeElement).toBe(item('C'));
    press('Delete', { repeat: true });
    press('Delete');
    await isGone('C');
    expect(document.activeElement).toBe(item('A'));
    press('Delete');
    await isGone('A');
    expect(document.activeElement).toBe(item(/^Everything/));
    press('Delete');
    expect(change).not.toHaveBeenCalled();
  });

  it('waits with its keys behind a dialog, wherever the focus is', async () => {
    const { model } = await openGallery();
    fireEvent.click(cell(/Row 427/));
    await screen.findByText('1 selected', { selector: 'b' });
    press('l');
    await screen.findByRole('dialog', { name: /^Tag/ });
    const change = vi.spyOn(model.gallery.work, 'change');
    for (const key of ['x', 'Delete', 'e']) {
      fireEvent.keyDown(document.body, { key });
    }
    expect(change).not.toHaveBeenCalled();
    expect(model.ui.getState().isLoupeOpen).toBe(false);
  });

  it('tags what it could name, though it could not be counted', async () => {
    const { model, backend } = await openGallery();
    backend.client.gallery.sum = async () => {
      throw new Error('No sum.');
    };
    act(() => model.gallery.pickMatching());
    press('l');
    const dialog = await screen.findByRole('dialog', { name: /^Tag/ });
    await within(dialog).findByText(/No sum/);
    const change = vi.spyOn(model.gallery.work, 'change');
    fireEvent.change(within(dialog).getByLabelText('Tag'), { target: { value: 'later' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Add new tag' }));
    expect(change).toHaveBeenCalledWith(expect.objectContaining({ kind: 'ids' }), {
      kind: 'addTag',
      name: 'later',
    });
  });

  it('keeps an instruction that is being written while results come in, and its words wherever one goes', async () => {
    const { model, backend } = await openGallery();
    const total = () => model.gallery.store.getState().answer?.total ?? 0;
    const name = 'Instruction of this result';
    const edit = async () => fireEvent.click(await screen.findByRole('button', { name: 'Edit and rerun…' }));
    fireEvent.click(cell(/Row 425/));
    await edit();
    const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name });
    fireEvent.change(field, { target: { value: 'Make the hat blue' } });
    const before = total();
    land(backend);
    act(() => model.gallery.refresh());
    await waitFor(() => expect(total()).toBe(before + 1));
    expect(screen.getByRole('textbox', { name })).toBe(field);
    expect(document.activeElement).toBe(field);

    fireEvent.click(cell(/Row 420/));
    await waitFor(() => expect(screen.queryByRole('textbox', { name })).toBeNull());
    fireEvent.click(cell(/Row 425/));
    await waitFor(() => expect(model.gallery.focused()?.index).toBe(425));
    await waitFor(async () => {
      await edit();
      expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name }).value).toBe('Make the hat blue');
    });
  });

  it('sends again what it has counted, and not what has come since', async () => {
    const { model, backend } = await openGallery();
    act(() => model.gallery.pickMatching());
    press('r');
    const button = await screen.findByRole('button', { name: /^Rerun \d+ jobs/ });
    const count = Number(/\d+/.exec(button.textContent)?.[0]);
    land(backend);
    act(() => model.gallery.refresh());
    const rerun = vi.spyOn(backend.client.gallery, 'rerun');
    fireEvent.click(button);
    await waitFor(() => expect(rerun).toHaveBeenCalled());
    const [sent] = rerun.mock.calls[0] ?? [];
    expect(sent?.selection.kind === 'ids' ? sent.selection.jobIds.length : 0).toBe(count);
  });

  it('says what a rerun sends and what it may cost before it is sent', async () => {
    await openGallery();
    fireEvent.click(cell(/Row 427/));
    await screen.findByText('1 selected', { selector: 'b' });
    press('r');
    await screen.findByText(/Sent again as it was, for about/);
    expect(screen.getByRole('button', { name: 'Rerun 1 job' })).toBeTruthy();
  });

  it('compares blind what is selected and nothing else, or says in a sentence why that cannot be', async () => {
    const { model, backend } = await openGallery();
    const asked: unknown[] = [];
    const { create } = backend.client.arena;
    backend.client.arena.create = async (input) => {
      asked.push(input);
      return await create(input);
    };
    const compare = async () =>
      fireEvent.click(await screen.findByRole('menuitem', { name: /^Compare models blind…/ }));
    fireEvent.click(cell(/Row 427/));
    await compare();
    expect(await screen.findByText(/^Only one picture is selected/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Compare' }).hasAttribute('disabled')).toBe(true);
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));

    fireEvent.click(cell(/Row 425/), { ctrlKey: true });
    await compare();
    expect(await screen.findByText('2 selected results')).toBeTruthy();
    fireEvent.click(await screen.findByRole('button', { name: 'Compare 6 pairs' }));
    await waitFor(() => expect(model.ui.getState().view).toEqual({ kind: 'arena', arenaId: 1 }));
    const { chosen } = model.gallery.store.getState().selection;
    const jobIds = chosen.kind === 'ids' ? [...chosen.ids] : [];
    expect(jobIds).toHaveLength(2);
    expect(asked).toEqual([{ selection: { kind: 'ids', jobIds }, kind: 'model' }]);
  });
});
