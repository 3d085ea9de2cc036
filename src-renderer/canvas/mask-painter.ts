/**
 * Shows a mask over a picture on a canvas of the screen's own size, however large the source is. While one paints only what
 * the brush touched is drawn; a pan or zoom moves what is there at once and draws it anew when there is time.
 */
import type { Geometry, Placement } from '../compare/zoom';
import { featherOf, livingStrokes } from './mask-document';
import type { BrushStroke, MaskDocument, MaskStroke } from './mask-document';
import { joined, MaskRaster, NOWHERE } from './mask-raster';
import type { Box, Frame } from './mask-raster';

export interface MaskView extends Geometry {
  readonly placement: Placement;
}

/** The marking's red, green and blue: a colour that photographs seldom have. */
const MARK = [255, 0, 170] as const;

/** A raster of more pixels is drawn coarser: a wide feather reaches far beyond the window, and is smooth anyway. */
const MOST_RASTER_PIXELS = 4_000_000;
/** Drawn faster than this the mask follows a pan or zoom frame by frame. */
const FRAME_MS = 12;

interface Plate {
  readonly raster: MaskRaster;
  /** Where the raster lies on the canvas. */
  readonly x: number;
  readonly y: number;
  /** Canvas pixels for one of the screen. */
  readonly density: number;
  /** Over how many of the raster's pixels edges fade. */
  readonly reach: number;
  readonly view: MaskView;
}

export class MaskPainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #now: () => number;
  #plate: Plate | null = null;
  #shown: MaskDocument | null = null;
  /** What the stroke under way has touched. */
  #touched: Box = NOWHERE;
  #lastDrawMs = 0;

  constructor(canvas: HTMLCanvasElement, now: () => number = () => performance.now()) {
    this.#canvas = canvas;
    this.#now = now;
  }

  /** How many pixels of the canvas the last drawing changed; for tests and the bench. */
  painted = 0;

  /** Whether a change of view can be drawn at once, or should wait for the hand to rest. */
  get isQuick(): boolean {
    return this.#lastDrawMs < FRAME_MS;
  }

  show(document: MaskDocument, view: MaskView): void {
    const next = this.#nextStrokes(document, view);
    if (next === null) {
      this.#redraw(document, view);
    } else {
      for (const stroke of next) {
        this.#apply(stroke);
      }
    }
    this.#shown = document;
  }

  /** Only moves what was drawn; `show` makes it sharp again. */
  follow(view: MaskView): void {
    const drawn = this.#plate?.view.placement;
    if (drawn !== undefined) {
      const ratio = view.placement.scale / drawn.scale;
      const [x, y] = [view.placement.left - drawn.left * ratio, view.placement.top - drawn.top * ratio];
      this.#canvas.style.transform = `translate(${x}px, ${y}px) scale(${ratio})`;
    }
  }

  /** A brush stroke grows: its points from number `from` on are new. */
  extend(stroke: BrushStroke, from: number): void {
    const plate = this.#plate;
    if (plate !== null) {
      const box = plate.raster.extend(stroke, from);
      this.#touched = joined(this.#touched, box);
      this.#paint(plate, plate.raster.grown(box, plate.reach));
    }
  }

  /** The stroke is done and part of this document now. */
  finish(document: MaskDocument): void {
    this.#plate?.raster.settle(this.#touched);
    this.#touched = NOWHERE;
    this.#shown = document;
  }

  /** The stroke under way is dropped. */
  drop(document: MaskDocument): void {
    const view = this.#plate?.view;
    this.#touched = NOWHERE;
    if (view !== undefined) {
      this.#redraw(document, view);
    }
  }

  /** What is new since the last time; null: all has to be drawn. */
  #nextStrokes(document: MaskDocument, view: MaskView): readonly MaskStroke[] | null {
    const before = this.#shown;
    if (before === null || this.#plate === null || !isSameView(this.#plate.view, view)) {
      return null;
    }
    const known = before.strokes;
    const isMore =
      known.length <= document.strokes.length && known.every((stroke, at) => stroke === document.strokes[at]);
    const next = document.strokes.slice(known.length);
    return isMore && featherOf(before) === featherOf(document) ? next : null;
  }

  #apply(stroke: MaskStroke): void {
    const plate = this.#plate;
    if (plate !== null) {
      this.#paint(plate, plate.raster.grown(plate.raster.apply(stroke), plate.reach));
    }
  }

  #redraw(document: MaskDocument, view: MaskView): void {
    const start = this.#now();
    const plate = plateOf(document, view, globalThis.devicePixelRatio || 1);
    this.#plate = plate;
    const canvas = this.#canvas;
    const [width, height] = [
      Math.ceil(view.pane.width * plate.density),
      Math.ceil(view.pane.height * plate.density),
    ];
    if (canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
    } else {
      canvas.getContext('2d')?.clearRect(0, 0, width, height);
    }
    canvas.style.width = `${width / plate.density}px`;
    canvas.style.height = `${height / plate.density}px`;
    canvas.style.transform = 'none';
    for (const stroke of livingStrokes(document)) {
      plate.raster.apply(stroke);
    }
    this.#paint(plate, plate.raster.all);
    this.#lastDrawMs = this.#now() - start;
  }

  #paint(plate: Plate, wanted: Box): void {
    const { raster, x, y, reach } = plate;
    const canvas = this.#canvas;
    const box = {
      left: Math.max(wanted.left, -x),
      top: Math.max(wanted.top, -y),
      right: Math.min(wanted.right, canvas.width - x),
      bottom: Math.min(wanted.bottom, canvas.height - y),
    };
    const [width, height] = [box.right - box.left, box.bottom - box.top];
    this.painted = Math.max(0, width) * Math.max(0, height);
    const context = canvas.getContext('2d');
    if (width <= 0 || height <= 0 || context === null) {
      return;
    }
    const coverage = raster.feathered(box, reach);
    const image = new ImageData(width, height);
    const { data } = image;
    for (let at = 0; at < coverage.length; at += 1) {
      data[at * 4] = MARK[0];
      data[at * 4 + 1] = MARK[1];
      data[at * 4 + 2] = MARK[2];
      data[at * 4 + 3] = coverage[at] ?? 0;
    }
    context.putImageData(image, x + box.left, y + box.top);
  }
}

/** The part of the source that is seen, and as much around it as its feather needs. */
export function plateOf(document: MaskDocument, view: MaskView, pixelRatio: number): Plate {
  let density = pixelRatio;
  let plate = framed(document, view, density);
  while (plate.frame.width * plate.frame.height > MOST_RASTER_PIXELS) {
    density *= 0.7;
    plate = framed(document, view, density);
  }
  const { frame, x, y, reach } = plate;
  return { raster: new MaskRaster(frame), x, y, density, reach, view };
}

function framed(
  document: MaskDocument,
  { pane, placement }: MaskView,
  density: number,
): { frame: Frame; x: number; y: number; reach: number } {
  const scale = placement.scale * density;
  const reach = Math.round(featherOf(document) * scale);
  const across = spanOf(placement.left * density, document.width * scale, {
    room: pane.width * density,
    reach,
  });
  const down = spanOf(placement.top * density, document.height * scale, {
    room: pane.height * density,
    reach,
  });
  return {
    frame: {
      left: (across.from - placement.left * density) / scale,
      top: (down.from - placement.top * density) / scale,
      scaleX: scale,
      scaleY: scale,
      width: Math.max(1, across.to - across.from),
      height: Math.max(1, down.to - down.from),
    },
    x: across.from,
    y: down.from,
    reach,
  };
}

/** Of a picture that begins at `start`, the part within the room, grown by the reach but not past the picture. */
function spanOf(
  start: number,
  length: number,
  { room, reach }: { readonly room: number; readonly reach: number },
): { from: number; to: number } {
  const [first, last] = [Math.floor(start), Math.ceil(start + length)];
  return {
    from: Math.max(first, Math.min(last, -reach)),
    to: Math.min(last, Math.max(first, Math.ceil(room) + reach)),
  };
}

function isSameView(one: MaskView, other: MaskView): boolean {
  return (
    one.pane.width === other.pane.width &&
    one.pane.height === other.pane.height &&
    one.placement.scale === other.placement.scale &&
    one.placement.left === other.placement.left &&
    one.placement.top === other.placement.top
  );
}
