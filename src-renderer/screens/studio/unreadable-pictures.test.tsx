/** A picture that cannot be read is named in its place, wherever the studio shows it small. */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { resultNode } from '../../testing/fake-nodes';
import { renderApp } from '../../testing/render-app';
import { item, opened, press, tick, write } from '../../testing/render-studio';
import { Spread } from './spread';
import { addInputs } from './studio-actions';

it('names a picture that cannot be read, in the tree, the composer and the list of trees', async () => {
  const { model } = await opened();
  fireEvent.click(item(/woman-with-scarf/));
  act(() =>
    addInputs(model, [
      Number(
        item(/woman-with-scarf/)
          .id.split('-')
          .at(-1),
      ),
    ]),
  );
  for (const place of ['.node-item', '.input-thumb', '.tree-cover']) {
    const [image] = document.querySelectorAll(`${place} > img`);
    expect(image, place).toBeTruthy();
    fireEvent.error(image!);
    const sign = within(document.querySelector<HTMLElement>(`${place}:has(> .unreadable-sign)`)!);
    expect(sign.getByRole('img').title).toMatch(/^“.+” cannot be read\. Put its file back/);
  }
});

it('names a variant that cannot be read, and leaves the others', async () => {
  await renderApp(
    'full',
    <Spread
      onOpen={() => undefined}
      selectedId={2}
      source={undefined}
      variants={[2, 3].map((id) => resultNode(id, { parentId: 1 }))}
    />,
  );
  fireEvent.error(document.querySelectorAll('img')[0]!);
  expect(screen.getByRole('img', { name: /^“step 2.*” cannot be read/ })).toBeTruthy();
  expect(document.querySelectorAll('img')).toHaveLength(1);
});

it('shows a picture on its way as long as it is there', async () => {
  const rendered = await opened();
  fireEvent.click(item(/quiet library/));
  press('e');
  write('Add a cat');
  press('Enter', { ctrlKey: true });
  await waitFor(() => expect(rendered.asked).toHaveLength(1));
  await tick(rendered);
  await tick(rendered);
  fireEvent.error(await screen.findByRole('img', { name: 'Add a cat, not finished' }));
  expect(screen.queryByRole('img', { name: 'Add a cat, not finished' })).toBeNull();
  expect(screen.getByRole('treeitem', { name: 'Add a cat: In flight' })).toBeTruthy();
});
