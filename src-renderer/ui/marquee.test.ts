import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boxOf, type GridShape, placesIn } from './marquee';

const shape: GridShape = {
  count: 23,
  columns: 5,
  cellWidth: 100,
  cellHeight: 100,
  gap: 8,
  left: 16,
  top: 12,
};

it('touches the cells it overlaps, and none in whose gap it stays', () => {
  expect(placesIn(boxOf({ x: 10, y: 5 }, { x: 20, y: 20 }), shape)).toEqual([0]);
  expect(placesIn(boxOf({ x: 117, y: 50 }, { x: 120, y: 60 }), shape)).toEqual([]);
  expect(placesIn(boxOf({ x: 240, y: 130 }, { x: 117, y: 50 }), shape)).toEqual([1, 2, 6, 7]);
  expect(placesIn(boxOf({ x: 0, y: 440 }, { x: 900, y: 9000 }), shape)).toEqual([20, 21, 22]);
});

it('touches exactly the cells that overlap by their corners', () => {
  const coordinate = fc.integer({ min: -50, max: 700 });
  fc.assert(
    fc.property(coordinate, coordinate, coordinate, coordinate, (x1, y1, x2, y2) => {
      const box = boxOf({ x: x1, y: y1 }, { x: x2, y: y2 });
      const expected = Array.from({ length: shape.count }, (_, place) => place).filter((place) => {
        const left = 16 + (place % 5) * 108;
        const top = 12 + Math.floor(place / 5) * 108;
        return (
          box.left <= left + 100 &&
          box.left + box.width >= left &&
          box.top <= top + 100 &&
          box.top + box.height >= top
        );
      });
      expect(placesIn(box, shape)).toEqual(expected);
    }),
  );
});
