import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';
import type { Rendered } from '../../testing/render-app';

const press = (key: string, more: object = {}) => fireEvent.keyDown(document.body, { key, ...more });
const decided = (count: number) =>
  waitFor(() => expect(document.querySelector('.review-place')?.textContent).toBe(`${count} / 6`));

async function begun(): Promise<Rendered & { readonly chosen: (string | null)[] }> {
  const rendered = await renderApp('done', <App />);
  const chosen: (string | null)[] = [];
  const { choose } = rendered.backend.client.arena;
  rendered.backend.client.arena.choose = async (input) => {
    chosen.push(input.choice);
    return await choose(input);
  };
  act(() => show(rendered.model.ui, { kind: 'arena', arenaId: null }));
  fireEvent.click(await screen.findByRole('button', { name: 'Compare blind…' }));
  const compare = await screen.findByRole('button', { name: 'Compare 6 pairs' });
  expect(screen.getByText('gemini-nano-banana-2.1 / gpt-image-2')).toBeTruthy();
  fireEvent.click(compare);
  await screen.findByRole('button', { name: /Left is better/ });
  await decided(0);
  return { ...rendered, chosen };
}

describe('a duel', () => {
  it('is blind: nothing on the page tells whose the pictures are', async () => {
    await begun();
    await waitFor(() => expect(screen.getByText(/^Add a red hat to row 0/)).toBeTruthy());
    const page = document.querySelector('.arena')?.innerHTML ?? '';
    expect(page).toContain('<img');
    expect(page).not.toContain('gemini-nano-banana-2.1');
    expect(page).not.toContain('gpt-image-2');
  });

  it('judges no pair of which a picture could not be read, and skips it', async () => {
    const { chosen } = await begun();
    fireEvent.error(screen.getByAltText('Right of pair 1'));
    press('ArrowLeft');
    expect(
      screen.getByText(/^This pair was not judged, since one of its pictures cannot be read/),
    ).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    press('ArrowLeft');
    await decided(1);
    expect(screen.queryByText(/^This pair was not judged/)).toBeNull();
    fireEvent.error(await screen.findByAltText('Left of pair 2'));
    press('ArrowDown');
    press('s');
    await decided(2);
    expect(chosen).toEqual(['left', 'skip']);
  });

  it('takes a key a choice, takes them back in their turn, and ends in win rates with intervals', async () => {
    const { chosen } = await begun();
    for (const [at, key] of ['ArrowLeft', '2', 'ArrowDown', 's', '1'].entries()) {
      press(key);
      await decided(at + 1);
    }
    expect(chosen).toEqual(['left', 'right', 'tie', 'skip', 'left']);
    press('z', { ctrlKey: true });
    await decided(4);
    press('z', { ctrlKey: true });
    await decided(3);
    expect(await screen.findByText(/to row 3,/)).toBeTruthy();
    // What was taken back is asked again, and then what is left.
    for (let at = 4; at <= 6; at += 1) {
      press('ArrowRight');
      await decided(at);
    }
    expect(await screen.findByRole('heading', { name: 'Result' })).toBeTruthy();
    expect(await screen.findAllByRole('img', { name: /won \d+%, between \d+% and \d+%/ })).toHaveLength(2);
    expect(screen.getByText('gpt-image-2')).toBeTruthy();
  });

  it('goes back through choices of earlier sittings, to the very first', async () => {
    const { model } = await begun();
    for (const at of [1, 2]) {
      press('ArrowLeft');
      await decided(at);
    }
    act(() => show(model.ui, { kind: 'arena', arenaId: null }));
    fireEvent.click(await screen.findByRole('button', { name: /^Go on with/ }));
    await decided(2);
    for (const at of [1, 0]) {
      press('z', { ctrlKey: true });
      await decided(at);
      expect(await screen.findByText(new RegExp(`to row ${at},`))).toBeTruthy();
    }
    expect(screen.getByRole<HTMLButtonElement>('button', { name: /^Undo/ }).disabled).toBe(true);
    press('z', { ctrlKey: true });
    await decided(0);
  });

  it('takes its own choice back, not what somebody else has chosen since', async () => {
    const { backend } = await begun();
    press('ArrowLeft');
    await decided(1);
    await backend.client.arena.choose({ pairId: 104, choice: 'tie' });
    press('z', { ctrlKey: true });
    await decided(0);
    expect(await screen.findByText(/to row 0,/)).toBeTruthy();
    expect((await backend.client.arena.get({ arenaId: 1 })).decided).toBe(1);
  });

  it('saves and counts a choice though the next pair was not to be had, and takes that one back', async () => {
    const { backend, chosen } = await begun();
    const { pair } = backend.client.arena;
    const lost = () => Promise.reject(new Error('The connection to Brushfleet was lost.'));
    // Only what is fetched ahead while pair 2 is shown fails.
    backend.client.arena.pair = async (asked) => (asked.from === 2 ? lost() : await pair(asked));
    press('ArrowLeft');
    await decided(1);
    expect(await screen.findByText(/to row 1,/)).toBeTruthy();
    backend.client.arena.pair = pair;
    press('ArrowRight');
    await decided(2);
    expect(await screen.findByText(/to row 2,/)).toBeTruthy();
    press('z', { ctrlKey: true });
    await decided(1);
    expect(await screen.findByText(/to row 1,/)).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(chosen).toEqual(['left', 'right']);
  });

  it('says why there is no next pair, and asks again; the choice before it stands', async () => {
    const { backend, chosen } = await begun();
    const { pair } = backend.client.arena;
    backend.client.arena.pair = () => Promise.reject(new Error('The connection to Brushfleet was lost.'));
    press('ArrowLeft');
    await decided(1);
    press('ArrowLeft');
    expect(await screen.findByText(/to row 1,/)).toBeTruthy();
    await waitFor(() => expect(chosen).toEqual(['left', 'left']));
    expect((await screen.findByRole('alert')).textContent).toBe('The connection to Brushfleet was lost.');
    await decided(2);
    press('ArrowLeft');
    expect(chosen).toHaveLength(2);
    backend.client.arena.pair = pair;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText(/to row 2,/)).toBeTruthy();
    await decided(2);
    press('z', { ctrlKey: true });
    await decided(1);
    expect(await screen.findByText(/to row 1,/)).toBeTruthy();
  });

  it('counts one choice a pair, however fast the keys come', async () => {
    const { chosen } = await begun();
    press('ArrowLeft');
    press('ArrowLeft');
    await decided(1);
    expect(chosen).toEqual(['left']);
  });

  it('hears one word of a key that is held: nobody has seen the pairs that follow', async () => {
    const { chosen } = await begun();
    press('ArrowLeft');
    await decided(1);
    expect(await screen.findByText(/to row 1,/)).toBeTruthy();
    press('ArrowLeft', { repeat: true });
    press('z', { ctrlKey: true, repeat: true });
    expect(chosen).toEqual(['left']);
    // A button goes on as long as Enter is held, unless the browser is told not to.
    const better = screen.getByRole('button', { name: /Left is better/ });
    expect(fireEvent.keyDown(better, { key: 'Enter' })).toBe(true);
    expect(fireEvent.keyDown(better, { key: 'Enter', repeat: true })).toBe(false);
    await decided(1);
  });

  it('tells how it stands when asked, and goes on', async () => {
    await begun();
    press('ArrowLeft');
    await decided(1);
    fireEvent.click(screen.getByRole('button', { name: /^Result so far/ }));
    expect(await screen.findByRole('heading', { name: /^Result so far/ })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: /^Go on comparing/ }));
    expect(await screen.findByRole('button', { name: /Left is better/ })).toBeTruthy();
  });

  it('shows the pairs decided last, and what was chosen, but not whose they are', async () => {
    await begun();
    press('ArrowLeft');
    await decided(1);
    press('ArrowDown');
    await decided(2);
    press('o');
    const last = await screen.findByRole('region', { name: 'Decided last' });
    const [equal, first, ...more] = within(last).getAllByRole('listitem');
    expect(more).toEqual([]);
    expect(equal?.textContent).toMatch(/^Equal Add a red hat to row 1/);
    expect(equal?.querySelector('[data-chosen]')).toBeNull();
    expect(first?.textContent).toMatch(/^Left is better Add a red hat to row 0/);
    const chosen = first?.querySelector<HTMLElement>('[data-chosen]');
    const left = within(chosen!).getByRole('img', { name: 'Left' });
    fireEvent.error(left);
    expect(within(chosen!).getByRole('img').title).toMatch(/^This picture cannot be read/);
  });
});

describe('the list', () => {
  it('goes on with an arena, and removes one with a way back', async () => {
    const { model } = await begun();
    press('ArrowLeft');
    await decided(1);
    act(() => show(model.ui, { kind: 'arena', arenaId: null }));
    expect(await screen.findByText(/1 of 6 decided/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: /^Remove/ }));
    await waitFor(() => expect(screen.queryByText(/1 of 6 decided/)).toBeNull());
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    fireEvent.click(await screen.findByRole('button', { name: /^Go on with/ }));
    await decided(1);
  });
});
