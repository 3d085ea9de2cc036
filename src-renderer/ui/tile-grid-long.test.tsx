import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';
import { renderApp } from '../testing/render-app';
import { TileGrid } from './tile-grid';

const COUNT = 1_000_000;

function LongGrid({ onOpen = () => undefined }: { readonly onOpen?: () => void }) {
  const [selected, setSelected] = useState<number | undefined>();
  return (
    <>
      <button onClick={() => setSelected((selected ?? 0) + 1)} type="button">
        One more came before it
      </button>
      <TileGrid
        count={COUNT}
        label="Jobs"
        onOpen={onOpen}
        onRange={() => undefined}
        onSelect={setSelected}
        renderTile={(offset) => ({ name: `Job ${offset}`, content: null })}
        selected={selected}
        tileSize={320}
      />
    </>
  );
}

it('leads to the last of a million tiles, draws only those in view, and leads back', async () => {
  await renderApp('empty', <LongGrid />);
  const grid = screen.getByRole('grid');
  fireEvent.keyDown(grid, { key: 'End' });
  await waitFor(() => expect(screen.getByRole('gridcell', { name: `Job ${COUNT - 1}` })).toBeTruthy());
  expect(document.activeElement?.getAttribute('aria-label')).toBe(`Job ${COUNT - 1}`);
  expect(screen.getAllByRole('gridcell').length).toBeLessThan(40);
  fireEvent.keyDown(grid, { key: 'Home' });
  await waitFor(() => expect(screen.getByRole('gridcell', { name: 'Job 0' })).toBeTruthy());
});

it('opens a tile once for a key that is held', async () => {
  const onOpen = vi.fn();
  await renderApp('empty', <LongGrid onOpen={onOpen} />);
  const press = (repeat: boolean) => fireEvent.keyDown(screen.getByRole('grid'), { key: ' ', repeat });
  expect([press(false), press(true), press(true)]).toEqual([false, false, false]);
  expect(onOpen).toHaveBeenCalledTimes(1);
});

it('keeps the focus on a job whose place has changed', async () => {
  await renderApp('empty', <LongGrid />);
  const cell = (offset: number) => screen.getByRole('gridcell', { name: `Job ${offset}` });
  act(() => cell(2).focus());
  const more = screen.getByRole('button', { name: /^One more came/ });
  fireEvent.click(more);
  expect(document.activeElement).toBe(cell(3));
  act(() => more.focus());
  fireEvent.click(more);
  expect(document.activeElement).toBe(more);
});
