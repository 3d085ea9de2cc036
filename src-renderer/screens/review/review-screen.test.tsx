import { ORPCError } from '@orpc/client';
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
  waitFor(() => {
    expect(place()).toBe(String(at));
    expect(screen.getByRole('button', { name: /^Accept P/ }).hasAttribute('disabled')).toBe(false);
  });

/** The first result is on its way once more. Returns what brings it back. */
async function madeAgain({ backend, model }: Rendered): Promise<() => void> {
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

  it('lays the heat-map over the result, and keeps it from one result to the next', async () => {
    await opened();
    const button = () => screen.getByRole('button', { name: /^Heat-map H/ });
    const maps = () => [...document.querySelectorAll('img')].filter(({ src }) => src.includes('#changed'));
    expect(maps()).toEqual([]);
    press('h');
    expect(button().getAttribute('aria-pressed')).toBe('true');
    expect(maps()).toHaveLength(1);
    const [first] = maps();
    press('p');
    await shown(2);
    expect(maps()).toHaveLength(1);
    expect(maps()[0]?.src).not.toBe(first?.src);
    fireEvent.change(screen.getByRole('slider', { name: /Heat-map/ }), { target: { value: '35' } });
    expect(maps()[0]?.style.opacity).toBe('0.35');
    fireEvent.click(button());
    expect(maps()).toEqual([]);
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

  it('moves on while a key is held, and judges once', async () => {
    const { saved } = await opened();
    press('p', { repeat: true });
    press('x', { repeat: true });
    expect(saved).toEqual([]);
    expect(place()).toBe('1');
    press('ArrowRight', { repeat: true });
    await shown(2);
  });

  it('has its keys again once a choice was made in a list by mouse, and by key once it is left', async () => {
    const { backend } = await opened();
    const jobs = backend.runs.get(2)?.jobs ?? [];
    const at = jobs.findIndex(({ state }) => state === 'done');
    Object.assign(jobs[at] ?? {}, { suspicions: ['unchanged'], suspicion: 1 });
    press('f');
    const list = await screen.findByRole('combobox', { name: 'Only suspicious results' });
    list.focus();
    fireEvent.keyDown(list, { key: 'ArrowDown' });
    fireEvent.change(list, { target: { value: 'any' } });
    expect(document.activeElement).toBe(list);
    fireEvent.keyDown(list, { key: 'Enter' });
    expect(document.activeElement).toBe(document.body);
    list.focus();
    fireEvent.pointerDown(list);
    fireEvent.change(list, { target: { value: '' } });
    expect(document.activeElement).toBe(document.body);
    expect(list.isConnected).toBe(true);
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

  it('leaves what was said after it, and the way back through that', async () => {
    const { backend } = await opened();
    const set = backend.client.review.set;
    let refuse: (error: Error) => void = () => undefined;
    backend.client.review.set = () => new Promise((_, reject) => (refuse = reject));
    press('p');
    await shown(2);
    backend.client.review.set = set;
    press('x');
    await shown(3);
    await act(async () => refuse(new Error('The disk of the library is full.')));
    expect(await screen.findByText(/reviewed, 0% accepted/)).toBeTruthy();
    press('z', { ctrlKey: true });
    await shown(2);
    expect(screen.getByText(/^0% reviewed/)).toBeTruthy();
  });
});

it('says why a result could not be loaded, and asks again', async () => {
  const { backend } = await opened();
  const { job } = backend.client.runs;
  backend.client.runs.job = () => Promise.reject(new Error('The connection to Brushfleet was lost.'));
  press('End');
  expect((await screen.findByRole('alert')).textContent).toContain(
    'This result could not be loaded: The connection to Brushfleet was lost.',
  );
  backend.client.runs.job = job;
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() =>
    expect(screen.getByRole('button', { name: /^Accept P/ }).hasAttribute('disabled')).toBe(false),
  );
  expect(screen.queryByRole('alert')).toBeNull();
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

/** What the review asks for from now on. */
function queuesAsked({ client }: Awaited<ReturnType<typeof opened>>['backend']): readonly unknown[] {
  const asked: unknown[] = [];
  const queue = client.review.queue;
  client.review.queue = async (input) => {
    asked.push(input);
    return await queue(input);
  };
  return asked;
}

describe('the order', () => {
  it('is the run’s, or the most suspicious first, by a key', async () => {
    const { backend } = await opened();
    const asked = queuesAsked(backend);
    press('s');
    await waitFor(() => expect(asked).toMatchObject([{ order: 'suspicious', filter: 'unset' }]));
    expect(screen.getByRole('button', { name: /^Most suspicious first/ }).getAttribute('aria-pressed')).toBe(
      'true',
    );
  });
});

describe('which results', () => {
  it('are shown changes by a key: all, judged so, or only the suspicious', async () => {
    const { backend } = await opened();
    const asked = queuesAsked(backend);
    for (const filter of ['all', 'accepted', 'rejected', 'unset']) {
      press('f');
      await waitFor(() => expect(asked.at(-1)).toMatchObject({ filter }));
    }
    press('f', { shiftKey: true });
    await waitFor(() => expect(asked.at(-1)).toMatchObject({ filter: 'rejected' }));
    press('s', { shiftKey: true });
    await waitFor(() => expect(asked.at(-1)).toMatchObject({ suspicion: 'any' }));
    press('s', { shiftKey: true });
    await waitFor(() => expect(asked.at(-1)).not.toHaveProperty('suspicion', 'any'));
  });

  it('are compared blind by a key', async () => {
    await opened();
    press('b');
    expect(await screen.findByRole('dialog', { name: /blind/i })).toBeTruthy();
  });
});

describe('results of several runs', () => {
  it('are reviewed as they were chosen in the gallery', async () => {
    const { model, backend } = await opened();
    const jobIds = [...backend.runs.values()].flatMap(
      ({ jobs }) => jobs.find(({ state }) => state === 'done')?.id ?? [],
    );
    expect(jobIds).toHaveLength(2);
    act(() => show(model.ui, { kind: 'review', runId: null, selection: { kind: 'ids', jobIds } }));
    await waitFor(() => expect(document.querySelector('.review-place')?.textContent).toBe('1 / 2'));
    // What is not shown yet is not judged.
    await shown(1);
    press('p');
    await shown(2);
  });
});

describe('what comes next', () => {
  it('is fetched before it is asked for: the pictures of the next five results, wherever one stands', async () => {
    const loaded = new Set<string>();
    const Real = globalThis.Image;
    globalThis.Image = class extends Real {
      override set src(url: string) {
        loaded.add(url);
      }
      override get src(): string {
        return '';
      }
    };
    try {
      const { backend } = await opened();
      const ids = await backend.client.review.queue({
        source: { kind: 'run', runId: 2 },
        filter: 'unset',
        order: 'source',
      });
      const ready = (from: number) =>
        waitFor(async () => {
          for (const jobId of ids.slice(from, from + 5)) {
            expect(loaded).toContain((await backend.client.runs.job({ jobId })).output);
          }
        });
      await ready(1);
      for (let at = 1; at <= 4; at += 1) {
        press('ArrowRight');
        await shown(at + 1);
      }
      await ready(5);
    } finally {
      globalThis.Image = Real;
    }
  });
});
