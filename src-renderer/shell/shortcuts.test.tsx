import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { App } from '../app';
import { renderApp } from '../testing/render-app';

it('opens a panel once for a key that is held, and not behind a dialog', async () => {
  const { model } = await renderApp('full', <App />);
  const isOpen = () => model.ui.getState().isDockOpen;
  const press = (held: KeyboardEventInit = {}) =>
    fireEvent.keyDown(document.body, { key: 'j', ctrlKey: true, ...held });
  press();
  press({ repeat: true });
  expect(isOpen()).toBe(true);
  fireEvent.keyDown(document.body, { key: '?' });
  await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
  press();
  expect(isOpen()).toBe(true);
});

it('lets Enter press a button once, however long it is held, and write as many lines as it is held for', async () => {
  await renderApp(
    'empty',
    <>
      <button type="button">Send</button>
      <input aria-label="Name" />
      <textarea aria-label="Prompt" />
    </>,
  );
  const goesThrough = (target: HTMLElement) =>
    [false, true].map((repeat) => fireEvent.keyDown(target, { key: 'Enter', repeat }));
  expect(goesThrough(screen.getByRole('button'))).toEqual([true, false]);
  expect(goesThrough(screen.getByLabelText('Name'))).toEqual([true, false]);
  expect(goesThrough(screen.getByLabelText('Prompt'))).toEqual([true, true]);
  const sent = { key: 'Enter', ctrlKey: true, repeat: true };
  expect(fireEvent.keyDown(screen.getByLabelText('Prompt'), sent)).toBe(false);
});

it('draws everything a step larger or smaller, up to the last one', async () => {
  const { model } = await renderApp('full', <App />);
  const size = () => model.live.getState().info?.interfaceSize;
  const press = async (key: string, expected: number) => {
    expect(fireEvent.keyDown(document.body, { key, ctrlKey: true })).toBe(false);
    await waitFor(() => expect(size()).toBe(expected));
  };
  await press('+', 110);
  await press('=', 125);
  await press('-', 110);
  for (const percent of [100, 90, 80, 80]) {
    await press('-', percent);
  }
});

it('leaves those keys to a browser, which has a zoom of its own', async () => {
  const browser = { logOut: async () => undefined, fileUrl: () => '' };
  await renderApp('full', <App />, { browser });
  expect(fireEvent.keyDown(document.body, { key: '+', ctrlKey: true })).toBe(true);
});
