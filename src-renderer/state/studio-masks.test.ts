import { describe, expect, it } from 'vitest';
import { emptyMask, undo, withStroke } from '../canvas/mask-document';
import type { MaskDocument, MaskStroke } from '../canvas/mask-document';
import { memoryStorage } from '../testing/render-app';
import { createStudioStore, giveUpMask, paint } from './studio';

const EVERY: readonly MaskStroke[] = [
  { kind: 'invert' },
  { kind: 'clear' },
  { kind: 'loaded', name: 'm.png', width: 2, height: 1, runs: 'x' },
  { kind: 'brush', points: [1, 2, 0.5], radiusPx: 4, hardness: 0.8 },
  { kind: 'eraser', points: [1, 2, 1], radiusPx: 2, hardness: 1 },
  { kind: 'lasso', corners: [1, 2, 3, 4, 5, 6], how: 'add' },
  { kind: 'rectangle', box: [1, 2, 3, 4], how: 'subtract' },
  { kind: 'feather', px: 12 },
];

const SIZE = { width: 64, height: 32 };
const painted = (strokes: readonly MaskStroke[]): MaskDocument => strokes.reduce(withStroke, emptyMask(SIZE));
const dots = (characters: number) =>
  painted([{ kind: 'loaded', name: '', ...SIZE, runs: 'x'.repeat(characters) }]);

describe('the masks of the studio', () => {
  it('survive a restart, each with its picture, with every kind of stroke', () => {
    const storage = memoryStorage();
    const store = createStudioStore(storage);
    paint(store, 7, painted(EVERY));
    paint(store, 8, undo(painted([...EVERY, { kind: 'invert' }])));
    const again = createStudioStore(storage).getState();
    expect([...again.masks]).toEqual([
      [7, painted(EVERY)],
      [8, painted(EVERY)],
    ]);
    expect(again.lost.size).toBe(0);
  });

  it('that were cleared, or given up, are none', () => {
    const storage = memoryStorage();
    const store = createStudioStore(storage);
    paint(store, 7, painted([{ kind: 'invert' }]));
    paint(store, 7, painted([{ kind: 'invert' }, { kind: 'clear' }]));
    const again = createStudioStore(storage);
    expect(again.getState()).toMatchObject({ masks: new Map(), lost: new Set() });
    expect(storage.getItem('brushfleet.studio.mask.7')).toBeNull();
  });

  it('that cannot be read are known to be lost, until they are painted again or given up', () => {
    const storage = memoryStorage();
    const store = createStudioStore(storage);
    for (const nodeId of [7, 8, 9]) {
      paint(store, nodeId, painted([{ kind: 'invert' }]));
    }
    storage.setItem('brushfleet.studio.mask.7', '{"width": 64,');
    storage.removeItem('brushfleet.studio.mask.8');
    const second = createStudioStore(storage);
    expect([...second.getState().lost]).toEqual([7, 8]);
    expect([...second.getState().masks.keys()]).toEqual([9]);
    expect([...createStudioStore(storage).getState().lost]).toEqual([7, 8]);
    paint(second, 7, painted(EVERY));
    giveUpMask(second, 8);
    const third = createStudioStore(storage).getState();
    expect([...third.masks.keys()].toSorted()).toEqual([7, 9]);
    expect(third.lost.size).toBe(0);
  });

  it('that have no room are let go, the oldest first, and are known to be lost', () => {
    const storage = memoryStorage();
    const store = createStudioStore(storage);
    paint(store, 1, dots(900_000));
    paint(store, 2, dots(900_000));
    paint(store, 3, dots(900_000));
    // In this session all are there.
    expect([...store.getState().masks.keys()]).toEqual([1, 2, 3]);
    const again = createStudioStore(storage);
    expect([[...again.getState().masks.keys()], [...again.getState().lost]]).toEqual([[2, 3], [1]]);
    // Its state of before is another mask than the one that was painted.
    paint(again, 3, dots(5_000_000));
    const third = createStudioStore(storage).getState();
    expect([[...third.masks.keys()], [...third.lost]]).toEqual([[2], [1, 3]]);
  });

  it('stop nothing where the window may keep no more', () => {
    const held = memoryStorage();
    const { setItem } = held;
    held.setItem = (name, text) => {
      if (text.length > 500) {
        throw new DOMException('full', 'QuotaExceededError');
      }
      setItem(name, text);
    };
    const store = createStudioStore(held);
    paint(store, 1, dots(10));
    paint(store, 2, dots(1000));
    const again = createStudioStore(held).getState();
    expect([[...again.masks.keys()], [...again.lost]]).toEqual([[], [1, 2]]);
  });
});
