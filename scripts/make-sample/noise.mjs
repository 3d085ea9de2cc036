/** Seeded randomness and value noise: every picture comes out the same on every machine. */

/** mulberry32 by Tommy Ettinger (public domain). */
export function seeded(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SIZE = 256;
const TABLE = Float32Array.from({ length: SIZE * SIZE }, seeded(7));

/** Smooth noise in [0, 1), repeating every 256 units. */
export function noise2(x, y) {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fx = x - left;
  const fy = y - top;
  const u = fx * fx * (3 - 2 * fx);
  const v = fy * fy * (3 - 2 * fy);
  const row = (top & 255) * SIZE;
  const below = ((top + 1) & 255) * SIZE;
  const column = left & 255;
  const next = (left + 1) & 255;
  const upper = TABLE[row + column] + (TABLE[row + next] - TABLE[row + column]) * u;
  const lower = TABLE[below + column] + (TABLE[below + next] - TABLE[below + column]) * u;
  return upper + (lower - upper) * v;
}

/** Fractal noise in [0, 1): each octave is turned, so that no grid shows. */
export function fbm2(x, y, octaves) {
  let sum = 0;
  let weight = 0.5;
  let px = x;
  let py = y;
  for (let octave = 0; octave < octaves; octave += 1) {
    sum += weight * noise2(px, py);
    weight *= 0.5;
    const turned = 1.6 * px - 1.2 * py + 17.3;
    py = 1.2 * px + 1.6 * py + 5.1;
    px = turned;
  }
  return sum;
}

/** Noise on a solid, by two planes: enough for grain and stains. */
export function fbm3(x, y, z, octaves) {
  return (fbm2(x + z * 0.7, y, octaves) + fbm2(z - y * 0.3 + 31, x + y, octaves)) / 2;
}

export function mix(a, b, t) {
  return a + (b - a) * t;
}

export function mix3(a, b, t) {
  return [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];
}

export function clamp01(value) {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

export function smoothstep(low, high, value) {
  const t = clamp01((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}

/** `#rrggbb` in linear light. */
export function linear(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255].map((channel) => (channel / 255) ** 2.2);
}
