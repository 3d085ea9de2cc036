/**
 * Softens edges: three box blurs, one after the other, which is a Gaussian for the eye (W3C Filter Effects, feGaussianBlur).
 * Their radii add up to the feather, so that what lies further from an edge than that stays exactly as it was.
 */

/** Of the three boxes, in pixels; their sum is the feather. */
export function boxRadii(featherPx: number): readonly [number, number, number] {
  const whole = Math.max(0, Math.round(featherPx));
  const least = Math.floor(whole / 3);
  return [least + (whole % 3 > 1 ? 1 : 0), least + (whole % 3 > 0 ? 1 : 0), least];
}

/** In place; `values` is a sheet of `width` columns. Beyond its edges it goes on as it is there. */
export function feather(values: Uint8Array, width: number, featherPx: number): void {
  const radii = boxRadii(featherPx).filter((radius) => radius > 0);
  const height = width === 0 ? 0 : values.length / width;
  const line = new Float32Array(width);
  const other = new Float32Array(width);
  for (let row = 0; row < height; row += 1) {
    blurRow(values.subarray(row * width, (row + 1) * width), { radii, line, other });
  }
  for (let left = 0; left < width; left += STRIP) {
    blurStrip(values, { width, height, left, across: Math.min(STRIP, width - left) }, radii);
  }
}

interface Lines {
  readonly radii: readonly number[];
  readonly line: Float32Array;
  readonly other: Float32Array;
}

function blurRow(row: Uint8Array, { radii, line, other }: Lines): void {
  const first = row[0] ?? 0;
  if (row.every((value) => value === first)) {
    return;
  }
  line.set(row);
  let [source, target] = [line, other];
  for (const radius of radii) {
    box(source, target, radius);
    [source, target] = [target, source];
  }
  for (let at = 0; at < row.length; at += 1) {
    row[at] = Math.round(source[at] ?? 0);
  }
}

/** The mean of `radius` neighbours on each side, by a sum that moves along. */
function box(source: Float32Array, target: Float32Array, radius: number): void {
  const last = source.length - 1;
  const span = 2 * radius + 1;
  let sum = 0;
  for (let at = -radius; at <= radius; at += 1) {
    sum += source[Math.min(last, Math.max(0, at))] ?? 0;
  }
  for (let at = 0; at <= last; at += 1) {
    target[at] = sum / span;
    sum += (source[Math.min(last, at + radius + 1)] ?? 0) - (source[Math.max(0, at - radius)] ?? 0);
  }
}

/** Columns are blurred so many at a time: one by one each value would lie in another corner of the memory. */
const STRIP = 64;

interface Strip {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly across: number;
}

function blurStrip(
  values: Uint8Array,
  { width, height, left, across }: Strip,
  radii: readonly number[],
): void {
  const plane = new Float32Array(across * height);
  let isEven = true;
  for (let row = 0; row < height; row += 1) {
    const from = row * width + left;
    plane.set(values.subarray(from, from + across), row * across);
    // The same all the way down: nothing to blur in this direction.
    for (let at = 0; isEven && at < across; at += 1) {
      isEven = plane[row * across + at] === plane[at];
    }
  }
  if (isEven) {
    return;
  }
  let [source, target] = [plane, new Float32Array(plane.length)];
  for (const radius of radii) {
    boxDown(source, target, { across, height, radius });
    [source, target] = [target, source];
  }
  for (let row = 0; row < height; row += 1) {
    for (let at = 0; at < across; at += 1) {
      values[row * width + left + at] = Math.round(source[row * across + at] ?? 0);
    }
  }
}

/** As `box`, for all columns of a strip at once. */
function boxDown(
  source: Float32Array,
  target: Float32Array,
  { across, height, radius }: { readonly across: number; readonly height: number; readonly radius: number },
): void {
  const last = height - 1;
  const span = 2 * radius + 1;
  const sums = new Float64Array(across);
  for (let row = -radius; row <= radius; row += 1) {
    const from = Math.min(last, Math.max(0, row)) * across;
    for (let at = 0; at < across; at += 1) {
      sums[at] = (sums[at] ?? 0) + (source[from + at] ?? 0);
    }
  }
  for (let row = 0; row <= last; row += 1) {
    const entering = Math.min(last, row + radius + 1) * across;
    const leaving = Math.max(0, row - radius) * across;
    for (let at = 0; at < across; at += 1) {
      const sum = sums[at] ?? 0;
      target[row * across + at] = sum / span;
      sums[at] = sum + (source[entering + at] ?? 0) - (source[leaving + at] ?? 0);
    }
  }
}
