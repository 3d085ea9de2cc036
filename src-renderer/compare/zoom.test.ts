import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  atScale,
  FIT,
  fitScale,
  keptInside,
  MOST_SCALE,
  pannedBy,
  percentOf,
  placementOf,
  toggled,
  zoomedBy,
} from './zoom';
import type { Geometry, Zoom } from './zoom';

const geometry: Geometry = { pane: { width: 800, height: 600 }, frame: { width: 4000, height: 2000 } };
const size = fc.record({
  width: fc.integer({ min: 1, max: 9000 }),
  height: fc.integer({ min: 1, max: 9000 }),
});
const seen = fc.record({ pane: size, frame: size });
const somewhere: fc.Arbitrary<Zoom> = fc.record({
  kind: fc.constant('at' as const),
  scale: fc.double({ min: 0.02, max: MOST_SCALE, noNaN: true }),
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('zoom', () => {
  it('whole: as large as the pane allows, in its middle', () => {
    expect(placementOf(FIT, geometry)).toEqual({ scale: 0.2, left: 0, top: 100 });
    expect(percentOf(FIT, geometry)).toBe('20%');
  });

  it('keeps the point under the pointer where it is', () => {
    const point = { x: 500, y: 300 };
    const under = (zoom: Zoom) => {
      const { scale, left, top } = placementOf(zoom, geometry);
      return [(point.x - left) / scale, (point.y - top) / scale];
    };
    const once = zoomedBy(FIT, geometry, { factor: 4, ...point });
    const twice = zoomedBy(once, geometry, { factor: 2.5, ...point });
    // From 100 % on it lies on whole pixels of the screen.
    expect(under(once)[0]).toBeCloseTo(2500, 6);
    expect(under(once)[1]).toBeCloseTo(1000, 6);
    expect(Math.abs((under(twice)[0] ?? 0) - 2500)).toBeLessThan(1);
  });

  it('ends at whole and at the most, whatever the wheel says', () => {
    expect(zoomedBy(FIT, geometry, { factor: 0.1, x: 0, y: 0 })).toEqual(FIT);
    expect(zoomedBy(FIT, geometry, { factor: 1e9, x: 0, y: 0 })).toMatchObject({ scale: MOST_SCALE });
    const small: Geometry = { ...geometry, frame: { width: 100, height: 100 } };
    expect(zoomedBy(FIT, small, { factor: 1e-3, x: 0, y: 0 })).toMatchObject({ scale: 1 });
  });

  it('never shows what is beside a picture that fills its pane', () => {
    fc.assert(
      fc.property(seen, somewhere, fc.integer({ min: -9000, max: 9000 }), (through, zoom, by) => {
        const moved = pannedBy(keptInside(zoom, through), through, by, -by);
        const { scale, left, top } = placementOf(moved, through);
        const slack = 1;
        for (const [from, length, room] of [
          [left, through.frame.width * scale, through.pane.width],
          [top, through.frame.height * scale, through.pane.height],
        ] as const) {
          if (length >= room) {
            expect(from).toBeLessThanOrEqual(slack);
            expect(from + length).toBeGreaterThanOrEqual(room - slack);
          } else {
            expect(Math.abs(from - (room - length) / 2)).toBeLessThanOrEqual(slack);
          }
        }
      }),
    );
  });

  it('is at whole pixels from 100 % on', () => {
    fc.assert(
      fc.property(seen, somewhere, (through, zoom) => {
        const { left, top, scale } = placementOf(zoom, through);
        expect(scale < 1 || (Number.isInteger(left) && Number.isInteger(top))).toBe(true);
      }),
    );
  });

  it('toggles between whole and 100 %, and looks closer at a picture that is smaller than its pane', () => {
    expect(toggled(FIT, geometry)).toEqual({ kind: 'at', scale: 1, x: 0.5, y: 0.5 });
    expect(toggled(toggled(FIT, geometry), geometry)).toEqual(FIT);
    const small: Geometry = { ...geometry, frame: { width: 300, height: 300 } };
    expect(fitScale(small)).toBe(2);
    expect(toggled(FIT, small)).toMatchObject({ scale: 4 });
    expect(toggled(FIT, null)).toMatchObject({ scale: 1 });
  });

  it('to 100 % stays where one looks', () => {
    expect(atScale({ kind: 'at', scale: 5, x: 0.1, y: 0.9 }, 1)).toEqual({
      kind: 'at',
      scale: 1,
      x: 0.1,
      y: 0.9,
    });
    expect(atScale(FIT, 1)).toEqual({ kind: 'at', scale: 1, x: 0.5, y: 0.5 });
  });
});
