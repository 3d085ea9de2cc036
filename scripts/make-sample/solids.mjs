/** Solid things by distance fields, and the light on them. Technique: sphere tracing (Hart 1996). */
import { clamp01 } from './noise.mjs';
import { normalise } from './film.mjs';

/** A turned body: `keys` are [height, radius] from bottom to top. */
export function lathe(keys) {
  const low = keys[0][0];
  const high = keys[keys.length - 1][0];
  const steps = 160;
  const table = Float32Array.from({ length: steps + 1 }, (_, n) =>
    radiusAt(keys, low + ((high - low) * n) / steps),
  );
  return (x, y, z) => {
    const at = clamp01((y - low) / (high - low)) * steps;
    const cell = Math.min(steps - 1, at | 0);
    const radius = table[cell] + (table[cell + 1] - table[cell]) * (at - cell);
    const side = (Math.sqrt(x * x + z * z) - radius) * 0.62;
    const end = Math.max(low - y, y - high);
    return end <= 0 ? Math.max(side, end) : side > 0 ? Math.sqrt(side * side + end * end) : end;
  };
}

function radiusAt(keys, height) {
  let n = 0;
  while (n < keys.length - 2 && keys[n + 1][0] <= height) {
    n += 1;
  }
  const [y0, r0] = keys[n];
  const [y1, r1] = keys[n + 1];
  const before = keys[Math.max(0, n - 1)];
  const after = keys[Math.min(keys.length - 1, n + 2)];
  const t = clamp01((height - y0) / (y1 - y0 || 1));
  const m0 = ((r1 - before[1]) / (y1 - before[0] || 1)) * (y1 - y0);
  const m1 = ((after[1] - r0) / (after[0] - y0 || 1)) * (y1 - y0);
  const t2 = t * t;
  const t3 = t2 * t;
  return Math.max(
    0,
    (2 * t3 - 3 * t2 + 1) * r0 + (t3 - 2 * t2 + t) * m0 + (3 * t2 - 2 * t3) * r1 + (t3 - t2) * m1,
  );
}

export function box(x, y, z, [w, h, d], round = 0) {
  const dx = Math.abs(x) - w + round;
  const dy = Math.abs(y) - h + round;
  const dz = Math.abs(z) - d + round;
  const outside = Math.hypot(Math.max(dx, 0), Math.max(dy, 0), Math.max(dz, 0));
  return outside + Math.min(Math.max(dx, dy, dz), 0) - round;
}

export function sphere(x, y, z, radius) {
  return Math.sqrt(x * x + y * y + z * z) - radius;
}

export function ellipsoid(x, y, z, [a, b, c]) {
  const k0 = Math.hypot(x / a, y / b, z / c);
  const k1 = Math.hypot(x / (a * a), y / (b * b), z / (c * c));
  return k1 === 0 ? -Math.min(a, b, c) : (k0 * (k0 - 1)) / k1;
}

export function torus(x, y, z, ring, tube) {
  return Math.hypot(Math.hypot(x, y) - ring, z) - tube;
}

export function capsule(x, y, z, from, to, radius) {
  const b = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const p = [x - from[0], y - from[1], z - from[2]];
  const t = clamp01((p[0] * b[0] + p[1] * b[1] + p[2] * b[2]) / (b[0] * b[0] + b[1] * b[1] + b[2] * b[2]));
  return Math.hypot(p[0] - b[0] * t, p[1] - b[1] * t, p[2] - b[2] * t) - radius;
}

/**
 * Light on a scene. `parts` are `{ distance(x, y, z), paint(x, y, z, normal) }`; paint answers `{ colour, gloss? }`
 * in linear light. The sun is a direction and a colour, the sky a function of direction.
 */
export function lit({ parts, eye, sun, sunColour, sky, fill = 0.55, softness = 10, fog = 0, far = 40 }) {
  const towards = normalise(sun);
  let nearest = 0;

  function field(x, y, z) {
    let best = Infinity;
    for (let n = 0; n < parts.length; n += 1) {
      const distance = parts[n].distance(x, y, z);
      if (distance < best) {
        best = distance;
        nearest = n;
      }
    }
    return best;
  }

  function march(from, direction, reach) {
    let t = 0.02;
    for (let step = 0; step < 170 && t < reach; step += 1) {
      const gap = field(from[0] + direction[0] * t, from[1] + direction[1] * t, from[2] + direction[2] * t);
      if (gap < 0.0006 * (1 + t)) {
        return t;
      }
      t += gap;
    }
    return -1;
  }

  function normalAt(x, y, z) {
    const e = 0.0012;
    const a = field(x + e, y - e, z - e);
    const b = field(x - e, y - e, z + e);
    const c = field(x - e, y + e, z - e);
    const d = field(x + e, y + e, z + e);
    return normalise([a - b - c + d, -a - b + c + d, -a + b - c + d]);
  }

  function shadow(x, y, z) {
    let light = 1;
    let t = 0.02;
    for (let step = 0; step < 56 && t < 14; step += 1) {
      const gap = field(x + towards[0] * t, y + towards[1] * t, z + towards[2] * t);
      light = Math.min(light, (softness * gap) / t);
      if (light < 0.004) {
        return 0;
      }
      t += Math.min(Math.max(gap, 0.012), 0.5);
    }
    return light * light * (3 - 2 * light);
  }

  function crevice(x, y, z, normal) {
    let dark = 0;
    let weight = 1;
    for (let n = 1; n <= 5; n += 1) {
      const reach = 0.02 + 0.075 * n;
      dark += weight * (reach - field(x + normal[0] * reach, y + normal[1] * reach, z + normal[2] * reach));
      weight *= 0.72;
    }
    return clamp01(1 - 1.5 * dark);
  }

  function shade(from, direction, depth) {
    const t = march(from, direction, far);
    if (t < 0) {
      return sky(direction);
    }
    const x = from[0] + direction[0] * t;
    const y = from[1] + direction[1] * t;
    const z = from[2] + direction[2] * t;
    field(x, y, z);
    const part = parts[nearest];
    const normal = normalAt(x, y, z);
    const { colour, gloss = 0, glow } = part.paint(x, y, z, normal);
    const facing = Math.max(0, normal[0] * towards[0] + normal[1] * towards[1] + normal[2] * towards[2]);
    const direct =
      facing > 0 ? facing * shadow(x + normal[0] * 0.004, y + normal[1] * 0.004, z + normal[2] * 0.004) : 0;
    const open = crevice(x, y, z, normal);
    const above = sky(normalise([normal[0], Math.max(0.15, normal[1] * 0.8 + 0.3), normal[2]]));
    const cosine = -(normal[0] * direction[0] + normal[1] * direction[1] + normal[2] * direction[2]);
    const back = Math.max(0, -normal[0] * towards[0] * 0.6 + 0.25 - normal[1] * 0.4);
    const out = [0, 0, 0];
    for (let c = 0; c < 3; c += 1) {
      const received = direct * sunColour[c] + fill * open * above[c] + 0.12 * back * open * sunColour[c];
      out[c] = colour[c] * received + (glow?.[c] ?? 0);
    }
    if (gloss > 0) {
      polish({ out, gloss, normal, direction, cosine, direct, at: [x, y, z], depth });
    }
    if (fog > 0) {
      const haze = 1 - Math.exp(-fog * t * t);
      const air = sky(normalise([direction[0], Math.max(direction[1], 0.02), direction[2]]));
      for (let c = 0; c < 3; c += 1) {
        out[c] += (air[c] - out[c]) * haze;
      }
    }
    return out;
  }

  function polish({ out, gloss, normal, direction, cosine, direct, at, depth }) {
    const mirror = normalise([
      direction[0] + 2 * cosine * normal[0],
      direction[1] + 2 * cosine * normal[1],
      direction[2] + 2 * cosine * normal[2],
    ]);
    const fresnel = 0.04 + 0.96 * (1 - clamp01(cosine)) ** 5;
    const from = [at[0] + normal[0] * 0.01, at[1] + normal[1] * 0.01, at[2] + normal[2] * 0.01];
    const seen = depth > 0 ? shade(from, mirror, depth - 1) : sky(mirror);
    const spot = Math.max(0, mirror[0] * towards[0] + mirror[1] * towards[1] + mirror[2] * towards[2]);
    const sharp = gloss * (spot ** 220 * 5 + spot ** 28 * 0.28) * Math.min(1, direct * 3);
    for (let c = 0; c < 3; c += 1) {
      out[c] += gloss * fresnel * seen[c] * 1.4 + sharp * sunColour[c] * 0.4;
    }
  }

  return (direction) => shade(eye, direction, 1);
}
