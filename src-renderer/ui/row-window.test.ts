import { describe, expect, it } from 'vitest';
import { rowsInView, scaleOf, scrollTopFor, TALLEST_CANVAS_PX } from './row-window';

const viewHeight = 600;
const short = { rows: 100, rowHeight: 140, padding: 12 };
const long = { rows: 1_000_000, rowHeight: 140, padding: 12 };

describe('the rows in view', () => {
  it('are those at the scroll position, with a few beyond both edges', () => {
    expect(rowsInView(short, { scrollTop: 0, viewHeight })).toEqual({ first: 0, last: 6, offset: 0 });
    expect(rowsInView(short, { scrollTop: 1412, viewHeight })).toEqual({ first: 8, last: 16, offset: 0 });
    const { canvasHeight } = scaleOf(short, viewHeight);
    expect(rowsInView(short, { scrollTop: canvasHeight - viewHeight, viewHeight }).last).toBe(99);
  });

  it('of a list longer than a browser can lay out reach to its very end', () => {
    const { canvasHeight, ratio } = scaleOf(long, viewHeight);
    expect(canvasHeight).toBe(TALLEST_CANVAS_PX);
    const bottom = canvasHeight - viewHeight;
    const end = rowsInView(long, { scrollTop: bottom, viewHeight });
    expect(end.last).toBe(999_999);
    const lastTop = 12 + 999_999 * 140 - end.offset;
    expect(lastTop).toBeGreaterThan(bottom);
    expect(lastTop + 140 + 12).toBeCloseTo(canvasHeight, 3);
    expect(ratio).toBeCloseTo(14, 1);
  });
});

describe('scrolling to a row', () => {
  it('stays where the row is in view already, and else shows it at the nearer edge', () => {
    const at = { scrollTop: 1400, viewHeight };
    expect(scrollTopFor(12, short, at)).toBe(1400);
    expect(scrollTopFor(5, short, at)).toBe(700);
    expect(scrollTopFor(20, short, at)).toBe(20 * 140 + 140 + 24 - viewHeight);
    expect(scrollTopFor(0, short, at)).toBe(0);
  });

  it('shows any row of a list that is scaled', () => {
    for (const row of [0, 7, 123_456, 999_999]) {
      const scrollTop = scrollTopFor(row, long, { scrollTop: 5_000_000, viewHeight });
      const shown = rowsInView(long, { scrollTop, viewHeight });
      const top = 12 + row * 140 - shown.offset;
      expect(top).toBeGreaterThanOrEqual(scrollTop - 1e-3);
      expect(top + 140).toBeLessThanOrEqual(scrollTop + viewHeight + 1e-3);
    }
  });
});
