import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVERYTHING } from '@shared/model/gallery';
import {
  clear,
  countSelected,
  focusOn,
  isSelected,
  NOTHING_SELECTED,
  pick,
  pickAll,
  pickMatching,
  range,
  type Selection,
  toggle,
  toGallerySelection,
} from './gallery-selection';

/** The list: the result at place n has the id 100 + n. */
const COUNT = 30;
const at = (offset: number) => ({ offset, id: 100 + offset });
const idsOf = (selection: Selection): number[] =>
  Array.from({ length: COUNT }, (_, offset) => 100 + offset).filter((id) => isSelected(selection, id));
const span = (from: number, to: number): number[] =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => 100 + Math.min(from, to) + step);

describe('selecting', () => {
  it('by a click, by Ctrl, by Shift from the anchor, and by Ctrl and Shift beside what is selected', () => {
    let selection = pick(at(5));
    expect(idsOf(selection)).toEqual([105]);
    selection = toggle(selection, at(8));
    expect(idsOf(selection)).toEqual([105, 108]);
    selection = range(selection, { offset: 10, ids: span(8, 10), isAdding: true });
    expect(idsOf(selection)).toEqual([105, 108, 109, 110]);
    selection = range(selection, { offset: 6, ids: span(8, 6), isAdding: false });
    expect(idsOf(selection)).toEqual([106, 107, 108]);
    expect(selection).toMatchObject({ focus: 6, anchor: 8 });
    expect(idsOf(focusOn(selection, 20))).toEqual([106, 107, 108]);
  });

  it('all that match is a query, from which single results are taken and put back', () => {
    let selection = pickMatching(pick(at(3)), { query: EVERYTHING, snapshot: '7', total: 100_000 });
    expect(countSelected(selection)).toBe(100_000);
    selection = toggle(selection, at(4));
    expect(toGallerySelection(selection)).toEqual({
      kind: 'matching',
      query: EVERYTHING,
      except: [104],
      seen: { snapshot: '7', total: 100_000 },
    });
    expect(countSelected(toggle(selection, at(4)))).toBe(100_000);
    expect(toGallerySelection(clear(selection))).toBeNull();
    expect(toGallerySelection(pick(at(1)))).toEqual({ kind: 'ids', jobIds: [101] });
  });

  it('counts what is selected, and a toggle twice is none, after whatever was done before', () => {
    const offset = fc.nat(COUNT - 1);
    const act: fc.Arbitrary<(before: Selection) => Selection> = fc.oneof(
      offset.map((one) => () => pick(at(one))),
      offset.map((one) => (before: Selection) => toggle(before, at(one))),
      fc.tuple(offset, fc.boolean()).map(
        ([one, isAdding]) =>
          (before: Selection) =>
            range(before, { offset: one, ids: span(before.anchor ?? one, one), isAdding }),
      ),
      fc.array(offset).map(
        (all) => (before: Selection) =>
          pickAll(
            before,
            all.map((one) => at(one).id),
          ),
      ),
      fc.constant((before: Selection) =>
        pickMatching(before, { query: EVERYTHING, snapshot: '7', total: COUNT }),
      ),
      fc.constant(clear),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), offset, (acts, one) => {
        const selection = acts.reduce((before, next) => next(before), NOTHING_SELECTED);
        expect(countSelected(selection)).toBe(idsOf(selection).length);
        expect(idsOf(toggle(toggle(selection, at(one)), at(one)))).toEqual(idsOf(selection));
        expect(isSelected(toggle(selection, at(one)), at(one).id)).toBe(!isSelected(selection, at(one).id));
      }),
    );
  });
});
