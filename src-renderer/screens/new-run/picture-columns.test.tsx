/** A column whose pictures somebody chose is sent, or it is said that it is not. */
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import type { Dataset } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { openGrant } from '../../state/sources';
import { fakeDataset } from '../../testing/fake-data';
import { renderApp } from '../../testing/render-app';
import { button } from '../../testing/render-studio';

const GRANT = { token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11', name: 'bilder.csv', isDirectory: false };

async function opened(part: Partial<Dataset> = {}) {
  const rendered = await renderApp('full', <App />);
  const { datasets } = rendered.backend.client;
  const columns = ['Bilddatei', 'Instruction'];
  datasets.open = async () => fakeDataset({ id: 9, name: 'bilder.csv', rows: 2, columns, ...part });
  datasets.rows = async () =>
    [0, 1].map((row) => ({
      row,
      index: row,
      fields: { Bilddatei: `m${row}.jpg`, Instruction: 'Blur it' },
      thumbnails: [],
    }));
  await act(() => openGrant(rendered.model, GRANT));
  return rendered;
}

describe('a column with pictures whose name nobody knows', () => {
  it('is pointed out by its cells, and edits its pictures once it is chosen', async () => {
    const { model } = await opened();
    expect(model.draft.getState()).toMatchObject({ task: 't2i', instruction: '{{Instruction}}' });
    expect(await screen.findByText(/cells of “Bilddatei” look like names of pictures/)).toBeTruthy();
    fireEvent.click(button('Bilddatei'));
    expect(model.draft.getState()).toMatchObject({ task: 'edit', imageColumns: ['Bilddatei'] });
    expect(screen.queryByText(/look like names of pictures/)).toBeNull();
    expect(screen.queryByText(/are not sent/)).toBeNull();
  });

  it('is said not to be sent where the task is text alone after all', async () => {
    const { model } = await opened();
    fireEvent.click(button('Bilddatei'));
    fireEvent.click(screen.getByLabelText('Generate from text alone'));
    expect(await screen.findByText(/The pictures of “Bilddatei” are not sent/)).toBeTruthy();
    fireEvent.click(button('Bilddatei'));
    expect(model.draft.getState()).toMatchObject({ task: 't2i', imageColumns: [] });
    expect(screen.queryByText(/are not sent/)).toBeNull();
  });
});

describe('a picture of a row that cannot be read', () => {
  it('is named beside the row, and marked among the first rows', async () => {
    const { model, backend } = await opened();
    const { datasets } = backend.client;
    const { rows } = datasets;
    datasets.rows = async (page) =>
      (await rows(page)).map((row) => ({ ...row, thumbnails: [`media://library/${row.row}`] }));
    fireEvent.click(button('Bilddatei'));
    expect(model.draft.getState().task).toBe('edit');
    const sentence =
      '“m0.jpg” cannot be read. Check that the file is there and is a picture, else nothing is';
    for (const picture of await screen.findAllByAltText('Picture 1 of row 0')) {
      fireEvent.error(picture);
    }
    expect(screen.queryByAltText('Picture 1 of row 0')).toBeNull();
    expect(screen.getByText(new RegExp(sentence))).toBeTruthy();
    expect(screen.getByRole('img', { name: new RegExp(sentence) })).toBeTruthy();
    fireEvent.click(button('Try again'));
    expect(screen.getByAltText('Picture 1 of row 0')).toBeTruthy();
  });
});

describe('remarks on a file', () => {
  const remark = (line: number) => ({ line, severity: 'note' as const, message: `Remark ${line}` });

  it('do not call rows fine that all have one', async () => {
    await opened({ problems: [remark(2), remark(3)] });
    expect(screen.getByText('2 remarks.')).toBeTruthy();
    expect(screen.queryByText(/other rows are fine/)).toBeNull();
  });

  it('of folders that were left out offer to take them in', async () => {
    const message = 'The 2 folders in it are left out.';
    const { model, backend } = await opened({
      format: 'folder',
      problems: [{ line: 1, severity: 'note', message, about: 'folders' }],
    });
    const before = model.draft.getState().datasetId;
    const asked: unknown[] = [];
    backend.client.datasets.withFolders = async (input) => {
      asked.push(input);
      return fakeDataset({ id: 78, name: 'bilder', format: 'folder', rows: 12 });
    };
    expect(screen.queryByText('line 1')).toBeNull();
    fireEvent.click(button('Take them in'));
    await waitFor(() => expect(model.draft.getState().datasetId).toBe(78));
    expect(asked).toEqual([{ datasetId: before }]);
  });

  it('leave the others out', async () => {
    await opened({ problems: [remark(2)] });
    expect(screen.getByText('1 remark. The other rows are fine.')).toBeTruthy();
  });
});
