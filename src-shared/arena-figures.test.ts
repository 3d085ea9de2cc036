import { describe, expect, it } from 'vitest';
import { bradleyTerry, outcomeOf, standingsBy, wilsonInterval } from './arena-figures';
import type { Contender, DecidedPair } from './model/arena';

const of = (side: string, more: Partial<Contender> = {}): Contender => ({
  side,
  model: 'm',
  endpoint: 'e',
  ...more,
});
const pair = (left: string, right: string, choice: DecidedPair['choice']): DecidedPair => ({
  left: of(left),
  right: of(right),
  choice,
});

describe('the interval of a win rate', () => {
  // Agresti and Coull, The American Statistician 52 (1998); Brown, Cai and DasGupta, Statistical Science 16 (2001).
  it.each([
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [5, 10, 0.2366, 0.7634],
    [1, 29, 0.0061, 0.1718],
    [81, 263, 0.2553, 0.3662],
    [7.5, 10, 0.4422, 0.919],
  ])('%f of %i is between %f and %f', (wins, n, low, high) => {
    const interval = wilsonInterval(wins, n);
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  it('says nothing of nothing', () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('one scale for many', () => {
  it('gives 400 points to odds of ten to one, in the long run', () => {
    const [strong = 0, weak = 0] = bradleyTerry([
      [0, 10_000],
      [1000, 0],
    ]);
    expect(strong - weak).toBeCloseTo(400, 0);
    expect((strong + weak) / 2).toBeCloseTo(1000, 6);
  });

  it('orders those who never met by whom they beat', () => {
    const [first = 0, second = 0, third = 0] = bradleyTerry([
      [0, 8, 0],
      [2, 0, 7],
      [0, 3, 0],
    ]);
    expect(first).toBeGreaterThan(second);
    expect(second).toBeGreaterThan(third);
  });

  it('keeps who never lost on the scale', () => {
    expect(
      bradleyTerry([
        [0, 5],
        [0, 0],
      ]).every(Number.isFinite),
    ).toBe(true);
  });
});

describe('standings', () => {
  const pairs = [
    pair('A', 'B', 'left'),
    pair('B', 'A', 'right'),
    pair('A', 'B', 'tie'),
    pair('A', 'B', 'right'),
    pair('A', 'B', 'skip'),
  ];

  it('count ties half and leave skipped pairs out, whichever side they stood on', () => {
    expect(standingsBy(pairs, ({ side }) => side)).toMatchObject([
      { name: 'A', wins: 2, losses: 1, ties: 1, rate: 0.625 },
      { name: 'B', wins: 1, losses: 2, ties: 1, rate: 0.375 },
    ]);
  });

  it('have a scale only with more than two', () => {
    expect(standingsBy(pairs, ({ side }) => side)[0]).not.toHaveProperty('elo');
    const three = standingsBy([...pairs, pair('A', 'C', 'left')], ({ side }) => side);
    expect(three.map(({ name }) => name)).toEqual(['A', 'B', 'C']);
    expect(three.every(({ elo }) => typeof elo === 'number')).toBe(true);
  });

  it('are told by endpoint where that is another question', () => {
    const mixed: DecidedPair[] = [
      { left: of('A', { endpoint: 'x' }), right: of('B', { endpoint: 'y' }), choice: 'left' },
      { left: of('A', { endpoint: 'y' }), right: of('B', { endpoint: 'x' }), choice: 'left' },
    ];
    const outcome = outcomeOf([...mixed, pair('A', 'B', 'skip')]);
    expect(outcome).toMatchObject({ decided: 2, skipped: 1, ties: 0, leftShare: 1, models: [] });
    expect(outcome.endpoints.map(({ name, rate }) => [name, rate])).toEqual([
      ['x', 0.5],
      ['y', 0.5],
    ]);
    const byEndpoint = [
      { left: of('x', { endpoint: 'x' }), right: of('y', { endpoint: 'y' }), choice: 'left' as const },
    ];
    expect(outcomeOf(byEndpoint).endpoints).toEqual([]);
  });
});
