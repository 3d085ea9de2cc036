/** One channel of a picture as numbers, and the filters that measuring is made of. Points are continuous: pixel i covers i to i + 1. */

export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export function newPlane(width: number, height: number): Plane {
  return { width, height, data: new Float32Array(width * height) };
}

/** Half as wide and high, each pixel the mean of four; odd edges are cut. */
export function halved({ width, height, data }: Plane): Plane {
  const half = newPlane(Math.max(1, Math.floor(width / 2)), Math.max(1, Math.floor(height / 2)));
  const right = width > 1 ? 1 : 0;
  const below = height > 1 ? width : 0;
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const at = 2 * y * width + 2 * x;
      const sum =
        (data[at] ?? 0) + (data[at + right] ?? 0) + (data[at + below] ?? 0) + (data[at + below + right] ?? 0);
      half.data[y * half.width + x] = sum / 4;
    }
  }
  return half;
}

/** Mean over a square of `2 * radius + 1` pixels; at the edges over what there is of it. */
export function boxMean(plane: Plane, radius: number): Plane {
  const across = newPlane(plane.width, plane.height);
  for (let y = 0; y < plane.height; y++) {
    slidingMean(plane.data, across.data, { from: y * plane.width, step: 1, count: plane.width, radius });
  }
  const mean = newPlane(plane.width, plane.height);
  for (let x = 0; x < plane.width; x++) {
    slidingMean(across.data, mean.data, { from: x, step: plane.width, count: plane.height, radius });
  }
  return mean;
}

function slidingMean(
  source: Float32Array,
  target: Float32Array,
  line: { from: number; step: number; count: number; radius: number },
): void {
  const { from, step, count, radius } = line;
  let sum = 0;
  let size = 0;
  for (let at = 0; at < Math.min(radius, count); at++) {
    sum += source[from + at * step] ?? 0;
    size++;
  }
  for (let at = 0; at < count; at++) {
    if (at + radius < count) {
      sum += source[from + (at + radius) * step] ?? 0;
      size++;
    }
    if (at - radius > 0) {
      sum -= source[from + (at - radius - 1) * step] ?? 0;
      size--;
    }
    target[from + at * step] = sum / size;
  }
}

/** What stands out from its surroundings, in units of how much those vary: light and contrast no longer count. */
export function locallyNormalised(plane: Plane, radius: number, floor: number): Plane {
  const mean = boxMean(plane, radius);
  const squares = newPlane(plane.width, plane.height);
  for (let at = 0; at < squares.data.length; at++) {
    squares.data[at] = (plane.data[at] ?? 0) ** 2;
  }
  const meanSquare = boxMean(squares, radius);
  const normal = newPlane(plane.width, plane.height);
  for (let at = 0; at < normal.data.length; at++) {
    const middle = mean.data[at] ?? 0;
    const variance = Math.max(0, (meanSquare.data[at] ?? 0) - middle * middle);
    normal.data[at] = ((plane.data[at] ?? 0) - middle) / (Math.sqrt(variance) + floor);
  }
  return normal;
}

export interface Gradient {
  readonly x: Plane;
  readonly y: Plane;
}

/** Central differences; 0 at the edges. */
export function gradientOf(plane: Plane): Gradient {
  const { width, height, data } = plane;
  const x = newPlane(width, height);
  const y = newPlane(width, height);
  for (let row = 1; row < height - 1; row++) {
    for (let at = row * width + 1; at < (row + 1) * width - 1; at++) {
      x.data[at] = ((data[at + 1] ?? 0) - (data[at - 1] ?? 0)) / 2;
      y.data[at] = ((data[at + width] ?? 0) - (data[at - width] ?? 0)) / 2;
    }
  }
  return { x, y };
}

export function magnitudeOf({ x, y }: Gradient): Plane {
  const magnitude = newPlane(x.width, x.height);
  for (let at = 0; at < magnitude.data.length; at++) {
    magnitude.data[at] = Math.hypot(x.data[at] ?? 0, y.data[at] ?? 0);
  }
  return magnitude;
}

/** Where a point of one plane lies in another: (x, y) at (x * a + b, y * c + d). */
export interface Mapping {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** `plane` seen through a mapping; `outside` where it has nothing. Between pixels: bilinear. */
export function warped(
  plane: Plane,
  mapping: Mapping,
  onto: { readonly width: number; readonly height: number; readonly outside: number },
): Plane {
  const target = newPlane(onto.width, onto.height);
  const { width, height, data } = plane;
  for (let y = 0; y < onto.height; y++) {
    const v = (y + 0.5) * mapping.c + mapping.d - 0.5;
    const isRowInside = v > -0.5 && v < height - 0.5;
    const top = Math.max(0, Math.min(height - 2, Math.floor(v)));
    const fy = Math.max(0, Math.min(1, v - top));
    for (let x = 0; x < onto.width; x++) {
      const u = (x + 0.5) * mapping.a + mapping.b - 0.5;
      const at = y * onto.width + x;
      if (!isRowInside || u <= -0.5 || u >= width - 0.5) {
        target.data[at] = onto.outside;
        continue;
      }
      const left = Math.max(0, Math.min(width - 2, Math.floor(u)));
      const fx = Math.max(0, Math.min(1, u - left));
      const corner = top * width + left;
      const above = (data[corner] ?? 0) * (1 - fx) + (data[corner + 1] ?? 0) * fx;
      const below = (data[corner + width] ?? 0) * (1 - fx) + (data[corner + width + 1] ?? 0) * fx;
      target.data[at] = above * (1 - fy) + below * fy;
    }
  }
  return target;
}

export type Turn = 'none' | 'quarter' | 'half' | 'three_quarters';

/** Turned clockwise, and mirrored left to right before that if asked. */
export function turned(plane: Plane, turn: Turn, isMirrored: boolean): Plane {
  const { width, height, data } = plane;
  const isSideways = turn === 'quarter' || turn === 'three_quarters';
  const target = isSideways ? newPlane(height, width) : newPlane(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = isMirrored ? width - 1 - x : x;
      const value = data[y * width + from] ?? 0;
      target.data[placeOf(turn, { x, y, width, height })] = value;
    }
  }
  return target;
}

function placeOf(turn: Turn, at: { x: number; y: number; width: number; height: number }): number {
  const { x, y, width, height } = at;
  switch (turn) {
    case 'none':
      return y * width + x;
    case 'quarter':
      return x * height + (height - 1 - y);
    case 'half':
      return (height - 1 - y) * width + (width - 1 - x);
    case 'three_quarters':
      return (width - 1 - x) * height + y;
  }
}
