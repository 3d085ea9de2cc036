import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import type { Dataset } from '@shared/model/run';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../../app';
import { openGrant, openPrompts } from '../../state/sources';
import { fakeDataset } from '../../testing/fake-data';
import { renderApp } from '../../testing/render-app';

const GRANT = { token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11', name: 'portraits.csv', isDirectory: false };
const runButton = () => screen.findByRole('button', { name: /^Run 428 rows/ });

async function opened() {
  const rendered = await renderApp('full', <App />);
  await act(() => openGrant(rendered.model, GRANT));
  return rendered;
}

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

  describe('Ctrl+Enter before the plan stands', () => {
    const press = () => fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true });
    const waiting = () => screen.queryByText(/Working out the plan/);

    /** Plans are answered when the test says so. */
    async function heldPlans() {
      const rendered = await renderApp('full', <App />);
      const { runs } = rendered.backend.client;
      const { plan, start } = runs;
      const held: (() => void)[] = [];
      const starts = vi.fn(start);
      runs.plan = async (...asked) => {
        await new Promise<void>((resolve) => held.push(resolve));
        return plan(...asked);
      };
      runs.start = starts;
      await act(() => openGrant(rendered.model, GRANT));
      await waitFor(() => expect(held.length).toBeGreaterThan(0));
      return { ...rendered, starts, answer: () => act(async () => held.splice(0).forEach((one) => one())) };
    }

    it('says that it waits, and starts once, however often it was pressed', async () => {
      const { starts, answer } = await heldPlans();
      press();
      press();
      expect(waiting()).toBeTruthy();
      expect(starts).not.toHaveBeenCalled();
      await answer();
      expect(await screen.findByRole('heading', { name: 'portraits.csv' })).toBeTruthy();
      press();
      expect(starts).toHaveBeenCalledTimes(1);
    });

    it('is taken back with Esc', async () => {
      const { starts, answer } = await heldPlans();
      press();
      fireEvent.keyDown(document.body, { key: 'Escape' });
      expect(waiting()).toBeNull();
      await answer();
      await runButton();
      expect(starts).not.toHaveBeenCalled();
    });

    it('starts nothing that was changed after it', async () => {
      const { model, starts, answer } = await heldPlans();
      press();
      act(() => model.draft.setState({ variants: 2 }));
      expect(waiting()).toBeNull();
      act(() => model.draft.setState({ variants: 1 }));
      await answer();
      await runButton();
      expect(starts).not.toHaveBeenCalled();
    });

    it('starts nothing that the plan stands in the way of', async () => {
      const { backend, starts, answer, model } = await heldPlans();
      const blockers = ['There is no key for Google GenAI.'];
      await answer();
      await runButton();
      backend.client.runs.plan = async () => ({ rows: 428, jobs: 856, warnings: [], blockers });
      act(() => model.draft.setState({ variants: 2 }));
      press();
      expect(waiting()).toBeTruthy();
      expect(await screen.findByText('There is no key for Google GenAI.')).toBeTruthy();
      expect(waiting()).toBeNull();
      expect(starts).not.toHaveBeenCalled();
    });
  });

  describe('Ctrl+Enter while the file is being opened', () => {
    const press = () => fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true });
    const waiting = () => screen.queryByText(/Still reading the file/);

    /** The file is open when the test says so. */
    async function heldFile(dataset?: Dataset) {
      const rendered = await renderApp('full', <App />);
      const { runs, datasets } = rendered.backend.client;
      const { open } = datasets;
      const starts = vi.fn(runs.start);
      runs.start = starts;
      if (dataset !== undefined) {
        runs.plan = async () => ({ rows: 428, jobs: 428, warnings: [], blockers: [] });
      }
      let go: (error?: Error) => void = () => undefined;
      datasets.open = async (...asked) => {
        await new Promise<void>((resolve, reject) => {
          go = (error) => (error === undefined ? resolve() : reject(error));
        });
        return dataset ?? open(...asked);
      };
      const opening = openGrant(rendered.model, GRANT);
      await screen.findByText('Reading the file…');
      return {
        ...rendered,
        starts,
        opened: (error?: Error) =>
          act(async () => {
            go(error);
            await opening;
          }),
      };
    }

    it('says that it waits, and starts once when its plan stands', async () => {
      const { starts, opened: done } = await heldFile();
      press();
      press();
      expect(waiting()).toBeTruthy();
      await done();
      expect(await screen.findByRole('heading', { name: 'portraits.csv' })).toBeTruthy();
      expect(starts).toHaveBeenCalledTimes(1);
    });

    it('waits for the columns, too', async () => {
      const late = fakeDataset({ id: 9, name: 'late.csv', rows: 0, columns: [], importing: true });
      const { starts, opened: done, backend } = await heldFile(late);
      press();
      await done();
      expect(waiting()).toBeTruthy();
      const columns = ['image', 'instruction'];
      act(() =>
        backend.tell({ kind: 'dataset', dataset: { ...late, rows: 428, columns, importing: false } }),
      );
      await waitFor(() => expect(starts).toHaveBeenCalledTimes(1));
      expect(starts.mock.calls[0]?.[0]).toMatchObject({ datasetId: 9 });
    });

    it('starts nothing once the form is filled in by hand', async () => {
      const late = fakeDataset({ id: 9, name: 'late.csv', rows: 0, columns: [], importing: true });
      const { starts, opened: done, model } = await heldFile(late);
      press();
      await done();
      act(() => model.draft.setState({ instruction: 'Bl' }));
      await waitFor(() => expect(screen.queryByText(/the run starts/)).toBeNull());
      await runButton();
      expect(starts).not.toHaveBeenCalled();
    });

    it('is taken back with Esc', async () => {
      const { starts, opened: done } = await heldFile();
      press();
      fireEvent.keyDown(document.body, { key: 'Escape' });
      expect(waiting()).toBeNull();
      await done();
      await runButton();
      expect(starts).not.toHaveBeenCalled();
    });

    it('starts nothing once the form of the file before is changed', async () => {
      const { model } = await opened();
      await runButton();
      const { runs, datasets } = model.backend.client;
      const starts = vi.fn(runs.start);
      runs.start = starts;
      const { open } = datasets;
      let go: () => void = () => undefined;
      datasets.open = async (...asked) => {
        await new Promise<void>((resolve) => (go = resolve));
        return open(...asked);
      };
      let opening: Promise<void> = Promise.resolve();
      act(() => {
        opening = openGrant(model, GRANT);
      });
      press();
      expect(waiting()).toBeTruthy();
      act(() => model.draft.setState({ variants: 3 }));
      expect(waiting()).toBeNull();
      await act(async () => {
        go();
        await opening;
      });
      await screen.findByRole('button', { name: /^Run / });
      expect(starts).not.toHaveBeenCalled();
    });

    it.each(['first', 'last'] as const)(
      'starts nothing when another file is given after it, read %s',
      async (order) => {
        const { starts, opened: done, model, backend } = await heldFile();
        press();
        let go: () => void = () => undefined;
        const later = fakeDataset({ id: 9, name: 'later.csv', rows: 428, columns: ['image', 'instruction'] });
        backend.client.runs.plan = async () => ({ rows: 428, jobs: 428, warnings: [], blockers: [] });
        backend.client.datasets.open = async () => {
          await new Promise<void>((resolve) => (go = resolve));
          return later;
        };
        let opening: Promise<void> = Promise.resolve();
        act(() => {
          opening = openGrant(model, { ...GRANT, name: 'later.csv' });
        });
        expect(waiting()).toBeNull();
        const read = () =>
          act(async () => {
            go();
            await opening;
          });
        await (order === 'first' ? read() : done());
        await (order === 'first' ? done() : read());
        await runButton();
        expect(model.draft.getState().datasetId).toBe(9);
        expect(starts).not.toHaveBeenCalled();
      },
    );

    it('starts no run of the file before, also when the new one cannot be opened', async () => {
      const { model } = await opened();
      await runButton();
      const { runs, datasets } = model.backend.client;
      const starts = vi.fn(runs.start);
      runs.start = starts;
      let refuse: () => void = () => undefined;
      datasets.open = () =>
        new Promise((_, reject) => {
          refuse = () => reject(new ORPCError('BAD_INPUT', { message: 'empty.csv has no rows.' }));
        });
      let opening: Promise<void> = Promise.resolve();
      act(() => {
        opening = openGrant(model, { ...GRANT, name: 'empty.csv' });
      });
      press();
      expect(waiting()).toBeTruthy();
      await act(async () => {
        refuse();
        await opening;
      });
      expect(waiting()).toBeNull();
      await runButton();
      expect(starts).not.toHaveBeenCalled();
    });
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
