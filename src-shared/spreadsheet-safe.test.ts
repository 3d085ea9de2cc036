import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFormulaTrigger, protectCell, restoreCell } from './spreadsheet-safe';

describe('spreadsheet cells', () => {
  it.each([
    '=1+1',
    '+20% saturation',
    '-- no text',
    '@alice',
    '\tx',
    '\rx',
    '\nx',
    '＝1',
    '＋1',
    '－1',
    '＠a',
  ])('%j is a trigger and is made harmless', (cell) => {
    expect(isFormulaTrigger(cell)).toBe(true);
    expect(isFormulaTrigger(protectCell(cell))).toBe(false);
  });

  it('leave other cells as they are', () => {
    expect(protectCell('a red hat = nice')).toBe('a red hat = nice');
    expect(protectCell('')).toBe('');
  });

  it('come back exactly', () => {
    const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom("'=1", "''", "'", '=', "'+'"));
    fc.assert(fc.property(cell, (text) => restoreCell(protectCell(text)) === text));
  });
});
