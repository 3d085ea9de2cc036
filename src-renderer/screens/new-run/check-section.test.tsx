import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '@shared/contract';
import { App } from '../../app';
import { openGrant } from '../../state/sources';
import { fakeDataset } from '../../testing/fake-data';
import { renderApp } from '../../testing/render-app';

const GRANT = { token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11', name: 'portraits.csv', isDirectory: false };
const runButton = () => screen.findByRole('button', { name: /^Run 428 rows/ });
const button = (name: string | RegExp) => screen.getByRole('button', { name });

async function opened() {
  const rendered = await renderApp('full', <App />);
  await act(() => openGrant(rendered.model, GRANT));
  await runButton();
  return rendered;
}

describe('the check before a run', () => {
  it('says how many requests, what cost and how long, and checks every row', async () => {
    const { model } = await opened();
    expect(await screen.findByText(/428 rows checked: 26 problems/)).toBeTruthy();
    const estimate = screen.getByRole('region', { name: 'Check' }).textContent;
    expect(estimate).toContain('428requests');
    expect(estimate).toContain('about $14.38 to $21.57');
    expect(estimate).toContain('4 min to 9 min');
    expect(estimate).toContain('347.5 MB');
    const problems = within(screen.getByRole('list', { name: 'Problems of rows' }));
    expect(problems.getAllByRole('listitem')[0]?.textContent).toContain('25 rows');
    fireEvent.click(problems.getByRole('button', { name: 'Look at row 33' }));
    expect(model.draft.getState().previewRow).toBe(33);
  });

  it('of very many rows waits until it is asked for, and can be stopped', async () => {
    const { model, backend } = await renderApp('full', <App />);
    const cuts: (AbortSignal | undefined)[] = [];
    const preflight = backend.client.runs.preflight;
    backend.client.runs.preflight = async (request, options) => {
      cuts.push(options?.signal);
      return await preflight(request, options);
    };
    backend.client.datasets.open = async () => fakeDataset({ id: 1, name: 'portraits.csv', rows: 428 });
    backend.client.runs.plan = async () => ({ rows: 1_000_000, jobs: 1_000_000, warnings: [], blockers: [] });
    await act(() => openGrant(model, GRANT));
    const offer = await screen.findByRole('button', { name: 'Check 1,000,000 rows' });
    expect(cuts).toHaveLength(0);
    fireEvent.click(offer);
    fireEvent.click(await screen.findByRole('button', { name: 'Stop checking' }));
    expect(cuts[0]?.aborted).toBe(true);
    expect(button('Check 1,000,000 rows')).toBeTruthy();
  });
});

describe('what a run is started with', () => {
  it('is its first 3 rows alone, when a look is wanted first', async () => {
    const { backend } = await opened();
    fireEvent.click(button('Try 3 rows first'));
    await waitFor(() => expect(backend.started).toHaveLength(1));
    expect(backend.started[0]?.options.canary).toBe(3);
  });

  it('has caps and priority only where they were set', async () => {
    const { backend } = await opened();
    fireEvent.change(screen.getByLabelText('Priority'), { target: { value: 'low' } });
    fireEvent.change(screen.getByLabelText('Cost cap, $'), { target: { value: '20' } });
    fireEvent.click(await runButton());
    await waitFor(() => expect(backend.started).toHaveLength(1));
    expect(backend.started[0]?.options).toMatchObject({ priority: 'low', caps: { costUsd: 20 } });
    expect(backend.started[0]).not.toHaveProperty('onExisting');
  });
});

describe('locked keys', () => {
  it('are unlocked where the run is put together, and the plan is made anew', async () => {
    const { model, backend } = await opened();
    let plans = 0;
    const plan = backend.client.runs.plan;
    backend.client.runs.plan = async (request) => {
      plans += 1;
      return await plan(request);
    };
    act(() => backend.tell({ kind: 'vault', vault: { kind: 'passphrase', locked: true } }));
    fireEvent.click(await screen.findByRole('button', { name: 'Unlock…' }));
    expect(screen.getByRole('dialog', { name: 'Unlock your keys' })).toBeTruthy();
    await waitFor(() => expect(plans).toBe(1));
    act(() => model.accept({ kind: 'vault', vault: { kind: 'passphrase', locked: false } }));
    await waitFor(() => expect(plans).toBe(2));
    expect(screen.queryByRole('button', { name: 'Unlock…' })).toBeNull();
  });
});

describe('a chosen folder that holds something', () => {
  async function openedWith(folder: string): Promise<readonly RunRequest[]> {
    const { backend } = await opened();
    backend.nextPick = folder;
    fireEvent.click(button('Choose a folder…'));
    await screen.findByRole('group', { name: /The folder holds/ });
    return backend.started;
  }

  it('of a run that asks for the same is gone on with', async () => {
    const started = await openedWith('same-recipe');
    expect(screen.getByRole<HTMLInputElement>('radio', { name: /^Resume “/ }).checked).toBe(true);
    expect(screen.queryByRole('button', { name: /First 3 rows/ })).toBeNull();
    fireEvent.click(button(/^Resume the run/));
    await waitFor(() => expect(started[0]?.onExisting).toBe('resume'));
  });

  it('of another recipe is named and asked about: nothing starts before', async () => {
    const started = await openedWith('other-recipe');
    expect(screen.getByText(/different recipe: the instruction; size 1K instead of 2K/)).toBeTruthy();
    expect((await runButton()).hasAttribute('disabled')).toBe(true);
    expect(screen.getByText(/Choose above what to do/)).toBeTruthy();
    fireEvent.click(screen.getByRole('radio', { name: /Send everything again/ }));
    fireEvent.click(await runButton());
    await waitFor(() => expect(started[0]?.onExisting).toBe('anew'));
  });

  it('with pictures nobody knows offers to count the intact ones as done', async () => {
    const started = await openedWith('earlier-pictures');
    expect(screen.getByText(/413 pictures that this library has no record of/)).toBeTruthy();
    fireEvent.click(screen.getByRole('radio', { name: /Count 411 intact pictures as done/ }));
    fireEvent.click(await runButton());
    await waitFor(() => expect(started[0]?.onExisting).toBe('adopt'));
  });
});
