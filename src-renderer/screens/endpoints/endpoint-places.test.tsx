/** Where one is on Endpoints, and where the focus is, after going away, adding, unlocking and removing. */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';

async function openEndpoints(endpointId = 'google') {
  const rendered = await renderApp('full', <App />);
  act(() => show(rendered.model.ui, { kind: 'endpoints', endpointId }));
  return rendered;
}
const press = (key: string, held: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held });
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const focusedRow = () => document.activeElement?.closest('[role=row]')?.textContent ?? '';

it('are the same endpoint and tab again after another screen', async () => {
  await openEndpoints('relay');
  fireEvent.click(screen.getByRole('tab', { name: 'Settings' }));
  press('4', { ctrlKey: true });
  expect(screen.queryByRole('heading', { level: 1, name: 'Relay Frankfurt' })).toBeNull();
  press('6', { ctrlKey: true });
  expect(screen.getByRole('heading', { level: 1, name: 'Relay Frankfurt' })).toBeTruthy();
  expect(screen.getByRole('tab', { name: 'Settings', selected: true })).toBeTruthy();
});

it('reach the keys by K, from another tab too, and the next one by an arrow', async () => {
  await openEndpoints();
  press('g');
  await waitFor(() => expect(document.activeElement?.id).toBe('tab-log'));
  press('k');
  await waitFor(() => expect(focusedRow()).toMatch(/^team-a/));
  press('ArrowDown');
  await waitFor(() => expect(focusedRow()).toMatch(/^team-b/));
});

it('are the first new key after keys were added, with the limits they were given', async () => {
  const { model } = await openEndpoints();
  fireEvent.change(screen.getByLabelText('Search keys of this endpoint'), { target: { value: 'team' } });
  fireEvent.click(button('Add keys…'));
  const dialog = within(screen.getByRole('dialog'));
  fireEvent.change(dialog.getByLabelText('Keys'), { target: { value: 'AIzaSyAAAAAAAAAAAA1111' } });
  fireEvent.change(dialog.getByLabelText('Requests per minute'), { target: { value: '12' } });
  expect(dialog.getByText('Limits of each key, 1 set')).toBeTruthy();
  fireEvent.click(dialog.getByRole('button', { name: 'Add 1 key' }));
  await waitFor(() => expect(focusedRow()).toMatch(/…1111/));
  const [google] = model.live.getState().endpoints;
  expect(google?.keys.at(-1)?.limits).toEqual({ requestsPerMinute: 12 });
});

it('are the keys once they were unlocked', async () => {
  const { model } = await openEndpoints();
  act(() => model.accept({ kind: 'vault', vault: { kind: 'passphrase', locked: true } }));
  act(() => button('Unlock…').focus());
  fireEvent.click(button('Unlock…'));
  const request = model.ui.getState().vaultRequest;
  act(() => {
    model.accept({ kind: 'vault', vault: { kind: 'passphrase', locked: false } });
    model.ui.setState({ vaultRequest: null });
    request?.settle(true);
  });
  await waitFor(() => expect(focusedRow()).toMatch(/^team-a/));
});

it('are the next endpoint of the list once one was removed, and its keys are counted before', async () => {
  const { model } = await openEndpoints();
  press('x', { shiftKey: true });
  expect(screen.getByRole('dialog').textContent).toContain('5 keys are erased from the vault with it');
  fireEvent.click(button('Remove endpoint'));
  await waitFor(() => expect(document.activeElement?.matches('.endpoint-item')).toBe(true));
  expect(document.activeElement?.textContent).toContain('Relay Frankfurt');
  expect(model.ui.getState().view).toMatchObject({ endpointId: 'relay' });
});

it('offers the protocol an address looks like', async () => {
  await openEndpoints();
  press('n');
  const dialog = within(screen.getByRole('dialog'));
  const url = 'https://relay.example/v1/chat/completions';
  fireEvent.change(dialog.getByLabelText('Base URL'), { target: { value: url } });
  fireEvent.click(dialog.getByRole('button', { name: 'Use OpenAI' }));
  expect(dialog.getByLabelText<HTMLSelectElement>('Protocol').value).toBe('openai');
  expect(dialog.queryByRole('button', { name: 'Use OpenAI' })).toBeNull();
});
