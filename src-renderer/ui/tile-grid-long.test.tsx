import { fireEvent, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { renderApp } from '../testing/render-app';
import { TileGrid } from './tile-grid';

const COUNT = 1_000_000;

function LongGrid() {
  const [selected, setSelected] = useState<number | undefined>();
  return (
    <TileGrid
      count={COUNT}
      label="Jobs"
      onOpen={() => undefined}
      onRange={() => undefined}
      onSelect={setSelected}
      renderTile={(offset) => ({ name: `Job ${offset}`, content: null })}
      selected={selected}
      tileSize={320}
    />
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
