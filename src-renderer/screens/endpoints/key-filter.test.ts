import { describe, expect, it } from 'vitest';
import { fakeEndpoints, manyEndpoints, STUDIO_GROUP } from '../../testing/fake-fleet-data';
import { ALL_KEYS, filterKeys, standingCounts } from './key-filter';

const keys = fakeEndpoints(0)[0]?.keys ?? [];
const labels = (query: string) =>
  filterKeys(keys, { ...ALL_KEYS, query }, [STUDIO_GROUP], false).map((key) => key.label);

describe('the search among keys', () => {
  it.each([
    ['team', ['team-a', 'team-b', 'team-c']],
    ['X7QD', ['team-a']],
    ['invalid', ['old']],
    ['studio-project', ['team-a', 'team-b']],
    ['studio@example', ['team-a', 'team-b']],
    ['team quota', ['team-b']],
    ['free', ['free-1']],
    ['nothing of this', []],
  ])('finds by %s', (query, expected) => {
    expect(labels(query)).toEqual(expected);
  });

  it('narrows by standing', () => {
    expect(filterKeys(keys, { query: '', standing: 'out' }, [], false).map((key) => key.label)).toEqual([
      'free-1',
    ]);
  });

  it('counts the standings that occur', () => {
    expect(standingCounts(keys)).toEqual([
      ['ready', 2],
      ['waiting', 1],
      ['out', 1],
      ['invalid', 1],
    ]);
    const many = standingCounts(manyEndpoints(0)[0]?.keys ?? []);
    expect(many.reduce((sum, [, count]) => sum + count, 0)).toBe(1500);
  });
});
