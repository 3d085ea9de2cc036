import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useEffect, useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyMask, featherOf } from './mask-document';
import type { MaskDocument } from './mask-document';
import { MaskEditor } from './mask-editor';

const SOURCE = { url: 'photo.webp', width: 1000, height: 500 };
let mask: MaskDocument;
const onClose = vi.fn();

function Screen({ start }: { readonly start: MaskDocument }) {
  const [value, setValue] = useState(start);
  useEffect(() => {
    mask = value;
  });
  return <MaskEditor onChange={setValue} onClose={onClose} source={SOURCE} value={value} />;
}

const show = (start: MaskDocument = emptyMask(SOURCE)) => render(<Screen start={start} />);
const stage = () => screen.getByRole('application');
const key = (name: string, held: object = {}) => fireEvent.keyDown(stage(), { key: name, ...held });
const pressed = (name: RegExp) => screen.getByRole('button', { name }).getAttribute('aria-pressed');
const pointer = (kind: string, x: number, y: number, more: object = {}) =>
  act(() => {
    const event = new Event(kind, { bubbles: true, cancelable: true });
    const known = { clientX: x, clientY: y, button: 0, pointerId: 1, pointerType: 'mouse', pressure: 0.5 };
    stage().dispatchEvent(Object.assign(event, known, more));
  });
function drag(...way: readonly (readonly [number, number])[]): void {
  const [first = [0, 0], ...rest] = way;
  pointer('pointerdown', ...first);
  for (const place of rest) {
    pointer('pointermove', ...place);
  }
  pointer('pointerup', ...(rest.at(-1) ?? first));
}

beforeEach(() => {
  onClose.mockReset();
  // happy-dom lays nothing out: a pane of 500 x 250 shows the picture at a half.
  for (const [name, size] of Object.entries({ clientWidth: 500, clientHeight: 250 })) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
  }
  HTMLElement.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 500, 250);
});
afterEach(cleanup);

describe('painting a mask', () => {
  it('with the pointer, in pixels of the source', () => {
    show();
    drag([100, 50], [150, 50], [150, 100]);
    expect(mask.strokes).toEqual([
      {
        kind: 'brush',
        points: [200, 100, 1, 300, 100, 1, 300, 200, 1],
        radiusPx: 30,
        hardness: 0.8,
      },
    ]);
    expect(screen.getByText(/% marked/)).toBeTruthy();
  });

  it('is not done over a picture that cannot be read: it says so, and what was marked is kept', () => {
    show();
    drag([100, 50], [150, 50]);
    fireEvent.error(screen.getByAltText('The picture that is edited'));
    expect(screen.queryByRole('application')).toBeNull();
    expect(screen.getByText(/cannot be read. Put its file back/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    drag([100, 50]);
    expect(mask.strokes).toHaveLength(2);
  });

  it('with a pen: where it pressed lightly it is thinner, and no place between two frames is lost', () => {
    show();
    const pen = { pointerType: 'pen' };
    pointer('pointerdown', 100, 50, { ...pen, pressure: 1 });
    const parts = [
      { clientX: 110, clientY: 50, pointerType: 'pen', pressure: 0.4 },
      { clientX: 120, clientY: 50, pointerType: 'pen', pressure: 0 },
    ];
    pointer('pointermove', 120, 50, { ...pen, getCoalescedEvents: () => parts });
    pointer('pointerup', 120, 50, pen);
    expect(mask.strokes[0]).toMatchObject({ points: [200, 100, 1, 220, 100, 0.49, 240, 100, 0.15] });
  });

  it('with one finger: another, or the palm, neither draws into its stroke nor ends it', () => {
    show();
    const palm = { pointerId: 2, pointerType: 'touch' };
    pointer('pointerdown', 100, 50);
    pointer('pointerdown', 400, 200, palm);
    pointer('pointermove', 410, 210, palm);
    pointer('pointerup', 410, 210, palm);
    pointer('pointercancel', 410, 210, palm);
    pointer('pointermove', 150, 50);
    pointer('pointerup', 150, 50);
    expect(mask.strokes).toMatchObject([{ points: [200, 100, 1, 300, 100, 1] }]);
  });

  it('draws a straight line from the last place with Shift', () => {
    show();
    drag([100, 50]);
    pointer('pointerdown', 200, 100, { shiftKey: true });
    pointer('pointerup', 200, 100);
    expect(mask.strokes[1]).toMatchObject({ points: [200, 100, 1, 400, 200, 1] });
  });

  it('has each tool on its key, and says which is taken', () => {
    show();
    const taken = (name: string) => (key(name), pressed(new RegExp(` ${name.toUpperCase()}$`)));
    expect(['e', 'l', 'u', 'v', 'b'].map(taken)).toEqual(['true', 'true', 'true', 'true', 'true']);
    key('x');
    expect(pressed(/^Eraser/)).toBe('true');
    drag([10, 10], [60, 60]);
    expect(mask.strokes[0]).toMatchObject({ kind: 'eraser' });
  });

  it('draws rectangles and lassos; Alt takes away', () => {
    show();
    key('u');
    drag([50, 50], [100, 75]);
    key('l');
    drag([0, 0], [50, 0], [50, 50]);
    pointer('pointerdown', 0, 0);
    for (const [x, y] of [
      [50, 0],
      [50, 50],
    ] as const) {
      pointer('pointermove', x, y);
    }
    pointer('pointerup', 50, 50, { altKey: true });
    expect(mask.strokes).toEqual([
      { kind: 'rectangle', box: [100, 100, 200, 150], how: 'add' },
      { kind: 'lasso', corners: [0, 0, 100, 0, 100, 100], how: 'add' },
      { kind: 'lasso', corners: [0, 0, 100, 0, 100, 100], how: 'subtract' },
    ]);
  });

  it('by keys alone, and inverts, clears, undoes and redoes', () => {
    show();
    key('Enter');
    key('V', { shiftKey: true });
    key('Delete');
    expect(mask.strokes.map(({ kind }) => kind)).toEqual(['brush', 'invert', 'clear']);
    key('z', { ctrlKey: true });
    key('z', { ctrlKey: true });
    key('y', { ctrlKey: true });
    expect(mask.strokes.map(({ kind }) => kind)).toEqual(['brush', 'invert']);
    expect(screen.getByRole('button', { name: /^Redo/ })).toHaveProperty('disabled', false);
  });

  it('does once what a held key means, and goes on undoing', () => {
    show();
    key('Enter');
    key('Enter', { repeat: true });
    key('Delete');
    key('Delete', { repeat: true });
    key('V', { shiftKey: true });
    key('V', { shiftKey: true, repeat: true });
    expect(mask.strokes.map(({ kind }) => kind)).toEqual(['brush', 'clear', 'invert']);
    key('z', { ctrlKey: true });
    key('z', { ctrlKey: true, repeat: true });
    key('z', { ctrlKey: true, repeat: true });
    expect(mask.strokes).toEqual([]);
    key('u');
    key('Enter');
    key('Escape');
    key('Escape', { repeat: true });
    expect(onClose).not.toHaveBeenCalled();
  });

  it('drops what is being drawn with Esc, and leaves with the next', () => {
    show();
    key('u');
    key('Enter');
    key('Escape');
    expect(onClose).not.toHaveBeenCalled();
    pointer('pointerdown', 50, 50);
    pointer('pointermove', 90, 90);
    key('Escape');
    pointer('pointerup', 90, 90);
    expect([mask.strokes, onClose.mock.calls]).toEqual([[], []]);
    key('Escape');
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it('keeps its keys from the screen around it, and leaves those of others alone', () => {
    const outside = vi.fn();
    window.addEventListener('keydown', outside);
    try {
      show();
      key('e');
      key('z', { ctrlKey: true });
      expect(outside).not.toHaveBeenCalled();
      key('Enter', { ctrlKey: true });
      key('p');
      expect(outside).toHaveBeenCalledTimes(2);
      // Ctrl+Enter sends; it does not stamp.
      expect(mask.strokes).toEqual([]);
    } finally {
      window.removeEventListener('keydown', outside);
    }
  });

  it('sets the feather in a field, where letters mean nothing, as one step', () => {
    show();
    const field = screen.getByLabelText('Soft edge px');
    fireEvent.keyDown(field, { key: 'e' });
    expect(pressed(/^Brush/)).toBe('true');
    for (const typed of ['1', '12']) {
      fireEvent.change(field, { target: { value: typed } });
    }
    expect([featherOf(mask), mask.strokes.length]).toEqual([12, 1]);
  });

  it('moves the picture with space or the moving tool, and draws nothing', () => {
    show();
    key('0', { ctrlKey: true, altKey: true });
    const left = () => document.querySelector<HTMLElement>('.compare-frame')?.style.transform;
    const before = left();
    key(' ');
    drag([100, 100], [60, 100]);
    expect(left()).not.toBe(before);
    fireEvent.keyUp(stage(), { key: ' ' });
    key('v');
    const moved = left();
    key('ArrowLeft');
    expect(left()).not.toBe(moved);
    expect(mask.strokes).toEqual([]);
  });

  it('begins anew on a picture of another size', () => {
    show({ ...emptyMask({ width: 10, height: 10 }), strokes: [{ kind: 'invert' }] });
    expect(screen.getByText('Nothing marked')).toBeTruthy();
    key('Enter');
    expect([mask.width, mask.height, mask.strokes.length]).toEqual([1000, 500, 1]);
  });

  it('says in one sentence why a file is no mask, and keeps what was painted', async () => {
    show();
    key('Enter');
    const file = new File(['no picture'], 'note.png', { type: 'image/png' });
    fireEvent.change(document.querySelector('input[type=file]') as HTMLElement, {
      target: { files: [file] },
    });
    expect((await screen.findByRole('alert')).textContent).toContain('“note.png” is not a readable picture');
    expect(mask.strokes).toHaveLength(1);
    fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

it('a mask of a file is chosen by a key', () => {
  show();
  const chosen = vi.spyOn(screen.getByLabelText<HTMLInputElement>('Mask file'), 'click');
  key('o');
  expect(chosen).toHaveBeenCalledOnce();
});
