import { describe, expect, it } from 'vitest';
import { ManyNames } from './many-names';

describe('many names', () => {
  it('are a set, whatever they are like', () => {
    const all = [
      'a.png',
      'sub/a.png',
      '',
      '.png',
      'é.png',
      ...Array.from({ length: 2000 }, (_, n) => `${n}.webp`),
    ];
    const names = new ManyNames();
    for (const name of [...all, ...all]) {
      names.add(name);
    }
    expect(names.size).toBe(all.length);
    // By their parts, not as they came: or one of them would hold them all, and stand still when it doubles.
    const rows = [...names].filter((name) => /^\d{4}\.webp$/.test(name));
    expect(new Set(rows.slice(0, 10).map((name) => name.slice(2))).size).toBe(1);
    expect([...names].toSorted()).toEqual(all.toSorted());
    for (const name of all.slice(1)) {
      names.delete(name);
    }
    names.delete('never there');
    expect([...names]).toEqual(['a.png']);
  });
});
