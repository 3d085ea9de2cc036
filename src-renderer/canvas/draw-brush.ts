/** Draws brush strokes, segment by segment: everything nearer to the line than the brush's radius there. */
import type { BrushStroke } from './mask-document';
import type { Box, Frame } from './mask-raster';

interface End {
  /** Pixels of the source. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface Segment {
  readonly one: End;
  readonly other: End;
  readonly hardness: number;
  /** One pixel of the raster, in pixels of the source: the softest edge of a hard brush. */
  readonly soft: number;
}

/** From point number `at` less one to point number `at`; the first is a dab. */
export function segmentOf({ points, radiusPx, hardness }: BrushStroke, at: number, frame: Frame): Segment {
  const end = (index: number): End => ({
    x: points[index * 3] ?? 0,
    y: points[index * 3 + 1] ?? 0,
    radius: radiusPx * (points[index * 3 + 2] ?? 1),
  });
  return {
    one: end(Math.max(0, at - 1)),
    other: end(at),
    hardness,
    soft: 1 / Math.sqrt(frame.scaleX * frame.scaleY),
  };
}

/** The corners of what a segment may touch, in pixels of the raster: left, top, right, bottom. */
export function reachOf(
  { one, other, soft }: Segment,
  frame: Frame,
): readonly [number, number, number, number] {
  const reach = Math.max(one.radius, other.radius) + soft;
  return [
    (Math.min(one.x, other.x) - reach - frame.left) * frame.scaleX,
    (Math.min(one.y, other.y) - reach - frame.top) * frame.scaleY,
    (Math.max(one.x, other.x) + reach - frame.left) * frame.scaleX,
    (Math.max(one.y, other.y) + reach - frame.top) * frame.scaleY,
  ];
}

/** Into `values`, as large as the frame, the greater counts. Only within `box`. */
export function drawSegment(
  segment: Segment,
  frame: Frame,
  { box, values }: { box: Box; values: Uint8Array },
): void {
  const limits = limitsOf(segment);
  for (let row = box.top; row < box.bottom; row += 1) {
    const line = row * frame.width;
    // The full core first, which is most of a brush and needs no distance; then only its edges are worked out.
    const [from, to] = coreOf(segment, frame, row);
    const [first, last] = [Math.max(box.left, from), Math.min(box.right, to)];
    if (last > first) {
      values.fill(255, line + first, line + last);
      drawEdge(segment, frame, { row, from: box.left, to: first, values, limits });
      drawEdge(segment, frame, { row, from: last, to: box.right, values, limits });
    } else {
      drawEdge(segment, frame, { row, from: box.left, to: box.right, values, limits });
    }
  }
}

interface Stretch {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly values: Uint8Array;
  readonly limits: Float64Array;
}

function drawEdge(
  { one, other, hardness, soft }: Segment,
  frame: Frame,
  { row, from, to, values, limits }: Stretch,
): void {
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  const square = dx * dx + dy * dy;
  const inverse = square === 0 ? 0 : 1 / square;
  const stepX = 1 / frame.scaleX;
  const startX = stepX / 2 + frame.left - one.x;
  const y = (row + 0.5) / frame.scaleY + frame.top - one.y;
  const line = row * frame.width;
  for (let column = from; column < to; column += 1) {
    const before = values[line + column] ?? 0;
    const x = column * stepX + startX;
    const along = Math.min(1, Math.max(0, (x * dx + y * dy) * inverse));
    const ax = x - along * dx;
    const ay = y - along * dy;
    const distance = ax * ax + ay * ay;
    if (distance < (limits[before] ?? 0)) {
      const radius = one.radius + (other.radius - one.radius) * along;
      const share = (radius + soft / 2 - Math.sqrt(distance)) / edgeWidth(radius, hardness, soft);
      const value = share <= 0 ? 0 : share >= 1 ? 255 : Math.round(255 * share * share * (3 - 2 * share));
      if (value > before) {
        values[line + column] = value;
      }
    }
  }
}

/** How far into the fading edge, 0 to 1, a value of that much and half a level more is reached: 3s^2 - 2s^3 turned round. */
const DEPTHS = Float64Array.from({ length: 256 }, (_, value) =>
  value === 255 ? 1 : 0.5 - Math.sin(Math.asin(1 - (2 * (value + 0.5)) / 255) / 3),
);

/** How near (squared) a pixel of each value must be to the line to become fuller by it; never for a full one. */
function limitsOf({ one, other, hardness, soft }: Segment): Float64Array {
  const limits = new Float64Array(256);
  for (let value = 0; value < 255; value += 1) {
    for (const { radius } of [one, other]) {
      const limit = radius + soft / 2 - (DEPTHS[value] ?? 0) * edgeWidth(radius, hardness, soft);
      limits[value] = Math.max(limits[value] ?? 0, limit > 0 ? limit * limit : 0);
    }
  }
  return limits;
}

/** Full within `hardness` of the radius, then fading. */
function edgeWidth(radius: number, hardness: number, soft: number): number {
  return Math.max(soft, radius * (1 - hardness));
}

/** Which columns of a row are full for certain: between the cores of both ends, because what is between two discs is in it too. */
function coreOf(
  { one, other, hardness, soft }: Segment,
  frame: Frame,
  row: number,
): readonly [number, number] {
  const y = (row + 0.5) / frame.scaleY + frame.top;
  let left = Infinity;
  let right = -Infinity;
  for (const end of [one, other]) {
    const core = end.radius + soft / 2 - edgeWidth(end.radius, hardness, soft);
    const half = core * core - (y - end.y) * (y - end.y);
    if (core > 0 && half > 0) {
      left = Math.min(left, end.x - Math.sqrt(half));
      right = Math.max(right, end.x + Math.sqrt(half));
    }
  }
  return [
    Math.ceil((left - frame.left) * frame.scaleX - 0.5),
    Math.floor((right - frame.left) * frame.scaleX - 0.5) + 1,
  ];
}
