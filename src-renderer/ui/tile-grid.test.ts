import { describe, expect, it } from 'vitest';
import { nextOffset } from './tile-grid';

const place = { current: 7, count: 23, columns: 5, page: 3 };

describe('keys in the grid', () => {
  it.each([
    ['ArrowRight', 8],
    ['ArrowLeft', 6],
    ['ArrowDown', 12],
    ['ArrowUp', 2],
    ['PageDown', 22],
    ['PageUp', 0],
    ['Home', 0],
    ['End', 22],
    ['a', null],
  ])('%s leads to %s', (key, expected) => {
    expect(nextOffset(key, place)).toBe(expected);
  });

  it('stay within the list, and lead nowhere in an empty one', () => {
    expect(nextOffset('ArrowDown', { ...place, current: 21 })).toBe(22);
    expect(nextOffset('ArrowUp', { ...place, current: 1 })).toBe(0);
    expect(nextOffset('End', { ...place, count: 0 })).toBeNull();
  });
});
