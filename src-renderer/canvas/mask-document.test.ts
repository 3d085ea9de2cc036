import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMask, featherOf, isUntouched, livingStrokes, redo, undo, withStroke } from './mask-document';
import type { MaskDocument, MaskStroke } from './mask-document';

const blank = emptyMask({ width: 40, height: 30 });
const box: MaskStroke = { kind: 'rectangle', box: [2, 3, 10, 12], how: 'add' };
const dab: MaskStroke = { kind: 'brush', points: [5, 5, 1], radiusPx: 4, hardness: 1 };

const stroke: fc.Arbitrary<MaskStroke> = fc.oneof(
  fc.constantFrom<MaskStroke>({ kind: 'invert' }, { kind: 'clear' }, box, dab),
  fc.integer({ min: 0, max: 20 }).map((px): MaskStroke => ({ kind: 'feather', px })),
  fc
    .array(fc.integer({ min: -5, max: 45 }), { minLength: 6, maxLength: 12 })
    .map((numbers): MaskStroke => ({ kind: 'lasso', corners: numbers.slice(0, 6), how: 'add' })),
);
const made = fc.array(stroke, { maxLength: 12 }).map((strokes) => strokes.reduce(withStroke, blank));
const times = (count: number, act: (document: MaskDocument) => MaskDocument, document: MaskDocument) =>
  Array.from({ length: count }).reduce<MaskDocument>((so) => act(so), document);

describe('the steps of a mask', () => {
  it('undone and done again are what they were, however often', () => {
    fc.assert(
      fc.property(made, fc.nat(15), (document, count) => {
        const back = times(count, undo, document);
        expect(times(count, redo, back)).toEqual(document);
        expect(back.strokes).toEqual(document.strokes.slice(0, Math.max(0, document.strokes.length - count)));
      }),
    );
  });

  it('forget what was undone once something new is done', () => {
    fc.assert(
      fc.property(made, stroke, (document, next) => {
        const after = withStroke(undo(document), next);
        expect(after.undone).toEqual([]);
        expect(redo(after)).toBe(after);
        expect(after.strokes.at(-1)).toEqual(next);
      }),
    );
  });

  it('count one feather after the other as one', () => {
    const feathered = [3, 5, 8].map((px): MaskStroke => ({ kind: 'feather', px }));
    const document = [box, ...feathered].reduce(withStroke, blank);
    expect(featherOf(document)).toBe(8);
    expect(undo(document).strokes).toEqual([box]);
    expect(featherOf(undo(document))).toBe(0);
  });

  it('before a clearing do not count, and are there again when it is undone', () => {
    const cleared = withStroke(withStroke(blank, box), { kind: 'clear' });
    expect(isUntouched(cleared)).toBe(true);
    expect(livingStrokes(withStroke(cleared, dab))).toEqual([{ kind: 'clear' }, dab]);
    expect(isUntouched(undo(cleared))).toBe(false);
  });

  it('that only take away mark nothing', () => {
    const erased = withStroke(withStroke(blank, { ...dab, kind: 'eraser' }), { ...box, how: 'subtract' });
    expect(isUntouched(erased)).toBe(true);
    expect(isUntouched(withStroke(erased, { kind: 'invert' }))).toBe(false);
  });
});
