import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { App } from './app';
import { select } from './state/ui-store';
import { renderApp } from './testing/render-app';

const button = (name: string | RegExp) => screen.getByRole('button', { name });
const press = (key: string, modifiers: object = {}, target: Element = document.body) =>
  fireEvent.keyDown(target, { key, ...modifiers });

describe('first run', () => {
  it('is two clicks from a demo run under way', async () => {
    await renderApp('empty', <App />);
    fireEvent.click(button(/Try the demo/));
    fireEvent.click(await screen.findByRole('button', { name: /Run 24 rows/ }));
    expect(await screen.findByRole('heading', { name: 'demo dataset' })).toBeTruthy();
    expect(screen.getByRole('grid', { name: 'Jobs of demo dataset' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Pause' })).toBeTruthy();
  });

  it('leads to a place for a key and to a file', async () => {
    await renderApp('empty', <App />);
    fireEvent.click(button(/Add a key/));
    expect(await screen.findByRole('dialog', { name: 'Add an endpoint' })).toBeTruthy();
  });
});

describe('the window', () => {
  it('has a tab for each screen that exists, and a key for each tab', async () => {
    await renderApp('full', <App />);
    const tabs = within(screen.getByRole('navigation', { name: 'Screens' })).getAllByRole('button');
    expect(tabs.map((tab) => tab.textContent)).toEqual([
      'Studio',
      'Runs',
      'Review',
      'Gallery',
      'Text',
      'Endpoints',
    ]);
    press('1', { ctrlKey: true });
    expect(screen.getByRole('region', { name: 'Composer' })).toBeTruthy();
    press('3', { ctrlKey: true });
    expect(await screen.findByRole('button', { name: /^Accept P/ })).toBeTruthy();
    press('4', { ctrlKey: true });
    expect(screen.getByRole('heading', { name: 'Gallery' })).toBeTruthy();
    press('5', { ctrlKey: true });
    expect(screen.getByLabelText('Prompt')).toBeTruthy();
    press('6', { ctrlKey: true });
    expect(screen.getByRole('heading', { name: 'Google official' })).toBeTruthy();
    press(',', { ctrlKey: true });
    expect(screen.getByRole('heading', { name: 'Settings' })).toBeTruthy();
    press('n', { ctrlKey: true });
    expect(screen.getByRole('heading', { name: 'New run' })).toBeTruthy();
  });

  it('opens the keys with ?, but not while something is typed; F1 always does', async () => {
    await renderApp('full', <App />);
    press(',', { ctrlKey: true });
    const field = screen.getByLabelText('Requests in flight');
    press('?', {}, field);
    expect(screen.queryByRole('dialog', { name: 'Keyboard shortcuts' })).toBeNull();
    press('F1', {}, field);
    expect(screen.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeTruthy();
  });

  it('leaves a field before its screen goes, so that what is typed is saved', async () => {
    const { backend } = await renderApp('full', <App />);
    press(',', { ctrlKey: true });
    const field = screen.getByLabelText('Requests in flight');
    field.focus();
    fireEvent.change(field, { target: { value: '7' } });
    press('4', { ctrlKey: true }, field);
    await waitFor(async () => expect((await backend.client.settings.get()).concurrency).toBe(7));
  });

  it('stays as it is while a dialog is open', async () => {
    await renderApp('full', <App />);
    const dialog = document.createElement('dialog');
    document.body.append(dialog);
    dialog.showModal();
    press('b', { ctrlKey: true });
    press('4', { ctrlKey: true });
    dialog.remove();
    expect(screen.getByRole('complementary', { name: 'Sources' })).toBeTruthy();
    expect(screen.queryByRole('heading', { name: 'Gallery' })).toBeNull();
  });

  it('folds its panels', async () => {
    await renderApp('full', <App />);
    expect(screen.getByRole('complementary', { name: 'Inspector' })).toBeTruthy();
    press('b', { ctrlKey: true, altKey: true });
    expect(screen.queryByRole('complementary', { name: 'Inspector' })).toBeNull();
    expect(screen.getByRole('complementary', { name: 'Sources' })).toBeTruthy();
    press('b', { ctrlKey: true });
    expect(screen.queryByRole('complementary', { name: 'Sources' })).toBeNull();
  });

  it('says that the connection was lost, and recovers by itself', async () => {
    const { backend } = await renderApp('full', <App />);
    act(() => backend.dropStreams());
    expect(await screen.findByText(/Trying again/)).toBeTruthy();
    await waitFor(() => expect(screen.queryByText(/Trying again/)).toBeNull());
  });
});

describe('a run', () => {
  it('fills placeholders in place as results land', async () => {
    const { backend } = await renderApp('full', <App />);
    const fake = backend.runs.get(2);
    const next = fake?.jobs.find((job) => job.state === 'sent');
    if (next === undefined) {
      throw new Error('the scene has nothing in flight');
    }
    fireEvent.click(button(/In flight/));
    const name = `Row ${next.index}: In flight`;
    await screen.findByRole('gridcell', { name });
    fireEvent.click(button('All'));
    act(() => backend.tick(1));
    await waitFor(() => expect(screen.queryByRole('gridcell', { name })).toBeNull());
  });

  it('moves through its pictures by key, with one tab stop', async () => {
    const { model } = await renderApp('done', <App />);
    const first = await screen.findByRole('gridcell', { name: 'Row 0: Possibly charged' });
    act(() => first.focus());
    press('ArrowRight', {}, first);
    expect(model.ui.getState().selected.get(2)).toBe(1);
    press('ArrowDown', {}, first);
    const columns = Number(screen.getByRole('grid').getAttribute('aria-colcount'));
    expect(model.ui.getState().selected.get(2)).toBe(1 + columns);
    const stops = screen.getAllByRole('gridcell').filter((cell) => cell.tabIndex === 0);
    expect(stops).toHaveLength(1);
    await waitFor(() => expect(document.activeElement).toBe(stops[0]));
    press('Enter', {}, stops[0]);
    expect(screen.getByRole('dialog', { name: 'Close look' })).toBeTruthy();
  });

  it('shows in the loupe one job after another and leaves with the selection moved', async () => {
    const { model } = await renderApp('done', <App />);
    fireEvent.doubleClick(await screen.findByRole('gridcell', { name: 'Row 1: Done' }));
    act(() => select(model.ui, 2, 5));
    const loupe = screen.getByRole('dialog', { name: 'Close look' });
    press('ArrowRight', {}, loupe);
    expect(await within(loupe).findByText('Blocked')).toBeTruthy();
    expect(within(loupe).getByText('7 / 428')).toBeTruthy();
    press('m', {}, loupe);
    expect(within(loupe).getByRole('button', { name: /Slider/ })).toBeTruthy();
    fireEvent.click(within(loupe).getByRole('button', { name: /Close/ }));
    expect(model.ui.getState().selected.get(2)).toBe(6);
  });

  it('filters by kind of failure, tells the remedy, and reruns that kind alone', async () => {
    const { backend } = await renderApp('done', <App />);
    const blocked = backend.runs.get(2)?.run.failures.blocked;
    fireEvent.click(button(/failures, why/));
    expect(await screen.findByText(/The provider refused this content/)).toBeTruthy();
    fireEvent.click(button(`Blocked ${blocked}`));
    await waitFor(() =>
      expect(screen.getAllByRole('gridcell')[0]?.getAttribute('aria-label')).toContain('Blocked'),
    );
    fireEvent.click(button(`Rerun ${blocked} Blocked…`));
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: `Rerun ${blocked}` }));
    await waitFor(() => expect(backend.runs.get(2)?.run.failures.blocked).toBeUndefined());
    expect(backend.runs.get(2)?.run.failures.no_image).toBeGreaterThan(0);
  });

  it('sends what was possibly charged again only after asking', async () => {
    const { backend } = await renderApp('done', <App />);
    fireEvent.click(button('Send 1 again…'));
    expect(backend.runs.get(2)?.run.counts.unknown).toBe(1);
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Send 1 again' }));
    await waitFor(() => expect(backend.runs.get(2)?.run.counts.unknown).toBe(0));
  });

  it('keeps a refusal on screen as its sentence', async () => {
    const { backend } = await renderApp('full', <App />);
    backend.client.runs.stop = async () => {
      throw new ORPCError('NOT_FOUND', { message: 'The run portraits-edit is no longer in the library.' });
    };
    fireEvent.click(button('Pause'));
    expect((await screen.findByRole('alert')).textContent).toContain('no longer in the library');
  });

  it('shows the selected job with its attempts and their failures', async () => {
    await renderApp('done', <App />);
    fireEvent.click(await screen.findByRole('gridcell', { name: /Row 6: Failed, Blocked/ }));
    const inspector = screen.getByRole('complementary', { name: 'Inspector' });
    expect(await within(inspector).findByText(/It may have been charged/)).toBeTruthy();
    expect(within(within(inspector).getByRole('region', { name: 'Attempts' })).getByText(/429/)).toBeTruthy();
  });
});
