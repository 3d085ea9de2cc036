import { fireEvent, screen } from '@testing-library/react';
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
