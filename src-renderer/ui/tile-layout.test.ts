import { describe, expect, it } from 'vitest';
import { columnsFor, layoutOf, type Room } from './tile-layout';

const ROOM: Room = { width: 1332, height: 900 };
const TILE = 132;

it('fits as many columns as their smallest size allows, at least one', () => {
  expect(columnsFor(740, 132)).toBe(5);
  expect(columnsFor(1300, 132)).toBe(9);
  expect(columnsFor(60, 132)).toBe(1);
});

describe('tiles that are few', () => {
  const place = (count: number, largest?: number, room = ROOM) =>
    layoutOf({ count, tileSize: TILE, largest }, room);

  it('grow until they fill the room', () => {
    const { columns, side } = place(24, 400);
    expect(columns).toBe(6);
    expect(side).toBeGreaterThan(200);
    expect(4 * (side + 8) + 24).toBeLessThanOrEqual(ROOM.height);
  });

  it('stand in one row rather than two of the same size, and grow no further than they may', () => {
    expect(place(3, 300)).toEqual({ columns: 3, side: 300 });
    expect(place(1, 512)).toEqual({ columns: 1, side: 512 });
  });

  it('fill their row as ever where they may not grow, are too many, or nothing is known of the height', () => {
    const usual = { columns: 9, side: (ROOM.width - 32 - 64) / 9 };
    expect(place(24)).toEqual(usual);
    expect(place(1000, 400)).toEqual(usual);
    expect(place(24, 400, { ...ROOM, height: 0 })).toEqual(usual);
    expect(place(9, TILE).side).toBe(usual.side);
  });

  it('never come and go with the scroll bar that their size makes', () => {
    for (let count = 1; count < 120; count += 1) {
      for (let height = 200; height < 1200; height += 7) {
        const overflows = (width: number): boolean => {
          const { columns, side } = place(count, 400, { width, height });
          return Math.ceil(count / columns) * (side + 8) + 24 > height;
        };
        // With a bar there is less width; without need of one there, there must be none without it.
        expect(overflows(ROOM.width) && !overflows(ROOM.width - 15), `${count} in ${height}`).toBe(false);
      }
    }
  });
});
