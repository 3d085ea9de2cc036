import { describe, expect, it, vi } from 'vitest';
import { frameNote, gridOf, nextMode, obeyCompareKey, pairOf, shownOf } from './compare-model';
import type { ComparedPicture } from './compare-model';

const picture = (label: string): ComparedPicture => ({ url: `${label}.png`, label });
const wide = { width: 1000, height: 600 };

describe('what is compared', () => {
  it('is the first with the last, and swapped the other way round', () => {
    const three = ['a', 'b', 'c'].map(picture);
    const labels = (isSwapped: boolean) => {
      const { before, after } = pairOf(three, isSwapped);
      return [before?.label, after?.label];
    };
    expect([labels(false), labels(true)]).toEqual([
      ['a', 'c'],
      ['c', 'a'],
    ]);
    expect(pairOf(three.slice(0, 1), true)).toEqual({ before: undefined, after: three[0] });
    expect(pairOf([], false)).toEqual({ before: undefined, after: undefined });
  });

  it('is at most four, the last always among them', () => {
    const labels = (count: number) =>
      shownOf(['a', 'b', 'c', 'd', 'e', 'f'].slice(0, count).map(picture))
        .map(({ label }) => label)
        .join('');
    expect([labels(2), labels(4), labels(6)]).toEqual(['ab', 'abcd', 'abcf']);
  });

  it('goes through every mode and round again', () => {
    const modes = Array.from({ length: 4 }).reduce<string[]>(
      (so) => [...so, nextMode(so.at(-1) as never)],
      ['side'],
    );
    expect(modes).toEqual(['side', 'slider', 'difference', 'result', 'side']);
  });
});

describe('the panes', () => {
  it.each([
    [1, { width: 500, height: 500 }, { columns: 1, rows: 1 }],
    [2, { width: 500, height: 500 }, { columns: 2, rows: 1 }],
    // However wide they are: beside each other, as the mode says.
    [2, { width: 4000, height: 500 }, { columns: 2, rows: 1 }],
    [3, { width: 300, height: 500 }, { columns: 3, rows: 1 }],
    [3, { width: 4000, height: 500 }, { columns: 1, rows: 3 }],
    [4, { width: 500, height: 400 }, { columns: 2, rows: 2 }],
    [4, { width: 100, height: 500 }, { columns: 4, rows: 1 }],
  ])('%i pictures of %j: %j', (count, frame, grid) => {
    expect(gridOf(count, wide, frame)).toEqual(grid);
  });

  it('of other sizes are fitted to the first, and that is said', () => {
    const size = (width: number, height: number) => ({ width, height });
    const note = (...sizes: ({ width: number; height: number } | null)[]) =>
      frameNote(sizes.map((one, at) => ({ label: ['Source', 'Result', 'Third'][at] ?? '', size: one })));
    expect(note(size(100, 50), size(100, 50), null)).toBeNull();
    expect(note(null, size(1, 1))).toBeNull();
    expect(note(size(1024, 512), size(2048, 1024))).toBe(
      'Result (2048 × 1024) is fitted to Source (1024 × 512).',
    );
    expect(note(size(1024, 858), size(1152, 896), size(10, 90))).toBe(
      'Result (1152 × 896), Third (10 × 90) are fitted to Source (1024 × 858), of another shape.',
    );
  });
});

describe('the keys of comparing', () => {
  const acts = () => ({
    cycle: vi.fn(),
    swap: vi.fn(),
    blink: vi.fn(),
    toggleZoom: vi.fn(),
    fit: vi.fn(),
    actual: vi.fn(),
  });
  const press = (key: string, held: Partial<KeyboardEvent> = {}) => {
    const given = acts();
    const isOurs = obeyCompareKey(
      { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...held },
      given,
    );
    const called = Object.entries(given)
      .filter(([, act]) => act.mock.calls.length > 0)
      .map(([name]) => name);
    return isOurs ? called : ['none', ...called];
  };

  it.each([
    ['m', {}, 'cycle'],
    ['M', {}, 'cycle'],
    ['c', {}, 'swap'],
    ['\\', {}, 'blink'],
    ['z', {}, 'toggleZoom'],
    ['0', { ctrlKey: true }, 'fit'],
    ['0', { ctrlKey: true, altKey: true }, 'actual'],
    ['0', {}, 'none'],
    ['c', { ctrlKey: true }, 'none'],
    ['z', { ctrlKey: true }, 'none'],
    ['m', { altKey: true }, 'none'],
    ['C', { shiftKey: true }, 'none'],
  ])('%s with %j: %s', (key, held, act) => {
    expect(press(key, held)).toEqual([act]);
  });

  it('change what is seen once, however long they are held', () => {
    expect(['m', 'c', 'z', '\\'].map((key) => press(key, { repeat: true }))).toEqual([[], [], [], []]);
  });
});
