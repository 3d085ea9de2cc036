/** The review of a run, opened in the whole app; what it saves is written down. */
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { expect } from 'vitest';
import type { Review } from '@shared/model/review';
import { App } from '../../../app';
import { show } from '../../../state/ui-store';
import { renderApp } from '../../../testing/render-app';
import type { Rendered } from '../../../testing/render-app';

export interface Saved {
  readonly jobId: number;
  readonly review: Review | null;
}

export async function opened(): Promise<Rendered & { readonly saved: Saved[] }> {
  const rendered = await renderApp('full', <App />);
  const saved: Saved[] = [];
  const set = rendered.backend.client.review.set;
  rendered.backend.client.review.set = async (said) => {
    saved.push({ jobId: said.jobId, review: said.review });
    return await set(said);
  };
  act(() => show(rendered.model.ui, { kind: 'review', runId: 2 }));
  await screen.findByRole('button', { name: /^Accept P/ });
  await shown(1);
  return { ...rendered, saved };
}

export const press = (key: string, more: object = {}) => fireEvent.keyDown(document.body, { key, ...more });
export const place = () => document.querySelector('.review-place')?.textContent?.split(' / ')[0];
/** The result at that place is here, with its details. */
export const shown = (at: number) =>
  waitFor(() => {
    expect(place()).toBe(String(at));
    expect(screen.getByRole('button', { name: /^Accept P/ }).hasAttribute('disabled')).toBe(false);
  });

/** The first result is on its way once more. Returns what brings it back. */
export async function madeAgain({ backend, model }: Rendered): Promise<() => void> {
  const [tile] = (backend.runs.get(2)?.jobs ?? []).filter(({ state }) => state === 'done');
  if (tile === undefined) {
    throw new Error('the scene has no result');
  }
  const { job } = backend.client.runs;
  backend.client.runs.job = async (asked) => {
    const { result, output, ...rest } = await job(asked);
    return asked.jobId === tile.id
      ? { ...rest, job: { ...rest.job, state: 'pending' } }
      : { ...rest, ...(result === undefined ? {} : { result }), ...(output === undefined ? {} : { output }) };
  };
  act(() => model.accept({ kind: 'jobs', runId: 2, jobs: [{ ...tile, state: 'pending' }] }));
  await waitFor(() =>
    expect(screen.getByRole('button', { name: /^Accept P/ }).hasAttribute('disabled')).toBe(true),
  );
  return () => {
    backend.client.runs.job = job;
    act(() => model.accept({ kind: 'jobs', runId: 2, jobs: [tile] }));
  };
}
