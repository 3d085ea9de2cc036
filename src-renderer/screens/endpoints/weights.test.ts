import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeEndpoints } from '../../testing/fake-fleet-data';
import { draftShares, moveBoundary } from './weights';

describe('moving a boundary of the share bar', () => {
  it('takes from the next what the first gains', () => {
    expect(moveBoundary([2, 1, 1], 0, 0.25)).toEqual([1, 2, 1]);
    expect(moveBoundary([2, 1, 1], 1, 0.9)).toEqual([2, 1.6, 0.4]);
    expect(moveBoundary([50, 30, 20], 0, 0.6)).toEqual([60, 20, 20]);
  });

  it('never leaves one without anything, wherever it is dragged', () => {
    expect(moveBoundary([2, 1], 0, -3)).toEqual([0.1, 2.9]);
    expect(moveBoundary([2, 1], 0, 9)).toEqual([2.9, 0.1]);
  });

  it('keeps the sum and the others, in every case', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 6 }),
        fc.double({ min: -1, max: 2, noNaN: true }),
        fc.nat(4),
        (weights, position, at) => {
          const moved = moveBoundary(weights, at % (weights.length - 1), position);
          const sum = (list: readonly number[]) => list.reduce((total, weight) => total + weight, 0);
          expect(sum(moved)).toBeCloseTo(sum(weights), 6);
          expect(Math.min(...moved)).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('previewed shares', () => {
  it('count weights that are not saved yet, within one protocol', () => {
    const views = fakeEndpoints(0);
    const shares = draftShares(views, new Map([['google', 3]]));
    expect(shares.get('google')).toBe(0.75);
    expect(shares.get('relay')).toBe(0.25);
    expect(shares.get('openai')).toBe(1);
    expect(shares.has('demo')).toBe(false);
  });
});
