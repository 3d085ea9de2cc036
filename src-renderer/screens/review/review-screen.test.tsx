import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { show } from '../../state/ui-store';
import { opened, place, press, shown } from './testing/open-review';

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

  it('accepts no picture that could not be read, and rejects it', async () => {
    const { saved } = await opened();
    const result = () => screen.getByAltText(/^Result of/);
    fireEvent.error(result());
    press('p');
    expect(screen.getByText(/^“\d+\.png” was not accepted, since it cannot be read/)).toBeTruthy();
    expect(saved).toEqual([]);
    expect(place()).toBe('1');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    press('p');
    await shown(2);
    expect(saved.map(({ review }) => review?.verdict)).toEqual(['accepted']);
    // A source is not what is judged.
    fireEvent.error(screen.getAllByAltText(/^Source/)[0]!);
    press('p');
    await shown(3);
    fireEvent.error(result());
    press('x');
    await shown(4);
    expect(saved.map(({ review }) => review?.verdict)).toEqual(['accepted', 'accepted', 'rejected']);
  });

  it('exports what its filters show, without what was judged otherwise since', async () => {
    const { model } = await opened();
    const asked = () => {
      fireEvent.click(screen.getByRole('button', { name: 'Export…' }));
      const { dialog } = model.outgoing.getState();
      act(() => model.outgoing.close());
      return dialog.kind === 'export' ? dialog.subject : null;
    };
    expect(asked()).toEqual({ kind: 'run', runId: 2, name: expect.any(String) });
    press('p');
    await shown(2);
    fireEvent.click(screen.getByRole('button', { name: 'Accepted' }));
    await shown(1);
    expect(asked()).toMatchObject({ kind: 'run', runId: 2, filter: 'accepted' });
    fireEvent.click(screen.getByRole('button', { name: 'All' }));
    await shown(1);
    expect(asked()).toMatchObject({ kind: 'run', runId: 2, filter: 'results' });
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
