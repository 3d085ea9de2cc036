/** The new run of a file of 428 rows, opened in the whole app. */
import { act, screen } from '@testing-library/react';
import { App } from '../../../app';
import { openGrant } from '../../../state/sources';
import { renderApp } from '../../../testing/render-app';

export const GRANT = {
  token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11',
  name: 'portraits.csv',
  isDirectory: false,
};
export const runButton = () => screen.findByRole('button', { name: /^Run 428 rows/ });

export async function opened() {
  const rendered = await renderApp('full', <App />);
  await act(() => openGrant(rendered.model, GRANT));
  return rendered;
}
