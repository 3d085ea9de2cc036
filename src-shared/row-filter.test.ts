import { describe, expect, it } from 'vitest';
import { parseRowFilter } from './row-filter';

const rowsOf = (text: string, upTo = 12): number[] => {
  const filter = parseRowFilter(text);
  if (filter.kind !== 'ok') throw new Error(filter.sentence);
  return Array.from({ length: upTo }, (_, row) => row).filter(filter.includes);
};

describe('parseRowFilter', () => {
  it.each<[string, number[]]>([
    ['', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['3', [3]],
    ['0:3', [0, 1, 2]],
    [':2', [0, 1]],
    ['10:', [10, 11]],
    [':', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['8, 0:2,, 1:3 ', [0, 1, 2, 8]],
    ['5:5', []],
    ['7:2', []],
    ['100', []],
    ['4,2,3:5', [2, 3, 4]],
  ])('%j takes %j', (text, rows) => {
    expect(rowsOf(text)).toEqual(rows);
  });

  it.each(['0:10:2', '-1', '1:-3', 'a', '1.5', '0-10', '1e3'])('refuses %j and names it', (text) => {
    const filter = parseRowFilter(`0:2,${text}`);
    expect(filter.kind === 'refused' && filter.sentence).toContain(`"${text}"`);
  });

  it('answers quickly for a filter of many rows', () => {
    const many = Array.from({ length: 5000 }, (_, part) => part * 2).join(',');
    expect(rowsOf(many, 10_000)).toHaveLength(5000);
  });
});
