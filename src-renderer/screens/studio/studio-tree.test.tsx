import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { show } from '../../state/ui-store';
import { resultNode } from '../../testing/fake-nodes';
import { button, field, item, opened, press, write } from '../../testing/render-studio';
import { addInputs } from './studio-actions';

describe('the tree', () => {
  it('is gone through by arrows, with one stop for the Tab key', async () => {
    await opened();
    fireEvent.click(item(/woman-with-scarf/));
    const keys = ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft'];
    const seen = keys.map((key) => {
      press(key);
      return document.activeElement?.id;
    });
    expect(seen).toEqual(['studio-node-13', 'studio-node-14', 'studio-node-16', 'studio-node-14']);
    expect(screen.getAllByRole('treeitem').filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
  });

  it('closes and opens branches by keys and mouse, and never around what is selected', async () => {
    const { model } = await opened();
    const shown = () => screen.getAllByRole('treeitem').length;
    const all = shown();
    fireEvent.click(item(/quiet library/));
    press('-');
    expect(item(/quiet library/).getAttribute('aria-expanded')).toBe('false');
    // It is closed already: the branch it is part of closes, and what hides it is selected.
    press('-');
    expect(screen.queryByRole('treeitem', { name: /quiet library/ })).toBeNull();
    expect(item(/Warmer light/).getAttribute('aria-selected')).toBe('true');
    expect(item(/Warmer light/).getAttribute('aria-expanded')).toBe('false');
    item(/Warmer light/).focus();
    press('ArrowRight');
    expect(item(/quiet library/)).toBeTruthy();
    expect(item(/Warmer light/).getAttribute('aria-expanded')).toBe('true');
    // What is closed still opens first.
    press('*');
    expect(item(/quiet library/).getAttribute('aria-expanded')).toBe('true');
    press('*');
    expect(shown()).toBeLessThan(all);
    expect(item(/woman-with-scarf/).getAttribute('aria-selected')).toBe('true');
    expect(screen.queryByRole('treeitem', { name: /Warmer light/ })).toBeNull();
    press('+');
    expect(item(/variant 2/)).toBeTruthy();
    press('*');
    expect(shown()).toBe(all);
    fireEvent.click(screen.getAllByTitle(/^Hide the \d pictures that grew from it/)[0]!);
    expect(screen.queryByRole('treeitem', { name: /variant 2/ })).toBeNull();
    // A picture that is selected otherwise, by an answer that came say, shows its branch.
    act(() => model.studio.setState({ selected: new Map([[1, 17]]) }));
    expect(await screen.findByRole('treeitem', { name: /quiet library/ })).toBeTruthy();
  });

  it('draws what is in sight of thousands of pictures, and arrows go through all of them', async () => {
    const { model } = await opened();
    const [tree] = model.trees.getState().trees?.values() ?? [];
    const nodes = new Map(
      Array.from({ length: 2000 }, (_, at) => [
        at + 1,
        { ...resultNode(at + 1, at === 0 ? {} : { parentId: 1 }), treeId: tree!.id },
      ]),
    );
    act(() => {
      model.trees.setState(({ nodes: held }) => ({ nodes: new Map(held).set(tree!.id, nodes) }));
      model.studio.setState({ openId: tree!.id, selected: new Map([[tree!.id, 1]]) });
      show(model.ui, { kind: 'studio', treeId: tree!.id });
    });
    await screen.findByRole('treeitem', { name: /step 2:/ });
    expect(screen.getAllByRole('treeitem').length).toBeLessThan(40);
    fireEvent.click(item(/step 1:/));
    press('End');
    expect(document.activeElement?.id).toBe('studio-node-2000');
    press('ArrowUp');
    expect(document.activeElement?.id).toBe('studio-node-1999');
    press('Home');
    press('ArrowDown');
    expect(document.activeElement?.id).toBe('studio-node-2');
    expect(screen.getAllByRole('treeitem').length).toBeLessThan(40);
  });

  it('is pruned with all that grew, and grows back', async () => {
    await opened();
    fireEvent.click(item(/Warmer light/));
    press('Delete');
    await waitFor(() => expect(screen.queryByRole('treeitem', { name: /quiet library/ })).toBeNull());
    expect(screen.getByText('Pruned 4 pictures')).toBeTruthy();
    expect(item(/Add a red hat, variant 2/).getAttribute('aria-selected')).toBe('true');
    press('z', { ctrlKey: true });
    expect(await screen.findByRole('treeitem', { name: /quiet library/ })).toBeTruthy();
    expect(item(/Warmer light/).getAttribute('aria-selected')).toBe('true');
    await waitFor(() => expect(screen.queryByText('Pruned 4 pictures')).toBeNull());
    press('y', { ctrlKey: true });
    await waitFor(() => expect(screen.queryByRole('treeitem', { name: /quiet library/ })).toBeNull());
  });

  it('is pruned once by a key that is held, and by two presses before main has answered', async () => {
    const { model, backend } = await opened();
    const { prune } = backend.client.studio;
    const asked: number[] = [];
    let go = (): void => undefined;
    const answered = new Promise<void>((resolve) => (go = resolve));
    backend.client.studio.prune = async (input) => {
      const isGone = asked.includes(input.nodeId);
      asked.push(input.nodeId);
      await answered;
      // As main does.
      return isGone ? [] : await prune(input);
    };
    fireEvent.click(item(/Warmer light/));
    press('Delete');
    press('Delete', { repeat: true });
    press('Delete');
    await act(async () => go());
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]).toBe(asked[0]);
    await waitFor(() => expect(screen.queryByRole('treeitem', { name: /quiet library/ })).toBeNull());
    expect(item(/variant 2/).getAttribute('aria-selected')).toBe('true');
    expect(model.studio.getState().done).toHaveLength(1);
    press('z', { ctrlKey: true });
    expect(await screen.findByRole('treeitem', { name: /quiet library/ })).toBeTruthy();
    expect(model.studio.getState().problems).toEqual([]);
  });

  it('takes what was pruned out of the request too, and gives it back: else the next is made from nothing', async () => {
    const { asked, model } = await opened();
    fireEvent.click(item(/quiet library/));
    press('e');
    write('Add a cat');
    await waitFor(() => expect(document.activeElement).toBe(field()));
    act(() => field().blur());
    act(() => addInputs(model, [11]));
    press('Delete');
    await waitFor(() => expect(model.studio.getState().drafts.get(1)?.inputs).toHaveLength(1));
    press('z', { ctrlKey: true });
    await screen.findByRole('button', { name: /^Picture 2/ });
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]?.ask.inputs).toEqual([
      { nodeId: 17, role: 'subject' },
      { nodeId: 11, role: 'reference' },
    ]);
  });

  it('is renamed in place, and so are its pictures; undo goes through both', async () => {
    await opened();
    fireEvent.doubleClick(button(/^Portrait with a hat/));
    const tree = screen.getByLabelText('Name of the tree');
    fireEvent.change(tree, { target: { value: 'Hats' } });
    fireEvent.keyDown(tree, { key: 'Enter' });
    await screen.findByRole('button', { name: /^Hats/ });
    fireEvent.click(item(/Warmer light/));
    press('F2');
    const name = screen.getByLabelText('Name of the picture');
    fireEvent.change(name, { target: { value: 'The warm one' } });
    fireEvent.keyDown(name, { key: 'Enter' });
    await screen.findByRole('treeitem', { name: /The warm one/ });
    press('z', { ctrlKey: true });
    await screen.findByRole('treeitem', { name: /Warmer light/ });
    press('z', { ctrlKey: true });
    await screen.findByRole('button', { name: /^Portrait with a hat/ });
  });

  it('undoes two steps when asked twice at once, and an older step by its own message', async () => {
    const { model, backend } = await opened();
    const rename = async (from: RegExp, to: string) => {
      fireEvent.click(item(from));
      press('F2');
      const name = screen.getByLabelText('Name of the picture');
      fireEvent.change(name, { target: { value: to } });
      fireEvent.keyDown(name, { key: 'Enter' });
      await screen.findByRole('treeitem', { name: new RegExp(to) });
    };
    await rename(/Warmer light/, 'The warm one');
    await rename(/quiet library/, 'The quiet one');
    const calls = vi.spyOn(backend.client.studio, 'renameNode');
    press('z', { ctrlKey: true });
    press('z', { ctrlKey: true });
    await screen.findByRole('treeitem', { name: /Warmer light/ });
    expect(item(/quiet library/)).toBeTruthy();
    expect(calls).toHaveBeenCalledTimes(2);

    await rename(/Warmer light/, 'Warm again');
    await rename(/quiet library/, 'Quiet again');
    const undoOf = (label: string) =>
      model.ui.getState().toasts.find(({ text }) => text.includes(label))?.action?.run;
    act(() => undoOf('Warm again')?.());
    await screen.findByRole('treeitem', { name: /Warmer light/ });
    expect(item(/Quiet again/)).toBeTruthy();
    press('z', { ctrlKey: true });
    await screen.findByRole('treeitem', { name: /quiet library/ });
  });

  it('is removed and brought back', async () => {
    await opened();
    fireEvent.keyDown(button(/^Portrait with a hat/), { key: 'Delete' });
    await screen.findByRole('treeitem', { name: /harbour.jpg/ });
    fireEvent.click(button('Undo'));
    expect(await screen.findByRole('treeitem', { name: /woman-with-scarf/ })).toBeTruthy();
  });

  it('is removed once by a key that is held; the next tree has the focus, and no picture is pruned', async () => {
    const { model, backend } = await opened();
    const trees = () => within(screen.getByRole('list', { name: 'Trees' })).getAllByRole('listitem');
    const [first, second] = trees().map((tree) => within(tree).getAllByRole('button')[0]!);
    const before = trees().length;
    const prune = vi.spyOn(backend.client.studio, 'prune');
    first!.focus();
    press('Delete');
    press('Delete', { repeat: true });
    await waitFor(() => expect(trees()).toHaveLength(before - 1));
    await waitFor(() => expect(document.activeElement).toBe(second));
    press('Delete', { repeat: true });
    within(trees()[0]!)
      .getByRole('button', { name: /^Remove/ })
      .focus();
    press('Delete', { repeat: true });
    expect(trees()).toHaveLength(before - 1);
    expect(prune).not.toHaveBeenCalled();
    expect(model.studio.getState().done).toHaveLength(1);
  });

  it('gives back prompt, settings or all of a picture', async () => {
    await opened();
    fireEvent.click(item(/quiet library/));
    press('s');
    expect(screen.getByLabelText<HTMLSelectElement>('Model').value).toBe('openai gpt-image-2');
    expect(field().value).toBe('');
    field().blur();
    press('p');
    expect(field().value).toMatch(/quiet library/);
    expect(screen.queryByRole('button', { name: /^Picture 1/ })).toBeNull();
    field().blur();
    press('u');
    expect(button(/^Picture 1: Warmer light/)).toBeTruthy();
  });

  it('gives back what the composer held before, where that was more than one key had put there', async () => {
    const { model } = await opened();
    const replaced = () => screen.queryByText('Replaced what was in the composer');
    fireEvent.click(item(/quiet library/));
    press('e');
    field().blur();
    fireEvent.click(item(/Warmer light/));
    press('e');
    expect(replaced()).toBeNull();
    act(() => addInputs(model, [11]));
    write('half a thought');
    field().blur();
    press('e');
    expect(replaced()).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Picture 2/ })).toBeNull();
    fireEvent.click(button('Undo'));
    expect(button(/^Picture 2/)).toBeTruthy();
    field().blur();
    press('p');
    expect(field().value).toMatch(/Warmer light/);
    await waitFor(() => expect(document.activeElement).toBe(field()));
    button('Undo').focus();
    fireEvent.click(button('Undo'));
    expect(field().value).toBe('half a thought');
    await waitFor(() => expect(document.activeElement).toBe(field()));
  });
});

describe('comparison', () => {
  const badges = () =>
    [...document.querySelectorAll('.compare-pane figcaption')].map(({ textContent }) => textContent);

  it('is with what a picture was made from, or with those that were kept', async () => {
    await opened();
    fireEvent.click(item(/quiet library/));
    expect(badges()).toEqual(['After']);
    press('m');
    expect(badges()).toEqual(['Before', 'After']);
    fireEvent.click(item(/variant 1/));
    press('k');
    fireEvent.click(item(/variant 3/), { altKey: true });
    fireEvent.click(item(/quiet library/));
    expect(badges()).toEqual([
      'Add a red hat (1)',
      'Add a red hat (3)',
      'Make the background a quiet library, out of focus',
    ]);
    expect(item(/variant 3.*kept for comparison/)).toBeTruthy();
    press('Escape');
    expect(badges()).toEqual(['Before', 'After']);
  });

  it('stands as it was left, when one comes back from another screen', async () => {
    const { model } = await opened();
    fireEvent.click(item(/quiet library/));
    press('m');
    act(() => show(model.ui, { kind: 'settings' }));
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Studio' })).toBeNull());
    act(() => show(model.ui, { kind: 'studio', treeId: 1 }));
    await screen.findByRole('region', { name: 'Studio' });
    expect(badges()).toEqual(['Before', 'After']);
  });
});

describe('beyond one picture', () => {
  it('a chain becomes a run over rows, after its steps were shown', async () => {
    const { model, backend } = await opened();
    const asked: unknown[] = [];
    const apply = backend.client.studio.applyChain;
    backend.client.studio.applyChain = async (input) => {
      asked.push(input);
      return await apply(input);
    };
    fireEvent.click(item(/quiet library/));
    press('a');
    const dialog = within(screen.getByRole('dialog', { name: 'Apply this chain to rows' }));
    const steps = within(dialog.getByRole('list', { name: 'Steps' })).getAllByRole('listitem');
    expect(steps.map((step) => step.firstChild?.textContent)).toEqual([
      'Add a red hat',
      'Warmer light from the left, keep her face as it is',
      'Make the background a quiet library, out of focus',
    ]);
    fireEvent.change(dialog.getByLabelText('Dataset'), { target: { value: '1' } });
    fireEvent.change(dialog.getByLabelText('Column with the picture'), { target: { value: 'image' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Run 428 rows' }));
    await waitFor(() => expect(model.ui.getState().view).toMatchObject({ kind: 'runs', runId: 3 }));
    expect(asked).toEqual([{ nodeId: 17, datasetId: 1, imageColumn: 'image' }]);
  });

  it('leaves its keys to whatever dialog is open', async () => {
    const { model } = await opened();
    fireEvent.click(item(/quiet library/));
    press('s', { ctrlKey: true });
    const dialog = await screen.findByRole('dialog');
    expect(fireEvent.keyDown(dialog, { key: 'Escape' })).toBe(true);
    fireEvent.keyDown(dialog, { key: 'Delete' });
    expect(model.studio.getState().done).toEqual([]);
  });

  it('a tree is exported to a folder', async () => {
    const { backend } = await opened();
    backend.nextPick = 'hats';
    press('E', { shiftKey: true });
    expect(await screen.findByText('9 pictures and tree.json are in the folder.')).toBeTruthy();
  });

  it('presets and earlier prompts are found by words, taken by Enter, removed with a way back', async () => {
    await opened();
    press('l');
    const dialog = within(await screen.findByRole('dialog', { name: 'Prompts' }));
    await dialog.findByText('Golden hour');
    fireEvent.change(dialog.getByLabelText('Search'), { target: { value: 'plain label' } });
    await waitFor(() => expect(dialog.getByRole('list').children).toHaveLength(1));
    fireEvent.keyDown(dialog.getByLabelText('Search'), { key: 'Enter' });
    expect(field().value).toMatch(/\{\{product\}\}/);
    expect(screen.getByLabelText('{{product}}')).toBeTruthy();
    expect(screen.getByLabelText<HTMLSelectElement>('Variants').value).toBe('2');
    field().blur();
    press('l');
    fireEvent.click(await screen.findByRole('button', { name: 'Remove Golden hour' }));
    await waitFor(() => expect(screen.queryByText('Golden hour')).toBeNull());
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(await screen.findByText('Golden hour')).toBeTruthy();
  });

  it('the present prompt is kept as a preset, with its settings if wished', async () => {
    const { backend } = await opened();
    write('Make it rain');
    press('l', {});
    fireEvent.click(button(/^Prompts/));
    fireEvent.click(button('Save this prompt…'));
    fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'Rain' } });
    fireEvent.change(screen.getByLabelText('Tags'), { target: { value: 'weather, wet, weather' } });
    fireEvent.click(button('Save preset'));
    await screen.findByText('Saved the preset “Rain”');
    expect((await backend.client.presets.list()).at(-1)).toEqual({
      id: expect.any(Number),
      name: 'Rain',
      instruction: 'Make it rain',
      tags: ['weather', 'wet'],
    });
  });
});
