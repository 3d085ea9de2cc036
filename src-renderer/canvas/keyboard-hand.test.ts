import { describe, expect, it } from 'vitest';
import { handWith, pressedHand, restingHand } from './keyboard-hand';
import type { KeyboardHand, Press } from './keyboard-hand';
import type { MaskStroke } from './mask-document';
import { firstSettings, hardened, maskActOf, resized } from './mask-tools';
import type { MaskTool } from './mask-tools';

const source = { width: 1000, height: 800 };
function draw(tool: MaskTool, presses: readonly (string | Partial<Press>)[], scale = 1) {
  const settings = { ...firstSettings(source), tool, diameterPx: 40, hardness: 1 };
  const strokes: MaskStroke[] = [];
  let hand: KeyboardHand = restingHand(source);
  for (const one of presses) {
    const press = {
      key: '',
      shiftKey: false,
      altKey: false,
      ...(typeof one === 'string' ? { key: one } : one),
    };
    const moved = pressedHand(press, hand, { settings, source, scale });
    hand = moved?.hand ?? hand;
    strokes.push(...(moved?.stroke === undefined ? [] : [moved.stroke]));
  }
  return { hand, strokes };
}

describe('drawing by keys alone', () => {
  it('moves the cross by four pixels of the screen, ten times as far with Shift, and not out of the picture', () => {
    expect(draw('brush', ['ArrowRight', 'ArrowDown']).hand.at).toEqual({ x: 504, y: 404 });
    expect(draw('brush', ['ArrowRight'], 0.1).hand.at).toEqual({ x: 540, y: 400 });
    expect(draw('brush', ['ArrowLeft'], 8).hand.at).toEqual({ x: 499, y: 400 });
    expect(draw('brush', [{ key: 'ArrowUp', shiftKey: true }]).hand.at).toEqual({ x: 500, y: 360 });
    const far = Array.from({ length: 30 }, () => ({ key: 'ArrowLeft', shiftKey: true }));
    expect(draw('brush', far).hand.at).toEqual({ x: 0, y: 400 });
  });

  it('stamps with Enter, and draws a line from the last stamp with Shift', () => {
    const { strokes } = draw('eraser', ['Enter', 'ArrowRight', { key: 'Enter', shiftKey: true }]);
    expect(strokes).toEqual([
      { kind: 'eraser', points: [500, 400, 1], radiusPx: 20, hardness: 1 },
      { kind: 'eraser', points: [500, 400, 1, 504, 400, 1], radiusPx: 20, hardness: 1 },
    ]);
    expect(draw('brush', [{ key: 'Enter', shiftKey: true }]).strokes).toMatchObject([
      { points: [500, 400, 1] },
    ]);
  });

  it('sets both corners of a rectangle, Alt takes away, and no area is no rectangle', () => {
    const corner = [{ key: 'ArrowRight', shiftKey: true }, 'ArrowUp'];
    expect(draw('rectangle', ['Enter', ...corner, 'Enter']).strokes).toEqual([
      { kind: 'rectangle', box: [500, 396, 540, 400], how: 'add' },
    ]);
    expect(draw('rectangle', ['Enter', ...corner, { key: 'Enter', altKey: true }]).strokes).toMatchObject([
      { how: 'subtract' },
    ]);
    const flat = draw('rectangle', ['Enter', 'ArrowRight', 'Enter']);
    expect([flat.strokes, flat.hand.from]).toEqual([[], null]);
  });

  it('sets the corners of a lasso, takes one back, and closes it with Enter twice', () => {
    const way = ['Enter', 'ArrowRight', 'Enter', 'ArrowDown', 'Enter'];
    expect(draw('lasso', [...way, 'Enter']).strokes).toEqual([
      { kind: 'lasso', corners: [500, 400, 504, 400, 504, 404], how: 'add' },
    ]);
    expect(draw('lasso', [...way, 'Backspace']).hand.corners).toEqual([500, 400, 504, 400]);
    expect(draw('lasso', ['Enter', 'Enter', 'Enter']).strokes).toEqual([]);
  });

  it('leaves the arrows to the picture with the moving tool', () => {
    const { hand, strokes } = draw('move', ['ArrowRight', 'Enter']);
    expect([hand.at, strokes]).toEqual([{ x: 500, y: 400 }, []]);
  });

  it('drops what was begun when another tool is taken, but not between brush and eraser', () => {
    const begun: KeyboardHand = { at: { x: 1, y: 1 }, from: { x: 0, y: 0 }, corners: [1, 2] };
    expect(handWith(begun, 'lasso', 'rectangle')).toEqual({ at: { x: 1, y: 1 }, from: null, corners: [] });
    expect(handWith(begun, 'eraser', 'brush')).toBe(begun);
  });
});

describe('the keys of the tools', () => {
  const act = (key: string, held: object = {}) =>
    maskActOf({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

  it.each([
    ['b', {}, { kind: 'tool', tool: 'brush' }],
    ['E', {}, { kind: 'tool', tool: 'eraser' }],
    ['l', {}, { kind: 'tool', tool: 'lasso' }],
    ['u', {}, { kind: 'tool', tool: 'rectangle' }],
    ['v', {}, { kind: 'tool', tool: 'move' }],
    ['V', { shiftKey: true }, { kind: 'invert' }],
    ['x', {}, { kind: 'swapTool' }],
    ['[', {}, { kind: 'size', direction: -1 }],
    [']', {}, { kind: 'size', direction: 1 }],
    ['{', { shiftKey: true }, { kind: 'hardness', direction: -1 }],
    // A German keyboard has no bracket there, but the same two keys.
    ['ü', { code: 'BracketLeft' }, { kind: 'size', direction: -1 }],
    ['*', { code: 'BracketRight', shiftKey: true }, { kind: 'hardness', direction: 1 }],
    ['Delete', {}, { kind: 'clear' }],
    ['z', { ctrlKey: true }, { kind: 'undo' }],
    ['Z', { ctrlKey: true, shiftKey: true }, { kind: 'redo' }],
    ['y', { metaKey: true }, { kind: 'redo' }],
    ['z', {}, { kind: 'toggleZoom' }],
    ['0', { ctrlKey: true }, { kind: 'fit' }],
    ['0', { ctrlKey: true, altKey: true }, { kind: 'actual' }],
    ['Escape', {}, { kind: 'leave' }],
    ['Enter', { ctrlKey: true }, null],
    ['b', { ctrlKey: true }, null],
    ['b', { altKey: true }, null],
    ['X', { shiftKey: true }, null],
    ['p', {}, null],
  ])('%s with %j', (key, held, wanted) => {
    expect(act(key, held)).toEqual(wanted);
  });

  it('make the brush larger and smaller within what makes sense', () => {
    const settings = { ...firstSettings(source), diameterPx: 100 };
    expect(resized(settings, 1, source).diameterPx).toBe(115);
    expect(resized({ ...settings, diameterPx: 1 }, 1, source).diameterPx).toBe(2);
    expect(resized({ ...settings, diameterPx: 1 }, -1, source).diameterPx).toBe(1);
    expect(resized({ ...settings, diameterPx: 999 }, 1, source).diameterPx).toBe(1000);
    expect(hardened({ ...settings, hardness: 0.95 }, 1).hardness).toBe(1);
    expect(hardened({ ...settings, hardness: 0.3 }, -1).hardness).toBe(0.2);
  });
});
