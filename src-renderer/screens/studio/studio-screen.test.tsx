import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { NEW_TREE } from '../../state/studio';
import {
  button,
  drop,
  field,
  item,
  opened,
  paste,
  png,
  press,
  tick,
  write,
} from '../../testing/render-studio';
import { DRAGGED_NODES, DRAGGED_RESULTS } from './drag-types';
import { editInStudio } from './edit-in-studio';

describe('the composer', () => {
  it('edits a result by two keys and shows its answer where it was awaited', async () => {
    const rendered = await opened();
    fireEvent.click(item(/quiet library/));
    press('e');
    write('Add a cat');
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(rendered.asked).toHaveLength(1));
    expect(rendered.asked[0]).toMatchObject({
      treeId: 1,
      ask: { inputs: [{ nodeId: 17, role: 'subject' }], instruction: 'Add a cat', turn: 'fresh' },
    });
    expect(
      (await screen.findByRole('treeitem', { name: 'Add a cat: Waiting' })).getAttribute('aria-selected'),
    ).toBe('true');
    await tick(rendered);
    expect(await screen.findByRole('treeitem', { name: 'Add a cat: In flight' })).toBeTruthy();
    await tick(rendered);
    expect(await screen.findByRole('img', { name: 'Add a cat, not finished' })).toBeTruthy();
    await tick(rendered);
    const done = await screen.findByRole('treeitem', { name: 'Add a cat: Done' });
    expect(done.getAttribute('aria-level')).toBe('5');
    expect(screen.getByText(/4% changed/)).toBeTruthy();
  });

  it('locks the rest and has the instruction improved by a key, where there is something to lock and to improve', async () => {
    await opened();
    press('d');
    press('w');
    expect(screen.queryByRole('checkbox', { name: /^Lock the rest/ })).toBeNull();
    expect(screen.queryByRole('dialog')).toBeNull();
    fireEvent.click(item(/quiet library/));
    press('e');
    press('d');
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: /^Lock the rest/ }).checked).toBe(true);
    press('d');
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: /^Lock the rest/ }).checked).toBe(false);
    write('Add a cat');
    press('w');
    expect(screen.getByRole('dialog', { name: 'Improve my instruction' })).toBeTruthy();
  });

  it('says how many it makes, and fills all places of a request', async () => {
    const rendered = await opened('empty');
    expect(button(/^Generate 1 picture/).hasAttribute('disabled')).toBe(true);
    write('A lighthouse');
    fireEvent.change(screen.getByLabelText('Variants'), { target: { value: '4' } });
    fireEvent.click(button(/^Generate 4 pictures/));
    const spread = within(await screen.findByRole('list', { name: 'Variants' }));
    expect(spread.getAllByRole('button', { name: /Waiting/ })).toHaveLength(4);
    expect(rendered.asked[0]).toMatchObject({ treeId: null, ask: { inputs: [], variants: 4 } });
    for (let step = 0; step < 3; step += 1) {
      await tick(rendered);
    }
    await waitFor(() => expect(spread.getAllByRole('button', { name: /Done/ })).toHaveLength(4));
    // The words stay: the next try is often the same with one word changed.
    expect(field().value).toBe('A lighthouse');
    fireEvent.keyDown(spread.getByRole('button', { name: /variant 3/ }), { key: 'Enter' });
    await waitFor(() => expect(screen.queryByRole('list', { name: 'Variants' })).toBeNull());
    expect(item(/variant 3/).getAttribute('aria-selected')).toBe('true');
  });

  it('asks for the blanks of an instruction before it is sent', async () => {
    const { asked } = await opened('empty');
    write('A {{colour}} boat');
    expect(screen.getByText('Fill in {{colour}}.')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('{{colour}}'), { target: { value: 'red' } });
    fireEvent.click(button(/^Generate 1 picture/));
    await waitFor(() => expect(asked[0]?.ask.instruction).toBe('A red boat'));
  });

  it('walks through earlier instructions and comes back to what was being written', async () => {
    await opened();
    write('half a thought');
    const walk = async (key: string, expected: string) => {
      fireEvent.keyDown(field(), { key, ctrlKey: true });
      await waitFor(() => expect(field().value).toBe(expected));
    };
    await walk('ArrowUp', 'Turn on the lamps');
    await walk('ArrowUp', 'Add reading glasses');
    await walk('ArrowDown', 'Turn on the lamps');
    await walk('ArrowDown', 'half a thought');
  });

  it('takes tiles and nodes, each with a role, in an order of one’s own', async () => {
    const { asked } = await opened();
    drop(DRAGGED_NODES, [11, 12]);
    drop(DRAGGED_RESULTS, [2_000_005]);
    await screen.findByRole('button', { name: /^Picture 3:/ });
    const roles = () =>
      screen.getAllByLabelText<HTMLSelectElement>(/^Role of picture/).map(({ value }) => value);
    expect(roles()).toEqual(['subject', 'reference', 'reference']);
    fireEvent.change(screen.getByLabelText('Role of picture 2'), { target: { value: 'style' } });
    fireEvent.keyDown(button(/^Picture 2:/), { key: 'ArrowLeft', altKey: true });
    expect(roles()).toEqual(['style', 'subject', 'reference']);
    fireEvent.click(button('Take out picture 3'));
    write('Put the hat on her');
    fireEvent.click(button(/^Edit 1 picture with 1 more/));
    await waitFor(() =>
      expect(asked[0]?.ask.inputs).toEqual([
        { nodeId: 12, role: 'style' },
        { nodeId: 11, role: 'subject' },
      ]),
    );
  });

  it('lets its pictures go one by one, and the key that does so means none of the tree', async () => {
    const { model, backend } = await opened();
    const prune = vi.spyOn(backend.client.studio, 'prune');
    const focused = () => document.activeElement?.getAttribute('aria-label');
    drop(DRAGGED_NODES, [11, 12, 13]);
    (await screen.findByRole('button', { name: /^Picture 2:/ })).focus();
    press('Delete');
    press('Delete', { repeat: true });
    expect(
      model.studio
        .getState()
        .drafts.get(1)
        ?.inputs.map(({ nodeId }) => nodeId),
    ).toEqual([11, 13]);
    expect(focused()).toMatch(/^Picture 2/);
    press('Backspace');
    expect(focused()).toMatch(/^Picture 1/);
    button('Take out picture 1').focus();
    fireEvent.click(button('Take out picture 1'));
    expect(document.activeElement?.textContent).toBe('Drop or choose pictures');
    press('Delete');
    expect(prune).not.toHaveBeenCalled();
  });

  it('continues the conversation only where that is possible, and shows which', async () => {
    await opened();
    fireEvent.click(item(/Warmer light/));
    press('e');
    write('Add a scarf');
    const turn = screen.getByLabelText<HTMLSelectElement>('Turn');
    expect([turn.value, turn.disabled]).toEqual(['conversation', false]);
    expect(screen.getByText(/· continues the conversation$/)).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Model'), { target: { value: 'openai gpt-image-2' } });
    expect(screen.queryByLabelText('Turn')).toBeNull();
    expect(screen.getByText(/· a fresh edit$/)).toBeTruthy();
    expect(screen.getByLabelText('Quality')).toBeTruthy();
  });

  it('sends once what is asked for twice, and a held key sends nothing', async () => {
    const { backend, asked } = await opened('empty');
    const send = backend.client.studio.send;
    let go = (): void => undefined;
    backend.client.studio.send = async (input) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return await send(input);
    };
    const calls = vi.spyOn(backend.client.studio, 'send');
    write('A lighthouse');
    press('Enter', { ctrlKey: true, repeat: true });
    expect(calls).not.toHaveBeenCalled();
    const primary = button(/^Generate 1 picture/);
    fireEvent.click(primary);
    fireEvent.click(primary);
    press('Enter', { ctrlKey: true });
    const sending = await screen.findByRole('button', { name: /^Sending…/ });
    expect(sending.getAttribute('aria-disabled')).toBe('true');
    await waitFor(() => expect(calls).toHaveBeenCalledTimes(1));
    await act(async () => go());
    await waitFor(() => expect(asked).toHaveLength(1));
    await waitFor(() => expect(button(/^Generate 1 picture/).getAttribute('aria-disabled')).not.toBe('true'));
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(calls).toHaveBeenCalledTimes(2));
  });

  it('keeps another new tree on screen, with its words, while the one before begins', async () => {
    const { backend, model } = await opened('empty');
    const { send } = backend.client.studio;
    let go = (): void => undefined;
    const answered = new Promise<void>((resolve) => (go = resolve));
    backend.client.studio.send = async (input) => {
      await answered;
      return await send(input);
    };
    write('A lighthouse');
    press('Enter', { ctrlKey: true });
    act(() => field().blur());
    press('t');
    write('A boat');
    await act(async () => go());
    await waitFor(() => expect(model.studio.getState().isSending).toBe(false));
    expect(model.trees.getState().trees?.size).toBe(1);
    expect(field().value).toBe('A boat');
    expect(model.studio.getState().openId).toBe(NEW_TREE);
    expect(screen.queryByRole('treeitem', { name: /A lighthouse/ })).toBeNull();
  });

  it('obeys its keys again once the picture that was painted on is taken out', async () => {
    const { model } = await opened();
    fireEvent.click(item(/quiet library/));
    press('b');
    expect(await screen.findByRole('region', { name: 'Mask' })).toBeTruthy();
    fireEvent.click(button('Take out picture 1'));
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Mask' })).toBeNull());
    press('l');
    expect(model.studio.getState().dialog).toEqual({ kind: 'library' });
    act(() => model.studio.setState({ dialog: { kind: 'none' } }));
    press('e');
    field().blur();
    expect(button(/^Paint B/).getAttribute('aria-pressed')).toBe('false');
    press('b');
    expect(await screen.findByRole('region', { name: 'Mask' })).toBeTruthy();
  });

  it('keeps letters for the words while these are written', async () => {
    const { model } = await opened();
    field().focus();
    for (const key of ['g', 'h', 'b', 't', 'l', 'Delete']) {
      press(key);
    }
    expect(model.studio.getState()).toMatchObject({
      isSpread: false,
      isHeatMapShown: false,
      masking: null,
      openId: 1,
      dialog: { kind: 'none' },
      done: [],
    });
  });
});

describe('pictures that come in', () => {
  it('begin a tree, are the input of the next request, and those that are none are told', async () => {
    const { model } = await opened('empty');
    await paste([png('cat.png'), png('broken.png')]);
    expect(await screen.findByRole('treeitem', { name: 'cat.png: Source' })).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('broken.png is not a picture.');
    expect(button(/^Edit 1 picture/)).toBeTruthy();
    expect(model.ui.getState().view.kind).toBe('studio');
  });

  it('beyond those that one request takes stay in the tree, and that is said', async () => {
    const { model } = await opened('empty');
    await paste(Array.from({ length: 18 }, (_, at) => png(`${at}.png`)));
    expect((await screen.findByRole('alert')).textContent).toContain(
      'One request takes 16 pictures: 2 pictures were left out of it.',
    );
    const left = [...(model.trees.getState().nodes.values().next().value?.keys() ?? [])].at(-1) ?? 0;
    act(() => model.studio.setState({ problems: [] }));
    drop(DRAGGED_NODES, [left]);
    expect(screen.getByRole('alert').textContent).toContain('1 picture was left out of it.');
  });

  it('are waited for: what would go out without them does not go out', async () => {
    const { backend, asked } = await opened('empty');
    const bring = backend.client.studio.bring;
    let arrive = (): void => undefined;
    backend.client.studio.bring = async (input) => {
      await new Promise<void>((resolve) => {
        arrive = resolve;
      });
      return await bring(input);
    };
    write('Add a cat');
    await paste([png('cat.png')]);
    press('Enter', { ctrlKey: true });
    expect(await screen.findByText(/^A picture is still coming in/)).toBeTruthy();
    expect(asked).toEqual([]);
    await act(async () => arrive());
    await screen.findByRole('treeitem', { name: 'cat.png: Source' });
    write('Add a cat');
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(asked.map(({ ask }) => ask.inputs.length)).toEqual([1]));
  });

  it('one after the other begin one tree, with the settings and what both could not bring', async () => {
    const { backend, model } = await opened('empty');
    const bring = backend.client.studio.bring;
    const arrivals: (() => void)[] = [];
    const into: (number | null)[] = [];
    backend.client.studio.bring = async (input) => {
      into.push(input.treeId);
      await new Promise<void>((resolve) => arrivals.push(resolve));
      return await bring(input);
    };
    fireEvent.change(screen.getByLabelText('Variants'), { target: { value: '4' } });
    await paste([png('cat.png'), png('broken.png')]);
    await paste([png('dog.png')]);
    expect(arrivals).toHaveLength(1);
    await act(async () => arrivals.shift()?.());
    await waitFor(() => expect(arrivals).toHaveLength(1));
    await act(async () => arrivals.shift()?.());
    await screen.findByRole('treeitem', { name: 'dog.png: Source' });
    expect(model.trees.getState().trees?.size).toBe(1);
    expect(into).toEqual([null, model.studio.getState().openId]);
    expect(screen.getAllByLabelText(/^Role of picture/)).toHaveLength(2);
    expect(screen.getByLabelText<HTMLSelectElement>('Variants').value).toBe('4');
    expect(screen.getByRole('alert').textContent).toContain('broken.png is not a picture.');
  });

  it('while a new tree is being sent its first request come into that tree', async () => {
    const { backend, model } = await opened('empty');
    const send = backend.client.studio.send;
    let go = (): void => undefined;
    const answered = new Promise<void>((resolve) => (go = resolve));
    backend.client.studio.send = async (input) => {
      await answered;
      return await send(input);
    };
    write('A lighthouse');
    press('Enter', { ctrlKey: true });
    await paste([png('cat.png')]);
    await act(async () => go());
    await screen.findByRole('treeitem', { name: 'cat.png: Source' });
    expect(item(/A lighthouse/)).toBeTruthy();
    expect(model.trees.getState().trees?.size).toBe(1);
  });

  it('by the thousand are not taken, but what would take them is said', async () => {
    const { backend } = await opened('empty');
    const counts: number[] = [];
    const bring = backend.client.studio.bring;
    backend.client.studio.bring = async (input) => {
      counts.push(input.images.length);
      return await bring(input);
    };
    await paste(Array.from({ length: 300 }, (_, at) => png(`${at}.png`)));
    expect(screen.getByText(/These are 300 pictures/)).toBeTruthy();
    expect(counts).toEqual([]);
    fireEvent.click(button('Bring in the first 200'));
    await waitFor(() => expect(counts).toEqual([200]));
  });

  it('from elsewhere open a tree of their own', async () => {
    const { model } = await opened();
    await act(async () => await editInStudio(model, [2_000_001, 2_000_002]));
    expect(button(/^Edit 1 picture with 1 more/)).toBeTruthy();
    expect(screen.queryByRole('treeitem', { name: /woman-with-scarf/ })).toBeNull();
    expect(screen.getAllByRole('treeitem')).toHaveLength(2);
  });
});
