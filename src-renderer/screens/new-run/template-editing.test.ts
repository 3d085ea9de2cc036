import { describe, expect, it } from 'vitest';
import { completeColumn, completionAt, completionsFor, insertColumn } from './template-editing';

describe('inserting a column', () => {
  it.each([
    ['Add a hat to', 12, 12, 'Add a hat to {{subject}}', 24],
    ['Add a hat to ', 13, 13, 'Add a hat to {{subject}}', 24],
    ['Make XXX blue', 5, 8, 'Make {{subject}} blue', 16],
    ['', 0, 0, '{{subject}}', 11],
    ['{{a}}', 5, 5, '{{a}} {{subject}}', 17],
  ])('into %j at %d to %d', (text, start, end, expected, caret) => {
    expect(insertColumn(text, { start, end }, 'subject')).toEqual({ text: expected, caret });
  });
});

describe('completing a column', () => {
  it.each([
    ['Paint {{', 8, { start: 6, query: '' }],
    ['Paint {{ su', 11, { start: 6, query: 'su' }],
    ['Paint {{a}} red', 15, null],
    ['Paint {{su\nmore', 15, null],
    ['no braces', 9, null],
  ])('sees in %j at %d', (text, caret, expected) => {
    expect(completionAt(text, caret)).toEqual(expected);
  });

  it('offers columns that begin with what was typed before those that contain it', () => {
    expect(completionsFor('im', ['mime', 'image', 'subject', 'Image_2'])).toEqual([
      'image',
      'Image_2',
      'mime',
    ]);
  });

  it('does not double braces that are already there', () => {
    const completion = { start: 6, query: 'su' };
    expect(completeColumn('Paint {{su}} red', { caret: 10, completion, column: 'subject' })).toEqual({
      text: 'Paint {{subject}} red',
      caret: 17,
    });
  });
});
