import { ORPCError } from '@orpc/client';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { opened, press, shown } from './testing/open-review';

describe('a rerun in place', () => {
  it('is written above the pictures, keeps the old result as a version, and is taken back by undo', async () => {
    const { backend, saved } = await opened();
    const asked: unknown[] = [];
    const { rerun, takeBack } = backend.client.review;
    backend.client.review.rerun = async (input) => {
      asked.push(input);
      return await rerun(input);
    };
    const taken: unknown[] = [];
    backend.client.review.takeBack = async (input) => {
      taken.push(input);
      await takeBack(input);
    };
    press('P', { shiftKey: true });
    press('i');
    const field = screen.getByRole('textbox', { name: 'Instruction of this result' });
    expect(document.activeElement).toBe(field);
    fireEvent.change(field, { target: { value: 'Make the hat blue' } });
    // Letters are text while one types.
    fireEvent.keyDown(field, { key: 'x' });
    fireEvent.keyDown(field, { key: 'Enter', ctrlKey: true });
    await waitFor(() =>
      expect(asked).toEqual([{ jobId: saved[0]?.jobId, instruction: 'Make the hat blue' }]),
    );
    expect(screen.queryByRole('textbox', { name: 'Instruction of this result' })).toBeNull();
    // Nobody has said anything of the new one.
    await waitFor(() =>
      expect(screen.getByRole('button', { name: /^Accept P/ }).getAttribute('aria-pressed')).toBe('false'),
    );
    press('z', { ctrlKey: true });
    await waitFor(() => expect(taken).toHaveLength(1));
    press('z', { ctrlKey: true });
    await waitFor(() => expect(saved.at(-1)).toMatchObject({ jobId: saved[0]?.jobId }));
    expect(saved.at(-1)?.review).not.toHaveProperty('verdict');
  });

  it('is left with Escape, and nothing is sent', async () => {
    const { backend } = await opened();
    let isSent = false;
    backend.client.review.rerun = async () => {
      isSent = true;
      return Promise.reject(new Error('no'));
    };
    press('i');
    fireEvent.keyDown(screen.getByRole('textbox', { name: 'Instruction of this result' }), { key: 'Escape' });
    expect(screen.queryByRole('textbox', { name: 'Instruction of this result' })).toBeNull();
    expect(isSent).toBe(false);
  });

  it('that is refused says why', async () => {
    const { backend } = await opened();
    backend.client.review.rerun = () => Promise.reject(new Error('The disk of the results is full.'));
    press('r');
    expect(await screen.findByRole('alert')).toBeTruthy();
  });

  it('that is refused keeps what was written, until it is accepted', async () => {
    const { backend } = await opened();
    const { rerun } = backend.client.review;
    backend.client.review.rerun = () => Promise.reject(new Error('The disk of the results is full.'));
    const field = () =>
      screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Instruction of this result' });
    press('i');
    fireEvent.change(await field(), { target: { value: 'Make the hat blue' } });
    fireEvent.keyDown(await field(), { key: 'Enter', ctrlKey: true });
    await screen.findByRole('alert');
    expect((await field()).value).toBe('Make the hat blue');
    // It is of this result alone, and waits for it.
    press('ArrowRight');
    await shown(2);
    expect(screen.queryByRole('textbox', { name: 'Instruction of this result' })).toBeNull();
    press('ArrowLeft');
    await shown(1);
    expect((await field()).value).toBe('Make the hat blue');
    backend.client.review.rerun = rerun;
    fireEvent.keyDown(await field(), { key: 'Enter', ctrlKey: true });
    await waitFor(() =>
      expect(screen.queryByRole('textbox', { name: 'Instruction of this result' })).toBeNull(),
    );
    press('i');
    expect((await field()).value).not.toBe('Make the hat blue');
  });

  it('asks for the passphrase where the vault is locked, and is sent once it is open', async () => {
    const { backend, model } = await opened();
    const { rerun } = backend.client.review;
    let sent = 0;
    const status = { kind: 'passphrase', locked: true } as const;
    backend.client.review.rerun = async (input) => {
      sent += 1;
      return sent === 1 ? await Promise.reject(new ORPCError('VAULT', { data: status })) : await rerun(input);
    };
    press('r');
    await waitFor(() => expect(model.ui.getState().vaultRequest).not.toBeNull());
    act(() => model.ui.getState().vaultRequest?.settle(true));
    await waitFor(() => expect(sent).toBe(2));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
