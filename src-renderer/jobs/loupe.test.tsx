import { fireEvent, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { renderApp } from '../testing/render-app';
import { Loupe } from './loupe';

it('is left by a press, and not by the space bar that opened it and is still held', async () => {
  const onClose = vi.fn();
  await renderApp(
    'full',
    <Loupe count={1} offset={0} onClose={onClose} onMove={() => undefined} tileAt={() => undefined} />,
  );
  const look = screen.getByRole('dialog', { name: 'Close look' });
  expect(fireEvent.keyDown(look, { key: ' ', repeat: true })).toBe(false);
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.keyDown(look, { key: ' ' });
  expect(onClose).toHaveBeenCalledTimes(1);
});
