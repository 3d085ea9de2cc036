import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { Keys, keyWords } from './keys';

afterEach(cleanup);

it.each([
  ['P', 'P', 'P'],
  ['Ctrl+Z', 'Ctrl+Z', '⌘Z'],
  ['Ctrl+Alt+B', 'Ctrl+Alt+B', '⌘⌥B'],
  ['Ctrl+Enter', 'Ctrl+Enter', '⌘↩'],
  ['Shift+→', 'Shift+→', '⇧→'],
  ['Ctrl++', 'Ctrl++', '⌘+'],
  ['+', '+', '+'],
])('%s is %s, and %s on a Mac', (press, words, onMac) => {
  expect([keyWords(press, false), keyWords(press, true)]).toEqual([words, onMac]);
});

it('stands on a cap of its own for each press', () => {
  const { container } = render(<Keys press={['Ctrl+Y', 'Ctrl+Shift+Z']} />);
  expect([...container.querySelectorAll('kbd')].map((key) => key.textContent)).toEqual([
    'Ctrl+Y',
    'Ctrl+Shift+Z',
  ]);
});
