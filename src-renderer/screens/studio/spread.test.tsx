/** The variants of one request stand so that each is as large as their shape and the room allow. */
import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { resultNode, sourceNode } from '../../testing/fake-nodes';
import { renderApp } from '../../testing/render-app';
import { Spread } from './spread';

// In a room of 740 × 600: see render-app.tsx.
it.each([
  { width: 400, height: 1600, columns: '4' },
  { width: 1000, height: 1000, columns: '2' },
  { width: 2100, height: 300, columns: '1' },
])('$width × $height', async ({ width, height, columns }) => {
  const picture = sourceNode(1).picture;
  await renderApp(
    'full',
    <Spread
      onOpen={() => undefined}
      selectedId={2}
      source={picture === undefined ? undefined : { ...picture, width, height }}
      variants={[2, 3, 4, 5].map((id) => resultNode(id, { parentId: 1, state: 'sent' }))}
    />,
  );
  const list = screen.getByRole('list', { name: 'Variants' });
  expect(list.style.getPropertyValue('--columns')).toBe(columns);
});
