/** Whether the computer stays awake for a run: chosen here, and as another page has chosen it meanwhile. */
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { withEvent } from '../../state/live-store';
import { renderApp } from '../../testing/render-app';
import { SettingsScreen } from './settings-screen';

it('is saved at once, shown as another page has it, and reset', async () => {
  const { model } = await renderApp('full', <SettingsScreen />);
  const box = () => screen.getByLabelText<HTMLInputElement>(/Keep this computer awake/);
  const saved = () => model.live.getState().settings;
  expect(box().checked).toBe(false);
  fireEvent.click(box());
  await waitFor(() => expect(saved()?.stayAwake).toBe(true));
  fireEvent.click(screen.getByRole('button', { name: 'Reset Stay awake' }));
  await waitFor(() => expect(box().checked).toBe(false));
  const settings = saved();
  if (settings === null) {
    throw new Error('no settings');
  }
  const event = { kind: 'settings', settings: { ...settings, stayAwake: true } } as const;
  act(() => model.live.setState((state) => withEvent(state, event)));
  expect(box().checked).toBe(true);
});
