import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { emptyMask, withStroke } from '../../canvas/mask-document';
import type { MaskStroke } from '../../canvas/mask-document';
import { sizeOfPng } from '../../canvas/png-size';
import { paint } from '../../state/studio';
import { button, field, item, opened, press, write } from '../../testing/render-studio';

describe('the mask of a request', () => {
  it('sends what was painted, at the size of its picture, and only with the picture it was painted on', async () => {
    const { model, asked } = await opened();
    fireEvent.click(item(/quiet library/));
    press('e');
    write('Add a cat');
    const box = [10, 10, 20, 20] as const;
    const document = withStroke(emptyMask({ width: 64, height: 32 }), { kind: 'rectangle', box, how: 'add' });
    act(() => paint(model.studio, 17, document));
    expect(button(/^Painted/)).toBeTruthy();
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(asked).toHaveLength(1));
    const head = new Uint8Array((await asked[0]?.mask?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(sizeOfPng(head)).toEqual({ width: 64, height: 32 });
    fireEvent.click(item(/Warmer light/));
    press('e');
    expect(button(/^Paint B/)).toBeTruthy();
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.mask).toBeUndefined();
  });

  it('keeps a mask for each picture', async () => {
    const { model } = await opened();
    const square = (px: number) =>
      withStroke(emptyMask({ width: 64, height: 32 }), {
        kind: 'rectangle',
        box: [0, 0, px, px],
        how: 'add',
      });
    act(() => {
      paint(model.studio, 11, square(16));
      paint(model.studio, 17, square(17));
    });
    fireEvent.click(item(/quiet library/));
    press('e');
    expect(button(/^Painted/)).toBeTruthy();
    fireEvent.click(item(/woman-with-scarf/));
    press('e');
    expect(button(/^Painted/)).toBeTruthy();
    expect(model.studio.getState().masks.get(11)).toEqual(square(16));
  });

  it('does not send unasked without a mask that was not kept over a restart', async () => {
    const { model, asked } = await opened();
    fireEvent.click(item(/quiet library/));
    press('e');
    write('Add a cat');
    act(() => model.studio.setState({ lost: new Set([17]) }));
    expect(screen.getByText(/^The mask of “.*” was not kept over the restart/)).toBeTruthy();
    press('Enter', { ctrlKey: true });
    expect(asked).toEqual([]);
    fireEvent.click(button('Go without'));
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(asked).toHaveLength(1));
  });

  it('does not send a mask that marks nothing, and sends without one once it is cleared', async () => {
    const { model, asked } = await opened();
    fireEvent.click(item(/quiet library/));
    press('e');
    write('Add a cat');
    const paintAll = (strokes: readonly MaskStroke[]) => {
      const document = strokes.reduce(withStroke, emptyMask({ width: 64, height: 32 }));
      act(() => paint(model.studio, 17, document));
    };
    paintAll([{ kind: 'invert' }, { kind: 'invert' }]);
    press('Enter', { ctrlKey: true });
    expect((await screen.findByRole('alert')).textContent).toContain('The mask marks nothing');
    expect(asked).toEqual([]);
    paintAll([{ kind: 'invert' }, { kind: 'invert' }, { kind: 'clear' }]);
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]?.mask).toBeUndefined();
  });

  it('is painted on with the brush of the one before, and ends with a click on the words of another picture', async () => {
    const { model } = await opened();
    fireEvent.click(item(/quiet library/));
    press('b');
    await screen.findByRole('region', { name: 'Mask' });
    const size = () => screen.getByRole('slider', { name: /^Size/ }).getAttribute('aria-valuetext');
    press(']');
    press('l');
    const wider = size();
    press('Escape');
    fireEvent.click(item(/woman-with-scarf/));
    press('e');
    await waitFor(() => expect(document.activeElement).toBe(field()));
    act(() => field().blur());
    press('b');
    await screen.findByRole('region', { name: 'Mask' });
    expect(size()).toBe(wider);
    expect(button(/^Lasso/).getAttribute('aria-pressed')).toBe('true');
    const words = item(/quiet library/)
      .closest('.node-row')
      ?.querySelector('.node-words');
    fireEvent.click(words!);
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Mask' })).toBeNull());
    expect(model.studio.getState().selected.get(1)).toBe(17);
  });
});
