import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';

const press = (key: string, held: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held });

async function openEndpoints() {
  const rendered = await renderApp('full', <App />);
  act(() => show(rendered.model.ui, { kind: 'endpoints', endpointId: 'google' }));
  const { endpoints, keys } = rendered.backend.client;
  const test = vi.spyOn(endpoints, 'test');
  const update = vi.spyOn(endpoints, 'update');
  const updateKey = vi.spyOn(keys, 'update');
  return { ...rendered, test, update, updateKey };
}

const focusRow = (name: RegExp) => act(() => screen.getByRole('row', { name }).focus());
const google = ({ model }: Awaited<ReturnType<typeof openEndpoints>>) =>
  model.live.getState().endpoints.find(({ endpoint }) => endpoint.id === 'google');

describe('an endpoint, by keyboard', () => {
  it.each([
    ['n', /Add an endpoint/],
    ['a', /Add keys/],
    ['l', /lab/i],
    ['q', /group/],
  ])('%s opens %s', async (key, title) => {
    await openEndpoints();
    press(key);
    expect(screen.getByRole('dialog', { name: title })).toBeTruthy();
  });

  it('pauses and goes on, and is asked once by a key that is held', async () => {
    const opened = await openEndpoints();
    press('p');
    press('p', { repeat: true });
    await waitFor(() => expect(google(opened)?.endpoint.enabled).toBe(false));
    expect(opened.update).toHaveBeenCalledTimes(1);
    press('p');
    await waitFor(() => expect(google(opened)?.endpoint.enabled).toBe(true));
  });

  it('is tested, all its keys', async () => {
    const { test } = await openEndpoints();
    press('t');
    await waitFor(() =>
      expect(test).toHaveBeenCalledWith({ endpointId: 'google', keyId: expect.anything() }),
    );
  });

  it('is edited and left again', async () => {
    const { model } = await openEndpoints();
    press('e');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Name')));
    fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'Google one' } });
    // A letter that is written means nothing else.
    press('x', { shiftKey: true });
    expect(screen.queryByRole('dialog')).toBeNull();
    press('s', { ctrlKey: true });
    expect(await screen.findByRole('heading', { name: 'Google one' })).toBeTruthy();
    act(() => screen.getByRole('tab', { name: 'Settings' }).focus());
    press('g');
    expect(model.ui.getState().view).toMatchObject({ tab: 'log' });
    press('k');
    expect(model.ui.getState().view).toMatchObject({ tab: 'keys' });
  });

  it('is removed after a question', async () => {
    const { model } = await openEndpoints();
    press('x', { shiftKey: true });
    expect(screen.getByRole('dialog', { name: /^Remove .*\?$/ })).toBeTruthy();
    expect(model.live.getState().endpoints.some(({ endpoint }) => endpoint.id === 'google')).toBe(true);
  });

  it('gives way to the next one, which takes the focus in the list and moves there', async () => {
    const { model } = await openEndpoints();
    const ids = () => model.live.getState().endpoints.map(({ endpoint }) => endpoint.id);
    const before = ids();
    const next = before[(before.indexOf('google') + 1) % before.length];
    press(']');
    expect(model.ui.getState().view).toMatchObject({ endpointId: next });
    await waitFor(() => expect(document.activeElement?.className).toContain('endpoint-item'));
    const moved = document.activeElement?.textContent;
    press('ArrowUp', { altKey: true });
    expect(ids().indexOf(next ?? '')).toBe(before.indexOf('google'));
    press('[');
    expect(model.ui.getState().view).not.toMatchObject({ endpointId: next });
    await waitFor(() => expect(document.activeElement?.textContent).not.toBe(moved));
  });
});

describe('a key that has the focus', () => {
  it('is tested and paused itself, not its endpoint', async () => {
    const opened = await openEndpoints();
    focusRow(/^team-b/);
    const keyId = google(opened)?.keys.find(({ label }) => label === 'team-b')?.id;
    press('p');
    await waitFor(() => expect(opened.updateKey).toHaveBeenCalledWith({ keyId, paused: true }));
    expect(opened.update).not.toHaveBeenCalled();
    press('t');
    await waitFor(() => expect(opened.test).toHaveBeenCalledWith({ endpointId: 'google', keyId }));
    expect(opened.test).toHaveBeenCalledTimes(1);
  });

  it('is tried again, edited and removed', async () => {
    const { backend } = await openEndpoints();
    const reset = vi.spyOn(backend.client.keys, 'reset');
    focusRow(/^old/);
    press('r');
    await waitFor(() => expect(reset).toHaveBeenCalledTimes(1));
    press('X', { shiftKey: true });
    expect(screen.getByRole('dialog', { name: 'Remove old?' })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    focusRow(/^old/);
    press('e');
    expect(screen.getByRole('dialog', { name: /old/ })).toBeTruthy();
  });

  it('gives way to the one now at its place, and never to the whole endpoint', async () => {
    const opened = await openEndpoints();
    const reset = vi.spyOn(opened.backend.client.endpoints, 'reset');
    const focused = () => document.activeElement?.closest('[data-key-id]')?.getAttribute('data-key-id');
    focusRow(/^team-c/);
    press('Delete');
    fireEvent.click(screen.getByRole('button', { name: 'Remove key' }));
    // As a browser does once the dialog is closed; here the button was focused before it was open.
    focusRow(/^team-c/);
    await waitFor(() => expect(focused()).toBe('free-1-tt9Z'));

    // The filter loses the last one that it shows.
    fireEvent.click(screen.getByRole('button', { name: /^Waiting for quota/ }));
    focusRow(/^team-b/);
    const view = google(opened);
    if (view === undefined) {
      throw new Error('the scene has no such endpoint');
    }
    const keys = view.keys.map((key) => ({ ...key, state: { status: 'AVAILABLE' as const, since: 0 } }));
    act(() => opened.model.accept({ kind: 'endpoints', endpoints: [{ ...view, keys }] }));
    expect(document.activeElement).toBe(screen.getByRole('grid', { name: /^Keys of/ }));
    press('p');
    press('r');
    press('x', { shiftKey: true });
    expect([reset.mock.calls, opened.update.mock.calls]).toEqual([[], []]);
    expect(screen.queryByRole('dialog')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Show all 4' }));
    expect(screen.getAllByRole('row', { name: /^team/ })).toHaveLength(2);
  });

  it('leaves Enter to the button that has the focus', async () => {
    await openEndpoints();
    act(() => screen.getByRole('button', { name: /^Test old/ }).focus());
    press('Enter');
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

it('tests all keys of all endpoints, and stops', async () => {
  const { backend, model } = await openEndpoints();
  backend.client.endpoints.test = () => new Promise(() => undefined);
  press('T', { shiftKey: true });
  await waitFor(() => expect(model.tests.store.getState().isRunning).toBe(true));
  expect(model.tests.store.getState().targets.length).toBeGreaterThan(5);
  press('T', { shiftKey: true });
  expect(model.tests.store.getState().isRunning).toBe(false);
});
