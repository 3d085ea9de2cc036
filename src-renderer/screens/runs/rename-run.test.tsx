import { ORPCError } from '@orpc/client';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';
import type { Rendered } from '../../testing/render-app';

const nameField = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Name of the run' });
const type = (name: string) => fireEvent.change(nameField(), { target: { value: name } });

let rendered: Rendered;
beforeEach(async () => {
  rendered = await renderApp('full', <App />);
  act(() => show(rendered.model.ui, { kind: 'runs', runId: 2 }));
});
const nameNow = () => rendered.backend.runs.get(2)?.run.name;

it('gives a run another name by its key, and takes it back', async () => {
  const before = nameNow() ?? '';
  fireEvent.keyDown(window, { key: 'F2' });
  expect(document.activeElement).toBe(nameField());
  expect(nameField().value).toBe(before);
  type('  Snow on roofs ');
  fireEvent.keyDown(nameField(), { key: 'Enter' });
  expect(await screen.findByRole('heading', { name: 'Snow on roofs' })).toBeTruthy();
  expect(screen.getByRole('list', { name: 'Runs' }).textContent).toContain('Snow on roofs');
  expect(nameNow()).toBe('Snow on roofs');
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(await screen.findByRole('heading', { name: before })).toBeTruthy();
  expect(nameNow()).toBe(before);
});

it('leaves the name that is given up, blank or the same', async () => {
  const before = nameNow() ?? '';
  fireEvent.doubleClick(screen.getByRole('heading', { name: before }));
  type('Other');
  fireEvent.keyDown(nameField(), { key: 'Escape' });
  for (const name of ['  ', before]) {
    fireEvent.keyDown(window, { key: 'F2' });
    type(name);
    fireEvent.blur(nameField());
    expect(screen.getByRole('heading', { name: before })).toBeTruthy();
  }
  expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
});

it('says why a name was not taken', async () => {
  const before = nameNow() ?? '';
  rendered.backend.client.runs.rename = async () => {
    throw new ORPCError('NOT_FOUND', { message: 'That run is no longer in the library.', defined: true });
  };
  fireEvent.keyDown(window, { key: 'F2' });
  type('Other');
  fireEvent.keyDown(nameField(), { key: 'Enter' });
  await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('no longer in the library'));
  expect(screen.getByRole('heading', { name: before })).toBeTruthy();
});
