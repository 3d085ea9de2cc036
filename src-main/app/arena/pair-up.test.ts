import { describe, expect, it } from 'vitest';
import type { ArenaKind } from '@shared/model/arena';
import fc from 'fast-check';
import type { ArenaResult } from '../../store/arena-store';
import { pairUp, shuffled } from './pair-up';

/** A known sequence: Park and Miller's minimal standard generator. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

let lastId = 0;
function result(given: Partial<ArenaResult>): ArenaResult {
  lastId += 1;
  return {
    resultId: lastId,
    jobId: lastId,
    runId: 1,
    row: 0,
    index: 0,
    variant: 0,
    provider: 'openai',
    model: 'a',
    endpointName: 'x',
    ...given,
  };
}
const rules = (kind: ArenaKind, seed = 1) => ({
  kind,
  random: seeded(seed),
  runName: (runId: number) => `Run ${runId}`,
});
const rows = (count: number, given: Partial<ArenaResult>) =>
  Array.from({ length: count }, (_, row) => result({ row, index: row, ...given }));

describe('models of a run', () => {
  it('stand against each other row by row, where both have a result', () => {
    const results = [...rows(3, { model: 'a' }), ...rows(2, { model: 'b' })];
    const { sides, pairs } = pairUp(results, rules('model'));
    expect(sides).toEqual([
      { side: 0, label: 'a', results: 3 },
      { side: 1, label: 'b', results: 2 },
    ]);
    expect(pairs).toHaveLength(2);
    const rowOf = new Map(results.map(({ resultId, row }) => [resultId, row]));
    for (const { left, right } of pairs) {
      expect(rowOf.get(left.resultId)).toBe(rowOf.get(right.resultId));
      expect(left.side).not.toBe(right.side);
    }
  });

  it('are told apart by provider where the name is the same', () => {
    const results = [...rows(1, { model: 'a' }), ...rows(1, { model: 'a', provider: 'google_genai' })];
    expect(pairUp(results, rules('model')).sides.map(({ label }) => label)).toEqual([
      'a (openai)',
      'a (google_genai)',
    ]);
  });

  it('are all compared with all, variant by variant, and never across runs', () => {
    const three = ['a', 'b', 'c'].flatMap((model) => [0, 1].map((variant) => result({ model, variant })));
    expect(pairUp(three, rules('model')).pairs).toHaveLength(6);
    const apart = [result({ runId: 1, model: 'a' }), result({ runId: 2, model: 'b' })];
    expect(pairUp(apart, rules('model')).pairs).toEqual([]);
  });
});

it('runs stand against each other by the index of their rows', () => {
  const results = [result({ runId: 1, row: 4, index: 104 }), result({ runId: 2, row: 0, index: 104 })];
  const { sides, pairs } = pairUp(results, rules('run'));
  expect(sides.map(({ label }) => label)).toEqual(['Run 1', 'Run 2']);
  expect(pairs).toHaveLength(1);
});

it('runs whose rows share an index stand against each other row by row', () => {
  // The first run has no result of the first of the two rows.
  const results = [
    ...[1, 2].map((row) => result({ runId: 1, row, index: 5 })),
    ...[0, 1, 2].map((row) => result({ runId: 2, row, index: 5 })),
  ];
  const rowOf = new Map(results.map(({ resultId, row }) => [resultId, row]));
  const { pairs } = pairUp(results, rules('run'));
  expect(
    pairs.map(({ left, right }) => [rowOf.get(left.resultId), rowOf.get(right.resultId)]).sort(),
  ).toEqual([
    [1, 1],
    [2, 2],
  ]);
});

it('endpoints stand against each other where they answered the same model', () => {
  const same = [result({ variant: 0, endpointName: 'x' }), result({ variant: 1, endpointName: 'y' })];
  expect(pairUp(same, rules('endpoint')).pairs).toHaveLength(1);
  const other = [result({ endpointName: 'x', model: 'a' }), result({ endpointName: 'y', model: 'b' })];
  expect(pairUp(other, rules('endpoint')).pairs).toEqual([]);
  expect(pairUp([result({ endpointName: null })], rules('endpoint')).sides).toEqual([]);
});

describe('places', () => {
  it('say nothing of the side: over many pairs each stands as often left as right', () => {
    const results = [...rows(2000, { model: 'a' }), ...rows(2000, { model: 'b' })];
    const { pairs } = pairUp(results, rules('model', 7));
    const lefts = pairs.filter(({ left }) => left.side === 0).length;
    // Four standard deviations of 2,000 throws of a coin.
    expect(Math.abs(lefts - 1000)).toBeLessThan(4 * Math.sqrt(500));
    // Nor does the order: the first half is as even.
    const early = pairs.slice(0, 1000).filter(({ left }) => left.side === 0).length;
    expect(Math.abs(early - 500)).toBeLessThan(4 * Math.sqrt(250));
  });

  it('are the same for the same random numbers, and others for others', () => {
    const results = [...rows(20, { model: 'a' }), ...rows(20, { model: 'b' })];
    expect(pairUp(results, rules('model', 3))).toEqual(pairUp(results, rules('model', 3)));
    expect(pairUp(results, rules('model', 3))).not.toEqual(pairUp(results, rules('model', 4)));
  });
});

it('a shuffle loses nothing and doubles nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 1_000_000 }), (items, seed) => {
      const all = shuffled(items, seeded(seed));
      expect([...all].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
    }),
  );
});
