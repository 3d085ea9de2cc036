import { act, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '../app';
import { renderApp } from '../testing/render-app';

const WIDE = window.innerWidth;

function resize(width: number): void {
  act(() => {
    window.innerWidth = width;
    window.dispatchEvent(new Event('resize'));
  });
}

afterEach(() => {
  window.innerWidth = WIDE;
});

const panels = () => screen.queryAllByRole('complementary').map((one) => one.getAttribute('aria-label'));
const button = (name: string) => screen.getByRole('button', { name });

describe('a window without room for panels beside the work', () => {
  it('folds them, shows one at a time over the work, and has them back as they were', async () => {
    await renderApp('full', <App />);
    expect(panels()).toEqual(['Sources', 'Inspector']);
    resize(640);
    expect(panels()).toEqual([]);
    fireEvent.click(button('Sources'));
    expect(panels()).toEqual(['Sources']);
    fireEvent.click(button('Inspector'));
    expect(panels()).toEqual(['Inspector']);
    fireEvent.click(button('Fold the panel'));
    expect(panels()).toEqual([]);
    resize(WIDE);
    expect(panels()).toEqual(['Sources', 'Inspector']);
  });

  it('folds the panel that something was chosen in', async () => {
    await renderApp('full', <App />);
    resize(640);
    fireEvent.keyDown(window, { key: 'b', ctrlKey: true });
    expect(panels()).toEqual(['Sources']);
    fireEvent.click(
      screen.getAllByRole('button', { name: /city-sunset|demo dataset|portraits/ })[0] as HTMLElement,
    );
    expect(panels()).toEqual([]);
  });
});

it('has a button for each panel that the screen has', async () => {
  await renderApp('full', <App />);
  const sources = button('Sources');
  expect(sources.getAttribute('aria-expanded')).toBe('true');
  fireEvent.click(sources);
  expect(panels()).toEqual(['Inspector']);
  expect(sources.getAttribute('aria-expanded')).toBe('false');
  fireEvent.keyDown(window, { key: ',', ctrlKey: true });
  expect(screen.queryByRole('button', { name: 'Inspector' })).toBeNull();
});
