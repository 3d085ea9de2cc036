import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManyNames } from './many-names';

const LETTERS = ['', '/', '.png', 'é', 'ÿ', 'þ', '\u0100', '日本', '😀', '\ud800', '0', 'row_'];

describe('many names', () => {
  it('are a set, whatever they are like', () => {
    const name = fc.array(fc.constantFrom(...LETTERS), { maxLength: 4 }).map((letters) => letters.join(''));
    const acts = fc.array(fc.record({ isAdded: fc.boolean(), name }), { maxLength: 400 });
    fc.assert(
      fc.property(acts, (all) => {
        const names = new ManyNames();
        const expected = new Set<string>();
        for (const act of all) {
          if (act.isAdded) {
            names.add(act.name);
            expected.add(act.name);
          } else {
            names.delete(act.name);
            expected.delete(act.name);
          }
          expect(names.size).toBe(expected.size);
        }
        expect([...names].toSorted()).toEqual([...expected].toSorted());
      }),
    );
  });

  it('are as many as there are rows, long ones too', () => {
    const all = Array.from({ length: 20_000 }, (_, n) => `${n}.webp`);
    const long = 'x'.repeat(5000);
    const names = new ManyNames();
    for (const name of [...all, long, ...all]) {
      names.add(name);
    }
    expect(names.size).toBe(all.length + 1);
    expect(new Set(names)).toEqual(new Set([...all, long]));
    for (const name of all.slice(1)) {
      names.delete(name);
    }
    names.delete('never there');
    expect([...names].toSorted()).toEqual(['0.webp', long]);
    names.add('7.webp');
    expect(names.size).toBe(3);
  });
});
