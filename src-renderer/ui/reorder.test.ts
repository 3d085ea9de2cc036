import { describe, expect, it } from 'vitest';
import { placeAt } from './reorder';

describe('where a dragged item lands', () => {
  it.each([
    [0, 0],
    [24, 0],
    [26, 1],
    [80, 2],
    [500, 3],
  ])('y %i is place %i among items 50 high', (y, place) => {
    expect(placeAt([25, 75, 125], y)).toBe(place);
  });
});
