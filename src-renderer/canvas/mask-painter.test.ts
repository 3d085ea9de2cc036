import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { placementOf } from '../compare/zoom';
import type { Zoom } from '../compare/zoom';
import { emptyMask, redo, undo, withStroke } from './mask-document';
import type { BrushStroke, MaskDocument, MaskStroke } from './mask-document';
import { MaskPainter, plateOf } from './mask-painter';
import type { MaskView } from './mask-painter';

/** A canvas that remembers the alpha put on it, and nothing else. */
function paper() {
  const size = { width: 0, height: 0 };
  let alpha = new Uint8Array(0);
  const canvas = {
    style: {} as Record<string, string>,
    get width() {
      return size.width;
    },
    set width(value: number) {
      size.width = value;
      alpha = new Uint8Array(size.width * size.height);
    },
    get height() {
      return size.height;
    },
    set height(value: number) {
      size.height = value;
      alpha = new Uint8Array(size.width * size.height);
    },
    getContext: () => ({
      clearRect: () => alpha.fill(0),
      putImageData: ({ data, width }: ImageData, left: number, top: number) => {
        for (let at = 0; at < data.length / 4; at += 1) {
          alpha[(top + Math.floor(at / width)) * size.width + left + (at % width)] = data[at * 4 + 3] ?? 0;
        }
      },
    }),
  };
  return { canvas: canvas as unknown as HTMLCanvasElement, alpha: () => alpha };
}

const SOURCE = { width: 6000, height: 4000 };
const viewOf = (zoom: Zoom): MaskView => {
  const geometry = { pane: { width: 300, height: 200 }, frame: SOURCE };
  return { ...geometry, placement: placementOf(zoom, geometry) };
};
const whole = viewOf({ kind: 'fit' });
const close = viewOf({ kind: 'at', scale: 1, x: 0.5, y: 0.5 });
const blank = emptyMask(SOURCE);
const dab: MaskStroke = { kind: 'brush', points: [1000, 1000, 1], radiusPx: 200, hardness: 0.5 };
const box: MaskStroke = { kind: 'rectangle', box: [2900, 1960, 3100, 2060], how: 'add' };

/** What another painter, without a history, shows for it. */
function fresh(document: MaskDocument, view: MaskView): Uint8Array {
  const { canvas, alpha } = paper();
  new MaskPainter(canvas).show(document, view);
  return alpha();
}

beforeEach(() => {
  vi.stubGlobal(
    'ImageData',
    class {
      readonly data: Uint8ClampedArray;
      constructor(
        readonly width: number,
        readonly height: number,
      ) {
        this.data = new Uint8ClampedArray(width * height * 4);
      }
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

describe('the mask on the screen', () => {
  it('is as large as the pane, however large the source is', () => {
    const { canvas, alpha } = paper();
    new MaskPainter(canvas).show(withStroke(blank, dab), whole);
    expect([canvas.width, canvas.height]).toEqual([300, 200]);
    // 1000, 1000 of the source, at a twentieth.
    expect(alpha()[50 * 300 + 50]).toBe(255);
    expect(alpha()[100 * 300 + 150]).toBe(0);
  });

  it('changes only where something was drawn', () => {
    const { canvas, alpha } = paper();
    const painter = new MaskPainter(canvas);
    const document = withStroke(blank, dab);
    painter.show(document, whole);
    const more = withStroke(document, box);
    painter.show(more, whole);
    // 200 x 100 of the source are 10 x 5 here.
    expect(painter.painted).toBe(50);
    expect(alpha()).toEqual(fresh(more, whole));
    painter.show(more, whole);
    expect(painter.painted).toBe(50);
  });

  it('goes back with undo and forth with redo', () => {
    const { canvas, alpha } = paper();
    const painter = new MaskPainter(canvas);
    const document = [dab, box, { kind: 'invert' } as const].reduce(withStroke, blank);
    for (const step of [document, undo(document), undo(undo(document)), redo(undo(document))]) {
      painter.show(step, whole);
      expect(alpha()).toEqual(fresh(step, whole));
    }
  });

  it('with a feather touches as much more as the feather reaches, and looks as if drawn at once', () => {
    const { canvas, alpha } = paper();
    const painter = new MaskPainter(canvas);
    const document = withStroke(withStroke(blank, dab), { kind: 'feather', px: 100 });
    painter.show(document, whole);
    const more = withStroke(document, box);
    painter.show(more, whole);
    expect(painter.painted).toBe((10 + 2 * 5) * (5 + 2 * 5));
    expect(alpha()).toEqual(fresh(more, whole));
  });

  it('shows a stroke as it grows, keeps it when it is done, and forgets it when it is dropped', () => {
    const { canvas, alpha } = paper();
    const painter = new MaskPainter(canvas);
    painter.show(blank, whole);
    const stroke: BrushStroke = {
      kind: 'brush',
      points: [500, 500, 1, 900, 500, 1],
      radiusPx: 100,
      hardness: 1,
    };
    painter.extend({ ...stroke, points: stroke.points.slice(0, 3) }, 0);
    painter.extend(stroke, 1);
    const grown = alpha().slice();
    const document = withStroke(blank, stroke);
    expect(grown).toEqual(fresh(document, whole));
    painter.drop(blank);
    expect(alpha().every((value) => value === 0)).toBe(true);
    painter.extend(stroke, 0);
    painter.finish(document);
    painter.painted = 0;
    painter.show(document, whole);
    expect(painter.painted).toBe(0);
    expect(alpha()).toEqual(grown);
  });

  it('follows a zoom at once by moving what is there', () => {
    const { canvas } = paper();
    const painter = new MaskPainter(canvas);
    painter.show(withStroke(blank, box), whole);
    painter.follow(close);
    // The middle of the source stays in the middle of the pane.
    const [, x, y, ratio] = /translate\((.+)px, (.+)px\) scale\((.+)\)/.exec(canvas.style.transform) ?? [];
    expect(Number(ratio)).toBeCloseTo(20, 6);
    expect(150 * Number(ratio) + Number(x)).toBeCloseTo(150, 0);
    expect(100 * Number(ratio) + Number(y)).toBeCloseTo(100, 0);
    painter.show(withStroke(blank, box), close);
    expect(canvas.style.transform).toBe('none');
  });

  it('is sharp when one looks closely: drawn anew at the screen’s own pixels', () => {
    const alpha = fresh(withStroke(blank, box), close);
    const row = [...alpha.subarray(100 * 300, 101 * 300)];
    expect(row.filter((value) => value === 255)).toHaveLength(200);
    expect(row.every((value) => value === 0 || value === 255)).toBe(true);
  });

  it('takes in no more of the source than is seen and feathered, and stays small with a wide feather', () => {
    const { raster } = plateOf(withStroke(blank, { kind: 'feather', px: 10 }), close, 1);
    expect([raster.frame.width, raster.frame.height]).toEqual([320, 220]);
    expect([raster.frame.left, raster.frame.top]).toEqual([2840, 1890]);
    const wide = plateOf(
      withStroke(blank, { kind: 'feather', px: 500 }),
      viewOf({ kind: 'at', scale: 8, x: 0.5, y: 0.5 }),
      2,
    );
    expect(wide.raster.frame.width * wide.raster.frame.height).toBeLessThanOrEqual(4_000_000);
  });

  it('waits for the hand to rest when drawing takes longer than a frame', () => {
    let now = 0;
    const { canvas } = paper();
    const slow = new MaskPainter(canvas, () => (now += 20));
    slow.show(blank, whole);
    expect(slow.isQuick).toBe(false);
    const quick = new MaskPainter(canvas, () => now);
    quick.show(blank, whole);
    expect(quick.isQuick).toBe(true);
  });
});
