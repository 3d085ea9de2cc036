/**
 * Draws a mask: how much of each pixel is to be changed, 0 to 255. Any part of the source at any scale, so that the same code
 * serves the screen while one paints and the file at its full size, in bands. No DOM.
 */
import { drawSegment, reachOf, segmentOf } from './draw-brush';
import { feather } from './feather';
import { fillPolygon } from './fill-polygon';
import { drawLoaded } from './loaded-mask';
import { featherOf, livingStrokes } from './mask-document';
import type { BrushStroke, MaskDocument, MaskStroke } from './mask-document';

/** Which part of the source a raster shows; `left` and `top` in pixels of the source, `width` and `height` in its own. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  /** Pixels of the raster for one of the source. */
  readonly scaleX: number;
  readonly scaleY: number;
  readonly width: number;
  readonly height: number;
}

/** In pixels of the raster; empty where right <= left. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const NOWHERE: Box = { left: 0, top: 0, right: 0, bottom: 0 };

export function joined(one: Box, other: Box): Box {
  if (one.right <= one.left) {
    return other;
  }
  if (other.right <= other.left) {
    return one;
  }
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}

/** What one stroke of the brush, or one shape, adds to or takes from what is there. */
type Effect = 'add' | 'subtract';

export class MaskRaster {
  readonly frame: Frame;
  /** As it looks now, the stroke under way with it; without the feather. */
  readonly coverage: Uint8Array;
  /** Without the stroke under way. */
  readonly #settled: Uint8Array;
  /** The stroke under way alone: passing twice over the same place does not count twice. */
  readonly #stroke: Uint8Array;

  constructor(frame: Frame) {
    this.frame = frame;
    const pixels = frame.width * frame.height;
    this.coverage = new Uint8Array(pixels);
    this.#settled = new Uint8Array(pixels);
    this.#stroke = new Uint8Array(pixels);
  }

  get all(): Box {
    return { left: 0, top: 0, right: this.frame.width, bottom: this.frame.height };
  }

  /** A whole stroke. Answers what it touched. */
  apply(stroke: MaskStroke): Box {
    const { frame } = this;
    switch (stroke.kind) {
      case 'brush':
      case 'eraser': {
        const touched = this.extend(stroke, 0);
        this.settle(touched);
        return touched;
      }
      case 'lasso':
        return this.#fill(stroke.corners, stroke.how);
      case 'rectangle': {
        const [left, top, right, bottom] = stroke.box;
        return this.#fill([left, top, right, top, right, bottom, left, bottom], stroke.how);
      }
      case 'invert':
        return this.#each((value) => 255 - value);
      case 'clear':
        return this.#each(() => 0);
      case 'loaded':
        drawLoaded(stroke, frame, this.#settled);
        this.coverage.set(this.#settled);
        return this.all;
      case 'feather':
        return this.all;
    }
  }

  /** Draws a brush stroke from its point number `from` on, as it grows under the hand. `settle` ends it. */
  extend(stroke: BrushStroke, from: number): Box {
    let touched = NOWHERE;
    const count = stroke.points.length / 3;
    for (let at = from; at < count; at += 1) {
      const segment = segmentOf(stroke, at, this.frame);
      const box = this.#boxOf(reachOf(segment, this.frame));
      drawSegment(segment, this.frame, { box, values: this.#stroke });
      touched = joined(touched, box);
    }
    this.#compose(touched, stroke.kind === 'eraser' ? 'subtract' : 'add');
    return touched;
  }

  /** The stroke under way, which touched no more than `touched`, becomes part of what is there. */
  settle(touched: Box): void {
    const { width } = this.frame;
    for (let y = touched.top; y < touched.bottom; y += 1) {
      const [from, to] = [y * width + touched.left, y * width + touched.right];
      this.#settled.set(this.coverage.subarray(from, to), from);
      this.#stroke.fill(0, from, to);
    }
  }

  /** A copy of a part, its edges softened over `featherPx` pixels of the raster. */
  feathered(part: Box, featherPx: number): Uint8Array {
    const reach = Math.max(0, Math.round(featherPx));
    const { width } = this.frame;
    const wide = this.grown(part, reach);
    const across = wide.right - wide.left;
    const values = cut(this.coverage, width, wide);
    if (reach === 0) {
      return values;
    }
    feather(values, across, reach);
    return cut(values, across, {
      left: part.left - wide.left,
      top: part.top - wide.top,
      right: part.right - wide.left,
      bottom: part.bottom - wide.top,
    });
  }

  grown(part: Box, by: number): Box {
    return {
      left: Math.max(0, part.left - by),
      top: Math.max(0, part.top - by),
      right: Math.min(this.frame.width, part.right + by),
      bottom: Math.min(this.frame.height, part.bottom + by),
    };
  }

  #fill(corners: readonly number[], how: Effect): Box {
    const { frame } = this;
    const placed = corners.map((value, at) =>
      at % 2 === 0 ? (value - frame.left) * frame.scaleX : (value - frame.top) * frame.scaleY,
    );
    const touched = this.#boxOf(placed);
    if (touched.right > touched.left && touched.bottom > touched.top) {
      fillPolygon({ width: frame.width, height: frame.height, coverage: this.#stroke }, placed);
      this.#compose(touched, how);
      this.settle(touched);
    }
    return touched;
  }

  #boxOf(placed: readonly number[]): Box {
    const xs = placed.filter((_, at) => at % 2 === 0);
    const ys = placed.filter((_, at) => at % 2 === 1);
    const least = (values: readonly number[]) =>
      Math.floor(values.reduce((a, b) => Math.min(a, b), Infinity));
    const most = (values: readonly number[]) => Math.ceil(values.reduce((a, b) => Math.max(a, b), -Infinity));
    return this.#kept({ left: least(xs), top: least(ys), right: most(xs), bottom: most(ys) });
  }

  #kept(box: Box): Box {
    const { width, height } = this.frame;
    const kept = {
      left: Math.max(0, box.left),
      top: Math.max(0, box.top),
      right: Math.min(width, box.right),
      bottom: Math.min(height, box.bottom),
    };
    return kept.right > kept.left && kept.bottom > kept.top ? kept : NOWHERE;
  }

  #each(of: (value: number) => number): Box {
    const { coverage } = this;
    for (let at = 0; at < coverage.length; at += 1) {
      coverage[at] = of(coverage[at] ?? 0);
    }
    this.#settled.set(coverage);
    return this.all;
  }

  /** Adding and taking away soft edges: as much of what is left as the stroke covers. */
  #compose(part: Box, effect: Effect): void {
    const { width } = this.frame;
    const [coverage, settled, stroke] = [this.coverage, this.#settled, this.#stroke];
    for (let row = part.top; row < part.bottom; row += 1) {
      for (let at = row * width + part.left; at < row * width + part.right; at += 1) {
        const by = stroke[at] ?? 0;
        if (by === 0) {
          continue;
        }
        const before = settled[at] ?? 0;
        const rest = effect === 'add' ? 255 - before : before;
        const kept = ((rest * (255 - by) + 127) / 255) | 0;
        coverage[at] = effect === 'add' ? 255 - kept : kept;
      }
    }
  }
}

function cut(values: Uint8Array, width: number, part: Box): Uint8Array {
  const across = part.right - part.left;
  const found = new Uint8Array(Math.max(0, across * (part.bottom - part.top)));
  for (let row = part.top; row < part.bottom; row += 1) {
    found.set(values.subarray(row * width + part.left, row * width + part.right), (row - part.top) * across);
  }
  return found;
}

export interface RasterSize {
  readonly width: number;
  readonly height: number;
}

const BAND_ROWS = 512;

/** The finished mask from top to bottom, some hundred rows at a time; 81 megapixels never stand in memory as a whole. */
export function* maskBands(document: MaskDocument, size: RasterSize): Generator<Uint8Array> {
  const scaleX = size.width / document.width;
  const scaleY = size.height / document.height;
  const reach = Math.round(featherOf(document) * Math.sqrt(scaleX * scaleY));
  const rows = Math.max(BAND_ROWS, reach * 2);
  for (let top = 0; top < size.height; top += rows) {
    const bottom = Math.min(size.height, top + rows);
    const from = Math.max(0, top - reach);
    const to = Math.min(size.height, bottom + reach);
    const raster = new MaskRaster({
      left: 0,
      top: from / scaleY,
      scaleX,
      scaleY,
      width: size.width,
      height: to - from,
    });
    for (const stroke of livingStrokes(document)) {
      raster.apply(stroke);
    }
    yield raster.feathered({ left: 0, top: top - from, right: size.width, bottom: bottom - from }, reach);
  }
}

/** The whole mask at once; for small sizes. */
export function rasterise(document: MaskDocument, size: RasterSize = document): Uint8Array {
  const found = new Uint8Array(size.width * size.height);
  let at = 0;
  for (const band of maskBands(document, size)) {
    found.set(band, at);
    at += band.length;
  }
  return found;
}

const SHARE_PX = 320;

/** How much of the picture is marked, 0 to 1, looked at small. 0: nothing that could be seen. */
export function coverageShare(document: MaskDocument): number {
  const scale = Math.min(1, SHARE_PX / Math.max(document.width, document.height));
  const size = {
    width: Math.max(1, Math.round(document.width * scale)),
    height: Math.max(1, Math.round(document.height * scale)),
  };
  const values = rasterise(document, size);
  return values.reduce((sum, value) => sum + value, 0) / (values.length * 255);
}
