import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { openGrant, openPrompts } from '../../state/sources';
import { fakeDataset } from '../../testing/fake-data';
import { renderApp } from '../../testing/render-app';

import { GRANT, opened, runButton } from './testing/open-new-run';

describe('a new run', () => {
  it('is filled in from the file, and says what it would do before it does it', async () => {
    const { model } = await opened();
    expect(await runButton()).toBeTruthy();
    expect(
      screen.getByText(/428 rows × 1 model × 1 picture = 428 pictures, about \$14\.38 to \$21\.57/),
    ).toBeTruthy();
    expect(screen.getByText(/plain http: keys travel unencrypted/)).toBeTruthy();
    expect(model.draft.getState()).toMatchObject({ task: 'edit', instruction: '{{instruction}}' });
    expect(screen.getByText(/Found by name: image/)).toBeTruthy();
  });

  it('lists unreadable lines with their numbers and is not blocked by them', async () => {
    await opened();
    expect(screen.getByText(/1 line left out, 1 remark/)).toBeTruthy();
    expect(screen.getByText('line 17')).toBeTruthy();
    expect((await runButton()).hasAttribute('disabled')).toBe(false);
  });

  it('previews the instruction of the chosen row while it is written', async () => {
    await opened();
    const field = screen.getByLabelText('What to do with every row’s pictures');
    fireEvent.change(field, { target: { value: 'Paint {{subject}} blue' } });
    expect(await screen.findByText('Paint the woman in the chair blue')).toBeTruthy();
    fireEvent.click(await screen.findByRole('radio', { name: 'Preview row 2' }));
    expect(await screen.findByText('Paint the child blue')).toBeTruthy();
  });

  it('completes a column that is being typed and inserts one by its chip', async () => {
    const { model } = await opened();
    const field = screen.getByLabelText<HTMLTextAreaElement>('What to do with every row’s pictures');
    fireEvent.change(field, { target: { value: 'Paint {{sub', selectionStart: 11, selectionEnd: 11 } });
    const offered = within(screen.getByRole('listbox', { name: 'Columns' })).getAllByRole('option');
    expect(offered.map((option) => option.textContent)).toEqual(['subject']);
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(model.draft.getState().instruction).toBe('Paint {{subject}}');
    expect(screen.queryByRole('listbox', { name: 'Columns' })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Insert image' }));
    expect(model.draft.getState().instruction).toBe('Paint {{subject}} {{image}}');
  });

  it('warns about a column that the dataset does not have', async () => {
    await opened();
    const field = screen.getByLabelText('What to do with every row’s pictures');
    fireEvent.change(field, { target: { value: 'Paint {{colour}}' } });
    expect(await screen.findByText(/no column “colour”/)).toBeTruthy();
  });

  it('says before the start which cap will pause it, and nothing of one that will not', async () => {
    await opened();
    const cap = (label: string, value: string) =>
      fireEvent.change(screen.getByLabelText(label), { target: { value } });
    await runButton();
    cap('Cost cap, $', '10');
    expect(await screen.findByText(/it will pause at the cost cap of \$10\.00/)).toBeTruthy();
    cap('Cost cap, $', '20');
    expect(await screen.findByText(/it may pause at the cost cap of \$20\.00/)).toBeTruthy();
    cap('Cost cap, $', '22');
    cap('Request cap', '427');
    expect(
      await screen.findByText(/428 requests or more: it will pause at the request cap of 427/),
    ).toBeTruthy();
    cap('Request cap', '428');
    await waitFor(() => expect(screen.queryByText(/will pause|may pause/)).toBeNull());
    expect((await runButton()).hasAttribute('disabled')).toBe(false);
  });

  it('starts with Ctrl+Enter, even out of a text field', async () => {
    const { backend } = await opened();
    await runButton();
    fireEvent.keyDown(screen.getByLabelText('Rows'), { key: 'Enter', ctrlKey: true });
    expect(await screen.findByRole('heading', { name: 'portraits.csv' })).toBeTruthy();
    expect(backend.runs.size).toBe(3);
  });

  it('asks for the passphrase of locked keys first, and starts nothing without it', async () => {
    const { model, backend } = await opened();
    await runButton();
    act(() => model.live.setState({ vault: { kind: 'passphrase', locked: true } }));
    expect(screen.getByRole('button', { name: /keys locked · Unlock$/ })).toBeTruthy();
    const press = () => fireEvent.keyDown(screen.getByLabelText('Rows'), { key: 'Enter', ctrlKey: true });
    press();
    expect(await screen.findByRole('dialog', { name: 'Unlock your keys' })).toBeTruthy();
    act(() => model.ui.getState().vaultRequest?.settle(false));
    expect(backend.runs.size).toBe(2);
    await act(async () => model.ui.setState({ vaultRequest: null }));
    await runButton();
    press();
    await screen.findByRole('dialog', { name: 'Unlock your keys' });
    act(() => model.ui.getState().vaultRequest?.settle(true));
    await waitFor(() => expect(backend.runs.size).toBe(3));
  });

  it('cannot start while the plan names what stands in the way', async () => {
    const { backend } = await renderApp('full', <App />);
    backend.client.runs.plan = async () => ({
      rows: 428,
      jobs: 428,
      warnings: [],
      blockers: ['There is no key for Google GenAI.'],
    });
    const { model } = await opened();
    model.backend.client.runs.plan = backend.client.runs.plan;
    act(() => model.draft.setState({ variants: 2 }));
    expect(await screen.findByText('There is no key for Google GenAI.')).toBeTruthy();
    expect((await runButton()).hasAttribute('disabled')).toBe(true);
  });

  it('puts the refusal of a row filter under its field', async () => {
    await opened();
    const field = screen.getByLabelText('Rows');
    fireEvent.change(field, { target: { value: '5-9' } });
    expect(await screen.findByText(/does not understand "5-9"/)).toBeTruthy();
    expect(field.getAttribute('aria-invalid')).toBe('true');
  });

  it('says why a file could not be opened, and stays ready for another', async () => {
    const { model, backend } = await renderApp('full', <App />);
    backend.client.datasets.open = async () => {
      throw new ORPCError('BAD_INPUT', { message: 'empty.csv has no rows.' });
    };
    await act(() => openGrant(model, { ...GRANT, name: 'empty.csv' }));
    expect((await screen.findByRole('alert')).textContent).toContain('empty.csv has no rows.');
    expect(screen.getByRole('button', { name: 'Open a file…' })).toBeTruthy();
  });

  it('takes pasted prompts for pictures from text alone', async () => {
    const { model } = await renderApp('full', <App />);
    await act(() => openPrompts(model, 'A lighthouse\n\nA harbour'));
    expect(model.draft.getState()).toMatchObject({ task: 't2i', instruction: '{{prompt}}' });
    expect(await screen.findByRole('button', { name: /^Run 2 rows/ })).toBeTruthy();
  });

  it('fills itself in when a file tells its columns late, and keeps what was written meanwhile', async () => {
    const { model, backend } = await renderApp('full', <App />);
    const late = fakeDataset({ id: 9, name: 'late.csv', rows: 0, columns: [], importing: true });
    backend.client.datasets.open = async () => late;
    await act(() => openGrant(model, GRANT));
    act(() => model.draft.setState({ instruction: 'Blur it' }));
    act(() => backend.tell({ kind: 'dataset', dataset: { ...late, rows: 3, columns: ['image', 'prompt'] } }));
    await waitFor(() => expect(model.draft.getState().task).toBe('edit'));
    expect(model.draft.getState().instruction).toBe('Blur it');
  });

  it('shows each model with what it takes and costs, hides ended ones, and warns when one is chosen', async () => {
    await opened();
    const row = screen.getByRole('row', { name: /Nano Banana 2\.1/ });
    expect(row.textContent).toContain('up to 14');
    expect(row.textContent).toContain('1K 2K 4K');
    expect(row.textContent).toContain('$0.034 to $0.113');
    expect(screen.queryByRole('row', { name: /GPT Image 1 / })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Show 1 that have ended' }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'GPT Image 1' }));
    expect(screen.getByText(/GPT Image 1 has ended on 2026-10-23/)).toBeTruthy();
  });
});
