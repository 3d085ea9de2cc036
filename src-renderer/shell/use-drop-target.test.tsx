import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { describe, expect, it } from 'vitest';
import type { Granted } from '../api';
import { App } from '../app';
import { StudioScreen } from '../screens/studio/studio-screen';
import { openImages, openSample } from '../state/sources';
import { show } from '../state/ui-store';
import { renderApp } from '../testing/render-app';
import { listenForDrops } from './use-drop-target';

const png = new File(['x'], 'cat.png', { type: 'image/png' });
const csv = new File(['a,b'], 'rows.csv', { type: 'text/csv' });
const grantOf = (name: string) => ({
  token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11',
  name,
  isDirectory: false,
});

async function openApp(shown: ReactNode = null) {
  const { model, backend } = await renderApp('full', shown);
  const calls: string[] = [];
  let grant: (granted: Granted) => void = () => {};
  let lastDrop = 0;
  window.addEventListener('drop', ({ timeStamp }) => (lastDrop = timeStamp));
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
  // Of the last drop, where none is named.
  return { model, calls, grant: (granted: Granted) => grant({ droppedAt: lastDrop, ...granted }) };
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

  it('a table dropped on the form of a run is waited for from that moment on', async () => {
    const { model, calls, grant } = await openApp();
    act(() => show(model.ui, { kind: 'newRun' }));
    const stop = listenForDrops(model, window, () => undefined);
    const drop = () => fireEvent.drop(document.body, { dataTransfer: { files: [csv], types: ['Files'] } });
    drop();
    expect(model.ui.getState().source).toMatchObject({ kind: 'opening' });
    act(() => grant({ target: 'drop', grants: [grantOf('rows.csv')] }));
    await waitFor(() => expect(model.ui.getState().source).toMatchObject({ kind: 'idle' }));
    expect(calls).toEqual(['open']);
    drop();
    act(() => grant({ target: 'drop', grants: [] }));
    expect(model.ui.getState().source).toMatchObject({ kind: 'refused' });
    drop();
    act(() => grant({ target: 'drop', grants: [], problem: 'It could not be sent.' }));
    expect(model.ui.getState().source).toMatchObject({ kind: 'refused', sentence: 'It could not be sent.' });
    stop();
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

  it('cells of a spreadsheet are words in a field, though a picture of them lies beside', async () => {
    const { model, calls } = await openApp();
    const stop = listenForDrops(model, window, () => undefined);
    const field = document.createElement('textarea');
    document.body.append(field);
    const kinds: Record<string, string> = {
      'text/plain': 'A lighthouse',
      'text/html': '<td>A lighthouse</td>',
    };
    const clipboardData = { files: [png], getData: (type: string) => kinds[type] ?? '' };
    // Not prevented: the field takes them.
    expect(fireEvent.paste(field, { clipboardData })).toBe(true);
    kinds['text/html'] = '';
    expect(fireEvent.paste(field, { clipboardData })).toBe(false);
    await waitFor(() => expect(calls).toEqual(['images cat.png']));
    field.remove();
    const dialog = document.createElement('dialog');
    document.body.append(dialog);
    dialog.showModal();
    expect(fireEvent.paste(document.body, { clipboardData })).toBe(true);
    expect(calls).toHaveLength(1);
    dialog.remove();
    stop();
  });
});

describe('what takes long to be sent, from a browser', () => {
  const song = new File(['x'], 'song.mp3', { type: 'audio/mpeg' });

  async function onForm() {
    const opened = await openApp();
    const { model } = opened;
    act(() => show(model.ui, { kind: 'newRun' }));
    const stop = listenForDrops(model, window, () => undefined);
    /** Answers the time stamp of the drop. */
    const drop = (file: File): number => {
      let at = 0;
      window.addEventListener('drop', ({ timeStamp }) => (at = timeStamp), { once: true });
      fireEvent.drop(document.body, { dataTransfer: { files: [file], types: ['Files'] } });
      return at;
    };
    return { ...opened, stop, drop, source: () => model.ui.getState().source };
  }

  it('is for the form that it was dropped on, whatever is shown once it is there', async () => {
    const { model, calls, grant, drop, source, stop } = await onForm();
    const rows = drop(csv);
    act(() => show(model.ui, { kind: 'text' }));
    const asked = drop(song);
    // The smaller one is there sooner.
    act(() => grant({ target: 'drop', droppedAt: asked, grants: [grantOf('song.mp3')] }));
    expect(model.text.getState().files).toMatchObject([{ name: 'song.mp3', source: { kind: 'file' } }]);
    expect([source().kind, calls]).toEqual(['opening', []]);
    act(() => grant({ target: 'drop', droppedAt: rows, grants: [grantOf('rows.csv')] }));
    await waitFor(() => expect(source().kind).toBe('idle'));
    expect(calls).toEqual(['open']);
    expect(model.draft.getState().datasetId).not.toBeNull();
    expect(model.ui.getState().view.kind).toBe('text');

    act(() => show(model.ui, { kind: 'newRun' }));
    const lost = drop(csv);
    act(() => show(model.ui, { kind: 'studio', treeId: null }));
    act(() => grant({ target: 'drop', droppedAt: lost, grants: [], problem: 'It could not be sent.' }));
    expect(source()).toMatchObject({ kind: 'refused', sentence: 'It could not be sent.' });
    stop();
  });

  it('comes too late for a form that was given something else meanwhile', async () => {
    const { model, calls, grant, drop, source, stop } = await onForm();
    const rows = drop(csv);
    const lost = drop(csv);
    await act(() => openSample(model));
    const { datasetId } = model.draft.getState();
    expect([source().kind, datasetId]).toEqual(['idle', expect.any(Number)]);
    act(() => grant({ target: 'drop', droppedAt: rows, grants: [grantOf('rows.csv')] }));
    await waitFor(() => expect(calls).toEqual(['open']));
    act(() => grant({ target: 'drop', droppedAt: lost, grants: [], problem: 'It could not be sent.' }));
    expect(source().kind).toBe('idle');
    expect(model.ui.getState().toasts.at(-1)?.text).toBe('It could not be sent.');
    expect(model.draft.getState().datasetId).toBe(datasetId);
    stop();
  });
});

const many = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `${at}.png` }));

describe('more loose pictures than are handed over', () => {
  const files = many(201).map(({ name }) => new File(['x'], name, { type: 'image/png' }));
  const grants = many(201).map(({ name }) => grantOf(name));

  async function dropped() {
    const opened = await openApp(<StudioScreen treeId={1} />);
    const { fromPictures } = opened.model.backend.client.datasets;
    opened.model.backend.client.datasets.fromPictures = (request) => {
      opened.calls.push(`${request.grants.length} pictures`);
      return fromPictures(request);
    };
    return { ...opened, stop: listenForDrops(opened.model, window, () => undefined) };
  }

  it('become a run of all of them, by what main calls their files', async () => {
    const { model, calls, grant, stop } = await dropped();
    act(() => show(model.ui, { kind: 'runs', runId: null }));
    fireEvent.drop(document.body, { dataTransfer: { files, types: ['Files'] } });
    expect(model.ui.getState()).toMatchObject({ view: { kind: 'newRun' }, source: { kind: 'opening' } });
    expect(calls).toEqual([]);
    act(() => grant({ target: 'drop', grants }));
    await waitFor(() => expect(calls).toEqual(['201 pictures']));
    await waitFor(() => expect(model.ui.getState().source.kind).toBe('idle'));
    stop();
  });

  it('tell why nothing came of it, where their files cannot be had', async () => {
    const { model, grant, stop } = await dropped();
    act(() => show(model.ui, { kind: 'runs', runId: null }));
    fireEvent.drop(document.body, { dataTransfer: { files, types: ['Files'] } });
    act(() => grant({ target: 'drop', grants: [], problem: 'The files could not be sent.' }));
    expect(model.ui.getState().source).toMatchObject({
      kind: 'refused',
      sentence: 'The files could not be sent.',
    });
    stop();
  });

  it('are offered to a run in the studio, or as many of them as it takes', async () => {
    const { model, calls, grant, stop } = await dropped();
    act(() => show(model.ui, { kind: 'studio', treeId: 1 }));
    fireEvent.drop(document.body, { dataTransfer: { files, types: ['Files'] } });
    expect(await screen.findByText(/^These are 201 pictures; the studio takes 200/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Bring in the first 200' })).toBeTruthy();
    act(() => grant({ target: 'drop', grants }));
    fireEvent.click(await screen.findByRole('button', { name: 'Start a run with all 201' }));
    await waitFor(() => expect(calls).toEqual(['201 pictures']));
    expect(model.ui.getState().view.kind).toBe('newRun');
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
  expect((await screen.findByRole('alert')).textContent).toContain('more than 200 are dropped as files');
});

it('in the studio pictures come in, and a folder is offered to a run instead of starting one', async () => {
  const { model, calls, grant } = await openApp(<StudioScreen treeId={1} />);
  const stop = listenForDrops(model, window, () => undefined);
  act(() => show(model.ui, { kind: 'studio', treeId: 1 }));
  const dataTransfer = { files: [png, csv], types: ['Files'] };
  fireEvent.drop(document.body, { dataTransfer });
  expect(await screen.findByRole('button', { name: /^Picture 1: cat.png/ })).toBeTruthy();
  act(() => grant({ target: 'drop', grants: [{ ...grantOf('holiday'), isDirectory: true }] }));
  expect(calls).toEqual([]);
  fireEvent.click(await screen.findByRole('button', { name: 'Start a run with its pictures' }));
  await waitFor(() => expect(calls).toEqual(['open']));
  expect(model.ui.getState().view.kind).toBe('newRun');
  stop();
});
