/** What the review tells of the result on the screen: its row, all that is known of it, and how far measuring is. */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { opened, press, shown } from './testing/open-review';

const inspector = () => screen.queryByRole('complementary', { name: 'Inspector' });

describe('the row under review', () => {
  it('is named above the pictures, and opens all that is known of it, beside the review alone', async () => {
    const { model } = await opened();
    expect(inspector()).toBeNull();
    const row = screen.getByRole('button', { name: /^Row \d+ · \d{4}\.jpg/ });
    expect(row.getAttribute('aria-expanded')).toBe('false');
    fireEvent.click(row);
    expect(row.getAttribute('aria-expanded')).toBe('true');
    const panel = inspector() ?? document.body;
    const index = /\d+/.exec(row.textContent ?? '')?.[0] ?? '';
    expect(within(panel).getByText(`faces/${index.padStart(4, '0')}.jpg`)).toBeTruthy();
    expect(model.ui.getState()).toMatchObject({ isRightOpen: true, isReviewRightOpen: true });
    press('B', { ctrlKey: true, altKey: true });
    expect(inspector()).toBeNull();
    expect(model.ui.getState().isRightOpen).toBe(true);
  });

  it('has its verdict, reasons, rating and note in the inspector as soon as they are given', async () => {
    await opened();
    press('b', { ctrlKey: true, altKey: true });
    press('X', { shiftKey: true });
    press('2');
    press('Escape');
    press('4');
    const note = screen.getByRole('textbox', { name: 'Note' });
    note.focus();
    fireEvent.change(note, { target: { value: 'six fingers' } });
    fireEvent.blur(note);
    const said = within(inspector() ?? document.body).getByRole('region', { name: 'Review' });
    expect(said.textContent).toBe('Rejected★★★★Artifactssix fingers');
    expect(within(said).getByRole('img', { name: 'Rated 4 of 5' })).toBeTruthy();
    press('ArrowRight');
    await shown(2);
    expect(within(inspector() ?? document.body).queryByRole('region', { name: 'Review' })).toBeNull();
  });
});

describe('while results are measured', () => {
  it('says of how many is known whether they are suspicious, where that matters, and asks anew', async () => {
    const { backend, model } = await opened();
    const { counts } = backend.client.review;
    let measured = 3;
    backend.client.review.counts = async (input) => ({ ...(await counts(input)), measured });
    press('s');
    const words = await screen.findByText(/^3 of \d+ measured so far$/);
    const [tile] = backend.runs.get(2)?.jobs ?? [];
    if (tile === undefined) {
      throw new Error('the scene has no job');
    }
    vi.useFakeTimers();
    try {
      measured = 9;
      act(() => model.accept({ kind: 'jobs', runId: 2, jobs: [{ ...tile, suspicion: 0 }] }));
      await act(() => vi.advanceTimersByTimeAsync(2000));
      expect(words.textContent).toMatch(/^9 of \d+ measured so far$/);
    } finally {
      vi.useRealTimers();
    }
    press('s');
    await waitFor(() => expect(screen.queryByText(/measured so far/)).toBeNull());
  });
});
