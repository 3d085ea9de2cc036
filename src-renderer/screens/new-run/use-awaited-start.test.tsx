/** A start that is asked for before the plan stands, or the file is read. */
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import type { Dataset } from '@shared/model/run';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../../app';
import { openGrant } from '../../state/sources';
import { fakeDataset } from '../../testing/fake-data';
import { renderApp } from '../../testing/render-app';
import { GRANT, opened, runButton } from './testing/open-new-run';

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
    act(() => backend.tell({ kind: 'dataset', dataset: { ...late, rows: 428, columns, importing: false } }));
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
