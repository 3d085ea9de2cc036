import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { madeAgain, opened, place, press, shown } from './testing/open-review';

describe('a note in the review', () => {
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

  it('keeps the note that is typed while its result is made again: no letter of it judges another', async () => {
    const { backend, model, saved } = await opened();
    press('n');
    const note = screen.getByRole<HTMLInputElement>('textbox', { name: 'Note' });
    fireEvent.change(note, { target: { value: 'too dar' } });
    await madeAgain({ backend, model });
    expect([note.isConnected, note.disabled, note.value]).toEqual([true, false, 'too dar']);
    expect(document.activeElement).toBe(note);
    expect(saved).toEqual([]);
  });

  it('says why a note was not saved that is left while its result is made, and has it still when that is back', async () => {
    const { backend, model, saved } = await opened();
    const note = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Note' });
    fireEvent.focus(note());
    fireEvent.change(note(), { target: { value: 'too dark' } });
    const isBack = await madeAgain({ backend, model });
    fireEvent.blur(note());
    expect((await screen.findByRole('alert')).textContent).toContain('still being made');
    expect(saved).toEqual([]);
    // It is of that result alone, and waits for it wherever one goes.
    press('ArrowRight');
    await waitFor(() => expect(place()).toBe('2'));
    expect(note().value).toBe('');
    isBack();
    press('ArrowLeft');
    await shown(1);
    expect(note().value).toBe('too dark');
    fireEvent.focus(note());
    fireEvent.blur(note());
    await waitFor(() => expect(saved.map(({ review }) => review?.note)).toEqual(['too dark']));
    press('z', { ctrlKey: true });
    await waitFor(() => expect(note().value).toBe(''));
  });

  it('keeps a note that the library refused with its result', async () => {
    const { backend } = await opened();
    const note = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Note' });
    backend.client.review.set = () => Promise.reject(new Error('The disk of the library is full.'));
    fireEvent.focus(note());
    fireEvent.change(note(), { target: { value: 'too dark' } });
    fireEvent.blur(note());
    await screen.findByRole('alert');
    press('ArrowRight');
    await shown(2);
    expect(note().value).toBe('');
    press('ArrowLeft');
    await shown(1);
    expect(note().value).toBe('too dark');
  });

  it('shows a note no longer that was taken back, nor saves it again', async () => {
    const { saved } = await opened();
    const note = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Note' });
    fireEvent.focus(note());
    fireEvent.change(note(), { target: { value: 'too dark' } });
    fireEvent.blur(note());
    expect(note().value).toBe('too dark');
    press('z', { ctrlKey: true });
    expect(note().value).toBe('');
    fireEvent.focus(note());
    fireEvent.blur(note());
    expect(saved.map(({ review }) => review?.note)).toEqual(['too dark', '']);
  });
});
