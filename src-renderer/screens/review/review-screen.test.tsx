import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Review } from '@shared/model/review';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';
import type { Rendered } from '../../testing/render-app';

interface Saved {
  readonly jobId: number;
  readonly review: Review | null;
}

async function opened(): Promise<Rendered & { readonly saved: Saved[] }> {
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

const press = (key: string, more: object = {}) => fireEvent.keyDown(document.body, { key, ...more });
const place = () => document.querySelector('.review-place')?.textContent?.split(' / ')[0];
/** The result at that place is here, with its details. */
const shown = (at: number) =>
  waitFor(
    () => {
      expect(place()).toBe(String(at));
      expect(screen.getByRole('button', { name: /^Accept P/ }).hasAttribute('disabled')).toBe(false);
    },
    { timeout: 10_000 },
  );

describe('the review by keyboard', () => {
  it('saves a verdict per key, goes on by itself, and takes all of them back', async () => {
    const { saved } = await opened();
    const verdicts = ['p', 'x', 'p', 'p', 'x'];
    for (const [at, key] of verdicts.entries()) {
      press(key);
      await shown(at + 2);
    }
    expect(saved.map(({ review }) => review?.verdict)).toEqual([
      'accepted',
      'rejected',
      'accepted',
      'accepted',
      'rejected',
    ]);
    expect(screen.getByText(/reviewed, 60% accepted/)).toBeTruthy();
    for (let left = 5; left > 0; left -= 1) {
      press('z', { ctrlKey: true });
      await shown(left);
    }
    expect(saved.slice(5).map(({ review }) => review?.verdict)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
    expect(screen.getByText(/^0% reviewed/)).toBeTruthy();
  });

  it('stays with Shift, rates with digits, and names reasons with them after a rejection', async () => {
    const { saved } = await opened();
    press('P', { shiftKey: true });
    expect(place()).toBe('1');
    press('4');
    expect(saved.at(-1)?.review).toMatchObject({ verdict: 'accepted', rating: 4 });
    press('x');
    await shown(2);
    const reasons = screen.getByRole('group', { name: 'Why it was rejected' });
    press('2');
    expect(saved.at(-1)).toMatchObject({ jobId: saved[0]?.jobId, review: { reasons: ['Artifacts'] } });
    expect(
      within(reasons)
        .getByRole('button', { name: /Artifacts/ })
        .getAttribute('aria-pressed'),
    ).toBe('true');
    press('ArrowRight');
    await shown(3);
    press('2');
    expect(saved.at(-1)?.review).toMatchObject({ rating: 2, reasons: [] });
  });

  it('types a note without judging anything', async () => {
    const { saved } = await opened();
    press('n');
    const note = screen.getByRole('textbox', { name: 'Note' });
    expect(document.activeElement).toBe(note);
    fireEvent.change(note, { target: { value: 'px u' } });
    fireEvent.keyDown(note, { key: 'x' });
    fireEvent.keyDown(note, { key: 'Enter' });
    expect(saved).toEqual([{ jobId: expect.any(Number) as number, review: { reasons: [], note: 'px u' } }]);
  });
});

describe('a verdict that cannot be saved', () => {
  it('is taken back, with the reason', async () => {
    const { backend } = await opened();
    backend.client.review.set = () => Promise.reject(new Error('The disk of the library is full.'));
    press('p');
    expect(await screen.findByRole('alert')).toBeTruthy();
    expect(screen.getByText(/^0% reviewed/)).toBeTruthy();
  });
});

describe('filters', () => {
  it('show what was said; an empty one says so', async () => {
    await opened();
    press('x');
    await shown(2);
    fireEvent.click(screen.getByRole('button', { name: 'Rejected' }));
    await waitFor(() => expect(document.querySelector('.review-place')?.textContent).toBe('1 / 1'));
    fireEvent.click(screen.getByRole('button', { name: 'Accepted' }));
    expect(await screen.findByRole('heading', { name: 'None of these' })).toBeTruthy();
  });
});

describe('the export', () => {
  it('writes a folder where the user says, shows how far it is, and tells when it is done', async () => {
    const { backend } = await opened();
    press('p');
    await shown(2);
    const asked: unknown[] = [];
    const exportFolder = backend.client.review.exportFolder;
    backend.client.review.exportFolder = async (input, options) => {
      asked.push(input);
      return await exportFolder(input, options);
    };
    fireEvent.click(screen.getByRole('button', { name: 'Export' }));
    fireEvent.click(screen.getByRole('menuitem', { name: /Accepted as dataset folder/ }));
    expect(await screen.findByText(/^Exported \d+ pictures? to a folder in/)).toBeTruthy();
    expect(asked).toMatchObject([{ runId: 2, filter: 'accepted' }]);
    expect(await screen.findByRole('button', { name: 'Export' })).toBeTruthy();
  });
});
