/** The size of everything in the window, as it is chosen and remembered. */
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../../testing/render-app';
import { SettingsScreen } from './settings-screen';

it('draws everything at the size that is chosen, and goes back to the default', async () => {
  const { model } = await renderApp('full', <SettingsScreen />);
  const size = screen.getByLabelText<HTMLSelectElement>('Size');
  expect(size.value).toBe('100');
  const told = async () => (await model.backend.client.system.info()).interfaceSize;
  fireEvent.change(size, { target: { value: '150' } });
  await waitFor(() => expect(size.value).toBe('150'));
  expect(await told()).toBe(150);
  fireEvent.click(screen.getByRole('button', { name: 'Reset Size' }));
  await waitFor(() => expect(size.value).toBe('100'));
  expect(await told()).toBe(100);
});
