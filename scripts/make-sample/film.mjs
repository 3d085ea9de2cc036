/** Turns a function of rays into a photograph: camera, antialiasing where edges are, film curve, grain. */
import { clamp01, seeded } from './noise.mjs';

export function normalise([x, y, z]) {
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}

/** Rays of a pinhole camera; `u` and `v` run over the picture from -1 to 1, v upwards, u times the aspect. */
export function camera({ eye, target, lens = 1.8 }) {
  const forward = normalise([target[0] - eye[0], target[1] - eye[1], target[2] - eye[2]]);
  const right = normalise([-forward[2], 0, forward[0]]);
  const up = [
    right[1] * forward[2] - right[2] * forward[1],
    right[2] * forward[0] - right[0] * forward[2],
    right[0] * forward[1] - right[1] * forward[0],
  ];
  return (u, v) =>
    normalise([
      forward[0] * lens + right[0] * u + up[0] * v,
      forward[1] * lens + right[1] * u + up[1] * v,
      forward[2] * lens + right[2] * u + up[2] * v,
    ]);
}

/**
 * @param trace answers the linear light `[r, g, b]` seen in a direction
 * @returns 8-bit RGB, row by row
 */
export function expose({ width, height, ray, trace, exposure = 1, grain = 2.2, vignette = 0.22, seed = 1 }) {
  const light = new Float32Array(width * height * 3);
  const sample = (x, y) => trace(ray(((2 * x) / width - 1) * (width / height), 1 - (2 * y) / height));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      light.set(sample(x + 0.5, y + 0.5), (y * width + x) * 3);
    }
  }
  smoothEdges(light, width, height, sample);
  return develop(light, { width, height, exposure, grain, vignette, seed });
}

/** Pixels that differ from a neighbour are seen through four more rays. */
function smoothEdges(light, width, height, sample) {
  const before = Float32Array.from(light, (value) => value / (1 + value));
  const offsets = [0.125, 0.625, 0.375, 0.875];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = (y * width + x) * 3;
      let contrast = 0;
      for (const other of [at + 3, at - 3, at + width * 3, at - width * 3]) {
        for (let c = 0; c < 3; c += 1) {
          contrast = Math.max(contrast, Math.abs(before[at + c] - before[other + c]));
        }
      }
      if (contrast > 0.035) {
        const sum = [light[at], light[at + 1], light[at + 2]];
        for (let n = 0; n < 4; n += 1) {
          const seen = sample(x + offsets[n], y + offsets[(n + 2) % 4] * 0.9 + 0.05);
          sum[0] += Math.min(seen[0], 4);
          sum[1] += Math.min(seen[1], 4);
          sum[2] += Math.min(seen[2], 4);
        }
        light.set([sum[0] / 5, sum[1] / 5, sum[2] / 5], at);
      }
    }
  }
}

/** The filmic curve of Narkowicz (2015), then gamma, a darker rim and a little grain. */
function develop(light, { width, height, exposure, grain, vignette, seed }) {
  const random = seeded(seed);
  const bytes = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const dx = x / width - 0.5;
      const dy = y / height - 0.5;
      const rim = 1 - vignette * (dx * dx + dy * dy) * 2.6;
      const speck = (random() + random() - 1) * grain;
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c += 1) {
        const value = Math.max(0, light[at + c] * exposure * rim);
        const curved = clamp01((value * (2.51 * value + 0.03)) / (value * (2.43 * value + 0.59) + 0.14));
        bytes[at + c] = Math.round(Math.min(255, Math.max(0, 255 * curved ** (1 / 2.2) + speck)));
      }
    }
  }
  return bytes;
}
