/**
 * The last step of laying one picture on another: scale and shift to a small part of a pixel, by least squares on what
 * stands out from its surroundings (Lucas and Kanade 1981), from a coarse copy to the finest. Pixels that do not fit,
 * where the picture was edited, lose their say (Tukey's biweight).
 */
import { boxMean, gradientOf, halved, locallyNormalised, type Mapping, type Plane, warped } from './plane';

/** Shortest side of the coarsest copy, unless told otherwise. */
const COARSEST_SIDE = 48;
const STEPS = 14;
/** Corners that move by less have arrived, in pixels of the level. */
const ARRIVED = 0.004;
/** Of a deviation: beyond as many of them a pixel is an edit, not noise (95 % efficiency for normal errors). */
const TUKEY = 4.685;
const SURROUNDINGS = 4;
/** Grey levels (0 to 255) that count as flat. */
const FLAT = 3;

export interface RefineInput {
  readonly source: Plane;
  readonly answer: Plane;
  /** 1 where the source may have been kept, 0 where it was edited; of the source's size. */
  readonly kept: Plane | null;
  /** Where the source's points lie in the answer, about. */
  readonly start: Mapping;
  /** Shortest side of the coarsest copy, pixels: where the start is good already, a finer one will do. */
  readonly coarsestSide?: number;
}

interface Level {
  readonly source: Plane;
  readonly answer: Plane;
  readonly kept: Plane | null;
}

/** Null: there is nothing to hold on to, or the pictures do not hold together. */
export function refine(input: RefineInput): Mapping | null {
  const levels: Level[] = [input];
  const coarsest = input.coarsestSide ?? COARSEST_SIDE;
  for (let last: Level = input; Math.min(last.source.width, last.source.height) >= 2 * coarsest; ) {
    last = {
      source: halved(last.source),
      answer: halved(last.answer),
      kept: last.kept === null ? null : halved(last.kept),
    };
    levels.push(last);
  }
  let mapping: Mapping | null = scaled(input.start, 0.5 ** (levels.length - 1));
  for (const [at, level] of levels.toReversed().entries()) {
    mapping = at === 0 ? mapping : scaled(mapping, 2);
    mapping = settle(level, mapping);
    if (mapping === null) {
      return null;
    }
  }
  return mapping;
}

/** The same in pixels of another size. */
function scaled(mapping: Mapping, factor: number): Mapping {
  return { a: mapping.a, b: mapping.b * factor, c: mapping.c, d: mapping.d * factor };
}

function settle(level: Level, start: Mapping): Mapping | null {
  const source = locallyNormalised(boxMean(level.source, 1), SURROUNDINGS, FLAT);
  const answer = locallyNormalised(boxMean(level.answer, 1), SURROUNDINGS, FLAT);
  const gradient = gradientOf(answer);
  const { width, height } = source;
  let mapping = start;
  for (let step = 0; step < STEPS; step++) {
    const seen = warped(answer, mapping, { width, height, outside: Number.NaN });
    const slopeX = warped(gradient.x, mapping, { width, height, outside: 0 });
    const slopeY = warped(gradient.y, mapping, { width, height, outside: 0 });
    const move = solve(normalEquations({ source, seen, slopeX, slopeY, kept: level.kept }));
    if (move === null) {
      return null;
    }
    // The unknowns are counted from the middle, in half widths, so that the equations stay well behaved.
    const [ga = 0, gb = 0, gc = 0, gd = 0] = move;
    const da = (2 * ga) / width;
    const dc = (2 * gc) / height;
    mapping = {
      a: mapping.a + da,
      b: mapping.b + gb - ga,
      c: mapping.c + dc,
      d: mapping.d + gd - gc,
    };
    if (!isSane(mapping, start, width)) {
      return null;
    }
    if (Math.max(Math.abs(ga) + Math.abs(gb), Math.abs(gc) + Math.abs(gd)) < ARRIVED) {
      break;
    }
  }
  return mapping;
}

/** A step that leads far away has lost hold of the picture. */
function isSane(mapping: Mapping, start: Mapping, width: number): boolean {
  const away = 0.15;
  return (
    Math.abs(mapping.a / start.a - 1) < away &&
    Math.abs(mapping.c / start.c - 1) < away &&
    Math.abs(mapping.b - start.b) < away * width + 4 &&
    Math.abs(mapping.d - start.d) < away * width + 4
  );
}

interface Residuals {
  readonly source: Plane;
  /** NaN outside the answer. */
  readonly seen: Plane;
  readonly slopeX: Plane;
  readonly slopeY: Plane;
  readonly kept: Plane | null;
}

/** 4 x 4, and the right side as the fifth column. */
function normalEquations(residuals: Residuals): Float64Array {
  const { source, seen, slopeX, slopeY, kept } = residuals;
  const { width, height } = source;
  const bound = TUKEY * Math.max(0.05, deviationOf(residuals));
  const sums = new Float64Array(20);
  for (let y = 0; y < height; y++) {
    const down = (2 * (y + 0.5)) / height - 1;
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const error = (source.data[at] ?? 0) - (seen.data[at] ?? 0);
      const isUsed = Math.abs(error) < bound && (kept === null || (kept.data[at] ?? 0) > 0.99);
      if (!isUsed) continue;
      const weight = (1 - (error / bound) ** 2) ** 2;
      const across = (2 * (x + 0.5)) / width - 1;
      const sx = slopeX.data[at] ?? 0;
      const sy = slopeY.data[at] ?? 0;
      addOne(sums, [sx * across, sx, sy * down, sy], { weight, error });
    }
  }
  return sums;
}

type Four = readonly [number, number, number, number];

function addOne(
  sums: Float64Array,
  slopes: Four,
  { weight, error }: { weight: number; error: number },
): void {
  for (let row = 0; row < 4; row++) {
    const one = weight * (slopes[row] ?? 0);
    for (let column = 0; column < 4; column++) {
      sums[row * 5 + column] = (sums[row * 5 + column] ?? 0) + one * (slopes[column] ?? 0);
    }
    sums[row * 5 + 4] = (sums[row * 5 + 4] ?? 0) + one * error;
  }
}

/** 1.4826 times the median distance: that of normal errors, whatever the edited part does. From every 7th pixel. */
function deviationOf({ source, seen, kept }: Residuals): number {
  const distances: number[] = [];
  for (let at = 0; at < source.data.length; at += 7) {
    const distance = Math.abs((source.data[at] ?? 0) - (seen.data[at] ?? 0));
    if (!Number.isNaN(distance) && (kept === null || (kept.data[at] ?? 0) > 0.99)) distances.push(distance);
  }
  const sorted = Float64Array.from(distances).sort();
  return 1.4826 * (sorted[Math.floor(sorted.length / 2)] ?? 0);
}

/** Gauss elimination with the largest pivot; null: the picture does not say. */
function solve(sums: Float64Array): readonly number[] | null {
  const cell = (row: number, column: number): number => sums[row * 5 + column] ?? 0;
  const scale = Math.max(cell(0, 0), cell(1, 1), cell(2, 2), cell(3, 3));
  for (let pivot = 0; pivot < 4; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < 4; row++) {
      if (Math.abs(cell(row, pivot)) > Math.abs(cell(best, pivot))) best = row;
    }
    if (!(Math.abs(cell(best, pivot)) > scale * 1e-7)) return null;
    for (let column = 0; column < 5; column++) {
      const kept = cell(pivot, column);
      sums[pivot * 5 + column] = cell(best, column);
      sums[best * 5 + column] = kept;
    }
    for (let row = 0; row < 4; row++) {
      if (row === pivot) continue;
      const factor = cell(row, pivot) / cell(pivot, pivot);
      for (let column = pivot; column < 5; column++) {
        sums[row * 5 + column] = cell(row, column) - factor * cell(pivot, column);
      }
    }
  }
  return [0, 1, 2, 3].map((row) => cell(row, 4) / cell(row, row));
}
