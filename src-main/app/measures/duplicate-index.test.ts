import { describe, expect, it } from 'vitest';
import { createDuplicateIndex, type Indexed } from './duplicate-index';

function result(jobId: number, hash: string | null, given: Partial<Indexed> = {}): Indexed {
  return {
    resultId: jobId,
    jobId,
    row: jobId,
    fileName: `${jobId}.png`,
    sha256: `sha ${jobId}`,
    hash,
    ...given,
  };
}

/** The bits at these places turned. */
function turned(hash: string, places: readonly number[]): string {
  const bits = hash
    .split('')
    .flatMap((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0').split(''));
  for (const place of places) bits[place] = bits[place] === '1' ? '0' : '1';
  return Array.from({ length: 16 }, (_, at) =>
    Number.parseInt(bits.slice(at * 4, at * 4 + 4).join(''), 2).toString(16),
  ).join('');
}

const HASH = 'c3a5f00d1234beef';

describe('an index of duplicates', () => {
  it('finds every look-alike of another row within six bits, wherever they are, the nearest first', () => {
    const index = createDuplicateIndex();
    const spread = [0, 3, 18, 21, 40, 63];
    spread.forEach((_, at) => index.add(result(at + 1, turned(HASH, spread.slice(0, at + 1)))));
    index.add(result(50, turned(HASH, [1, 9, 17, 25, 33, 41, 49])));
    const found = index.near(result(99, HASH), 10);
    expect(found.map(({ jobId, distance }) => [jobId, distance])).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => [n, n]),
    );
  });

  it('passes over variants of the same row, and over results that were replaced', () => {
    const index = createDuplicateIndex();
    index.add(result(1, HASH, { row: 7 }));
    index.add(result(2, HASH, { sha256: 'same' }));
    index.add(
      result(
        2,
        turned(
          HASH,
          Array.from({ length: 16 }, (_, at) => at * 4),
        ),
      ),
    );
    expect(index.near(result(3, HASH, { row: 7 }), 10)).toEqual([]);
    expect(index.exact(result(3, HASH, { sha256: 'same' }))).toBeUndefined();
  });

  it('finds the same bytes of another row even without a hash', () => {
    const index = createDuplicateIndex();
    index.add(result(1, null, { sha256: 'blank' }));
    expect(index.exact(result(2, null, { sha256: 'blank' }))?.jobId).toBe(1);
    expect(index.exact(result(2, null, { sha256: 'blank', row: 1 }))).toBeUndefined();
    expect(index.near(result(2, null), 10)).toEqual([]);
  });

  it('looks at few of many', () => {
    const index = createDuplicateIndex();
    let state = 1;
    const random = (): string => {
      state = (state * 48_271) % 2_147_483_647;
      return (state % 65_536).toString(16).padStart(4, '0');
    };
    for (let at = 1; at <= 20_000; at++) {
      index.add(result(at, random() + random() + random() + random()));
    }
    let looked = 0;
    const spied: Indexed = {
      ...result(50_000, HASH),
      get row() {
        looked++;
        return -1;
      },
    };
    index.near(spied, 10);
    expect(looked).toBeLessThan(200);
  });
});
