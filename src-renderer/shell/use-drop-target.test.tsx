import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Granted } from '../api';
import { App } from '../app';
import { openImages } from '../state/sources';
import { renderApp } from '../testing/render-app';
import { listenForDrops } from './use-drop-target';

const png = new File(['x'], 'cat.png', { type: 'image/png' });
const csv = new File(['a,b'], 'rows.csv', { type: 'text/csv' });
const grantOf = (name: string) => ({
  token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11',
  name,
  isDirectory: false,
});

async function openApp() {
  const { model, backend } = await renderApp('full', null);
  const calls: string[] = [];
  let grant: (granted: Granted) => void = () => {};
  model.backend.onGranted = (listener) => {
    grant = listener;
    return () => undefined;
  };
  const { open, fromImages, fromPrompts } = backend.client.datasets;
  model.backend.client.datasets.open = (request) => {
    calls.push('open');
    return open(request);
  };
  model.backend.client.datasets.fromImages = (request) => {
    calls.push(`images ${request.images.map((image) => image.name).join()}`);
    return fromImages(request);
  };
  model.backend.client.datasets.fromPrompts = (request) => {
    calls.push(`prompts ${request.prompts}`);
    return fromPrompts(request);
  };
  return { model, calls, grant: (granted: Granted) => grant(granted) };
}

describe('things dropped and pasted', () => {
  it('a dropped table is opened by its grant, pictures by themselves, each once', async () => {
    const { model, calls, grant } = await openApp();
    const stop = listenForDrops(model, window, () => undefined);
    fireEvent.drop(document.body, { dataTransfer: { files: [csv], types: ['Files'] } });
    act(() => grant({ target: 'drop', grants: [grantOf('rows.csv')] }));
    fireEvent.drop(document.body, { dataTransfer: { files: [png], types: ['Files'] } });
    act(() => grant({ target: 'drop', grants: [grantOf('cat.png')] }));
    await waitFor(() => expect(calls).toEqual(['open', 'images cat.png']));
    stop();
    fireEvent.drop(document.body, { dataTransfer: { files: [png], types: ['Files'] } });
    expect(calls).toHaveLength(2);
  });

  it('pasted text becomes prompts, unless it is pasted into a field', async () => {
    const { model, calls } = await openApp();
    const stop = listenForDrops(model, window, () => undefined);
    const field = document.createElement('input');
    document.body.append(field);
    const clipboardData = { files: [], getData: () => 'A lighthouse' };
    fireEvent.paste(field, { clipboardData });
    expect(calls).toEqual([]);
    fireEvent.paste(document.body, { clipboardData });
    await waitFor(() => expect(calls).toEqual(['prompts A lighthouse']));
    field.remove();
    stop();
  });
});

it('more pictures than fit into one call are refused with the way out', async () => {
  const { model } = await renderApp('full', <App />);
  await act(() =>
    openImages(
      model,
      Array.from({ length: 201 }, () => png),
    ),
  );
  expect((await screen.findByRole('alert')).textContent).toContain('put more than 200 into a folder');
});
