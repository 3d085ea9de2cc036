import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';

async function open() {
  const rendered = await renderApp('full', <App />);
  act(() => show(rendered.model.ui, { kind: 'endpoints', endpointId: 'google' }));
  return rendered;
}

const list = () => screen.getByRole('list', { name: 'Endpoints' });
const items = () => within(list()).getAllByRole('button');
const names = () => items().map((item) => item.querySelector('.clip')?.firstChild?.textContent);

describe('the order of endpoints', () => {
  it('changes with Alt and an arrow key', async () => {
    const { backend } = await open();
    const moved: object[] = [];
    const move = backend.client.endpoints.move;
    backend.client.endpoints.move = async (request) => {
      moved.push(request);
      await move(request);
    };
    fireEvent.keyDown(items()[0] as HTMLElement, { key: 'ArrowDown', altKey: true });
    expect(names()).toEqual(['Relay Frankfurt', 'Google official', 'OpenAI official', 'Demo']);
    await waitFor(() => expect(moved).toEqual([{ endpointId: 'google', place: 1 }]));
  });

  it('changes by dragging; a press without a move is a click', async () => {
    const { model } = await open();
    const rows = within(list()).getAllByRole('listitem');
    rows.forEach((row, at) => {
      row.getBoundingClientRect = () => new DOMRect(0, at * 50, 200, 50);
      row.setPointerCapture = () => undefined;
    });
    const first = rows[0] as HTMLElement;
    fireEvent.pointerDown(first, { clientY: 20, button: 0 });
    fireEvent.pointerMove(first, { clientY: 60 });
    fireEvent.pointerMove(first, { clientY: 130 });
    fireEvent.pointerUp(first, { clientY: 130 });
    expect(names()).toEqual(['Relay Frankfurt', 'OpenAI official', 'Google official', 'Demo']);
    fireEvent.pointerDown(rows[1] as HTMLElement, { clientY: 20, button: 0 });
    fireEvent.pointerUp(rows[1] as HTMLElement, { clientY: 20 });
    fireEvent.click(items()[1] as HTMLElement);
    expect(model.ui.getState().view).toMatchObject({ endpointId: 'openai' });
  });

  it('goes back when it is refused, with the sentence', async () => {
    const { backend } = await open();
    backend.client.endpoints.move = async () => {
      throw new ORPCError('NOT_FOUND', { message: 'That endpoint is gone.' });
    };
    fireEvent.keyDown(items()[0] as HTMLElement, { key: 'ArrowDown', altKey: true });
    expect(await screen.findByText('That endpoint is gone.')).toBeTruthy();
    expect(names()[0]).toBe('Google official');
  });
});

describe('the share bar', () => {
  it('previews shares by key, and saves both weights only when told so', async () => {
    const { backend } = await open();
    const saved: (readonly [string, number])[] = [];
    const update = backend.client.endpoints.update;
    backend.client.endpoints.update = async (draft) => {
      saved.push([draft.id, draft.weight]);
      return await update(draft);
    };
    const handle = screen.getByRole('slider', { name: 'Share of Google official against Relay Frankfurt' });
    expect(handle.getAttribute('aria-valuenow')).toBe('67');
    fireEvent.keyDown(handle, { key: 'PageDown' });
    expect(handle.getAttribute('aria-valuenow')).toBe('50');
    expect(items()[0]?.textContent).toContain('77% → 50%');
    expect(saved).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Save weights' }));
    await waitFor(() =>
      expect(saved).toEqual([
        ['google', 1.5],
        ['relay', 1.5],
      ]),
    );
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Save weights' })).toBeNull());
  });

  it('follows the pointer, and forgets it all when discarded', async () => {
    await open();
    const handle = screen.getByRole('slider', { name: /Share of Google official/ });
    handle.setPointerCapture = () => undefined;
    const bar = handle.parentElement as HTMLElement;
    bar.getBoundingClientRect = () => new DOMRect(0, 0, 300, 24);
    fireEvent.pointerDown(handle, { clientX: 200 });
    fireEvent.pointerMove(handle, { clientX: 60 });
    fireEvent.pointerUp(handle, { clientX: 60 });
    expect(handle.getAttribute('aria-valuenow')).toBe('20');
    fireEvent.pointerMove(handle, { clientX: 250 });
    expect(handle.getAttribute('aria-valuenow')).toBe('20');
    fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
    expect(handle.getAttribute('aria-valuenow')).toBe('67');
  });
});

describe('all endpoints', () => {
  it('are tested with progress, and stopped', async () => {
    const { backend } = await open();
    const answers: (() => void)[] = [];
    const test = backend.client.endpoints.test;
    backend.client.endpoints.test = async (request) => {
      await new Promise<void>((answer) => answers.push(answer));
      return await test(request);
    };
    fireEvent.click(screen.getByRole('button', { name: 'Test all keys' }));
    const progress = await screen.findByRole('progressbar', { name: 'Progress of the tests' });
    expect(progress.getAttribute('aria-valuemax')).toBe('8');
    act(() => answers[0]?.());
    await waitFor(() => expect(progress.getAttribute('aria-valuenow')).toBe('1'));
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(screen.getByRole('button', { name: 'Test all keys' })).toBeTruthy();
    expect(answers).toHaveLength(5);
  });

  it('show their health in the status line, which leads to them', async () => {
    const { model } = await renderApp('full', <App />);
    fireEvent.click(screen.getByRole('button', { name: /4\/7 keys ready/ }));
    expect(model.ui.getState().view.kind).toBe('endpoints');
  });
});
