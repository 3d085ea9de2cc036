import { describe, expect, it } from 'vitest';
import { createToldText } from './told-text';

function told() {
  const pieces: string[] = [];
  return { pieces, text: createToldText((piece) => pieces.push(piece)) };
}

describe('an answer told while it comes', () => {
  it('goes out piece by piece, and what was not told at its end', () => {
    const { pieces, text } = told();
    text.delta('The ');
    text.delta('sea');
    expect(text.end('The sea is wide.')).toBe(true);
    expect(pieces).toEqual(['The ', 'sea', ' is wide.']);
  });

  it('goes on where it was when it is begun anew in the same words', () => {
    const { pieces, text } = told();
    text.delta('The sea');
    text.again();
    text.delta('The');
    text.delta(' sea is');
    text.delta(' wide.');
    expect(text.end('The sea is wide.')).toBe(true);
    expect(pieces).toEqual(['The sea', ' is', ' wide.']);
  });

  it('tells nothing more once it is begun anew in other words', () => {
    const { pieces, text } = told();
    text.delta('The sea');
    text.again();
    text.delta('An ocean');
    text.delta(' is wide.');
    expect(text.end('An ocean is wide.')).toBe(false);
    expect(pieces).toEqual(['The sea']);
  });

  it('may be begun anew before anything was told', () => {
    const { pieces, text } = told();
    text.again();
    text.delta('Yes');
    expect(text.end('Yes')).toBe(true);
    expect(pieces).toEqual(['Yes']);
  });
});
