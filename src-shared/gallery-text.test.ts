import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearch, wordsOf } from './gallery-text';

const isColumn = (name: string): boolean => name === 'style';

describe('reading a search', () => {
  it('knows words, phrases, what is left out, and columns', () => {
    expect(parseSearch('red "old oak" -snow style:ink -style:"soft light"', isColumn)).toEqual([
      { words: ['red'], isPrefix: true, isExcluded: false },
      { words: ['old', 'oak'], isPrefix: false, isExcluded: false },
      { words: ['snow'], isPrefix: true, isExcluded: true },
      { words: ['ink'], isPrefix: true, isExcluded: false, column: 'style' },
      { words: ['soft', 'light'], isPrefix: false, isExcluded: true, column: 'style' },
    ]);
  });

  it('searches for what looks like a column and is none', () => {
    expect(parseSearch('https://a.example/b', isColumn)).toEqual([
      { words: ['https', 'a', 'example', 'b'], isPrefix: true, isExcluded: false },
    ]);
  });

  it('takes a quote that was not closed for a phrase to the end, and leaves out what has no word', () => {
    expect(parseSearch('"half a', isColumn)).toEqual([
      { words: ['half', 'a'], isPrefix: false, isExcluded: false },
    ]);
    expect(parseSearch('- "" :: *** ( NOT', isColumn).map(({ words }) => words)).toEqual([['NOT']]);
  });

  it('takes each sign of a script without spaces for a word', () => {
    expect(wordsOf('把天空变红 please')).toEqual(['把', '天', '空', '变', '红', 'please']);
  });

  it('yields words of letters, digits and marks alone, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const { words } of parseSearch(text, isColumn)) {
          expect(words.length).toBeGreaterThan(0);
          for (const word of words) {
            expect(word).toMatch(/^[\p{L}\p{N}\p{M}\p{Co}]+$/u);
          }
        }
      }),
    );
  });
});
