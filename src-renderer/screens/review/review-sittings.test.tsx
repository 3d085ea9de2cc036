import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';
import type { Rendered } from '../../testing/render-app';

let rendered: Rendered;
beforeEach(async () => {
  rendered = await renderApp('full', <App />);
});

const press = (key: string, more: object = {}) => fireEvent.keyDown(document.body, { key, ...more });
const place = () => document.querySelector('.review-place')?.textContent;
const shown = (at: number) =>
  waitFor(() => {
    expect(place()?.split(' / ')[0]).toBe(String(at));
    expect(screen.getByRole('button', { name: /^Accept P/ }).hasAttribute('disabled')).toBe(false);
  });
const goTo = (digit: string) => press(digit, { ctrlKey: true });
const chosenFilter = (name: string) => screen.getByRole('button', { name }).getAttribute('aria-pressed');
const reviewedRun = () =>
  screen.getByRole<HTMLSelectElement>('combobox', { name: 'Run that is reviewed' }).value;

describe('a sitting that is left', () => {
  it('goes on as it was: run, filter, place, and the way back', async () => {
    const { model } = rendered;
    act(() => show(model.ui, { kind: 'review', runId: 2 }));
    await shown(1);
    press('f');
    await waitFor(() => expect(chosenFilter('All')).toBe('true'));
    await shown(1);
    press('x');
    await shown(2);
    press('ArrowRight');
    await shown(3);
    goTo('2');
    await waitFor(() => expect(place()).toBeUndefined());
    goTo('3');
    await shown(3);
    expect(reviewedRun()).toBe('2');
    expect(chosenFilter('All')).toBe('true');
    press('z', { ctrlKey: true });
    await shown(1);
    expect(screen.getByText(/^0% reviewed/)).toBeTruthy();
  });

  it('keeps the run nobody named, though a newer one has results by now', async () => {
    const { model, backend } = rendered;
    goTo('3');
    await shown(1);
    const first = reviewedRun();
    const run = backend.runs.get(Number(first))?.run;
    if (run === undefined) {
      throw new Error('The run is not there.');
    }
    act(() => model.accept({ kind: 'run', run: { ...run, id: 9, createdAt: run.createdAt + 1000 } }));
    expect(reviewedRun()).toBe(first);
    goTo('5');
    goTo('3');
    await shown(1);
    expect(reviewedRun()).toBe(first);
  });

  it('brings the run that was looked at last, too', async () => {
    const { model } = rendered;
    act(() => show(model.ui, { kind: 'runs', runId: 1 }));
    goTo('5');
    goTo('2');
    expect(model.ui.getState().view).toEqual({ kind: 'runs', runId: 1 });
  });
});

describe('results that cannot be listed', () => {
  it('are asked for again by hand', async () => {
    const { model, backend } = rendered;
    const { queue } = backend.client.review;
    backend.client.review.queue = () => Promise.reject(new Error('The library is busy.'));
    act(() => show(model.ui, { kind: 'review', runId: 2 }));
    expect((await screen.findByRole('alert')).textContent).toContain('The library is busy.');
    backend.client.review.queue = queue;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await shown(1);
  });

  it('leave those that are there, with the sentence above them', async () => {
    const { model, backend } = rendered;
    act(() => show(model.ui, { kind: 'review', runId: 2 }));
    await shown(1);
    press('x');
    await shown(2);
    const { queue } = backend.client.review;
    backend.client.review.queue = () => Promise.reject(new Error('The library is busy.'));
    fireEvent.click(screen.getByRole('button', { name: 'Rejected' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The library is busy.');
    await shown(2);
    backend.client.review.queue = queue;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(place()).toBe('1 / 1'));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
