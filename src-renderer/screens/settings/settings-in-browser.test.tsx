/** The settings as a page in a browser has them: to be looked at. */
import { fireEvent, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../../testing/render-app';
import { SettingsScreen } from './settings-screen';

it('says where settings are changed, and lets nothing be changed but the look', async () => {
  let isLoggedOut = false;
  const browser = {
    logOut: async () => {
      isLoggedOut = true;
    },
    fileUrl: () => '',
  };
  await renderApp('full', <SettingsScreen />, { browser });
  expect(screen.getByText(/These settings belong to the computer that runs Brushfleet/)).toBeTruthy();
  const threads = screen.getByLabelText<HTMLInputElement>('Worker threads');
  expect(threads.closest('fieldset[disabled]')).not.toBeNull();
  expect(screen.queryByText('Choose a program…')).toBeNull();
  const dark = screen.getByRole('radio', { name: /Dark/ });
  expect(dark.closest('fieldset[disabled]')).toBeNull();
  expect(screen.queryByLabelText('Size')).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'Log out of this browser' }));
  expect(isLoggedOut).toBe(true);
});

it('has no such sentence in the window', async () => {
  await renderApp('full', <SettingsScreen />);
  expect(screen.queryByText(/belong to the computer that runs Brushfleet/)).toBeNull();
  expect(screen.getByText('Choose a program…')).toBeTruthy();
});
