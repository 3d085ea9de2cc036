/** What scenes are made of: surfaces, skies, and the camera that takes them. */
import { camera, expose, normalise } from './film.mjs';
import { clamp01, fbm2, fbm3, linear, mix3, noise2, smoothstep } from './noise.mjs';
import { lit } from './solids.mjs';

export const plain = (hex, gloss = 0) => {
  const colour = linear(hex);
  return () => ({ colour, gloss });
};

/** A soft window to the left in a dim room. */
export function room(top, low) {
  const up = linear(top);
  const down = linear(low);
  return ([x, y, z]) => {
    const wall = mix3(down, up, clamp01(y * 0.6 + 0.45));
    const pane = smoothstep(0.45, 0.85, -x * 0.75 + y * 0.5 + z * 0.25) * 1.5;
    return [wall[0] + pane, wall[1] + pane * 0.98, wall[2] + pane * 0.92];
  };
}

export const table = (paint) => ({ distance: (_x, y) => y, paint });
export const wall = (depth, paint) => ({ distance: (_x, _y, z) => z + depth, paint });

export function plaster(hex, amount = 0.16) {
  const base = linear(hex);
  return (x, y) => {
    const stain = 1 - amount + 2 * amount * fbm2(x * 0.9 + 3, y * 0.9 + 8, 5);
    return { colour: [base[0] * stain, base[1] * stain, base[2] * stain] };
  };
}

export function wood(light, dark, gloss = 0.25) {
  const a = linear(light);
  const b = linear(dark);
  return (x, _y, z) => {
    const plank = Math.floor(z * 1.1 + 20);
    const ring = fbm2(x * 0.55 + plank * 9.7, z * 7 + plank * 3, 5);
    const fibre = noise2(x * 3 + plank * 5, z * 90);
    const gap = smoothstep(0.012, 0.03, Math.abs(((z * 1.1 + 20) % 1) - 0.5) * -1 + 0.5);
    const colour = mix3(b, a, clamp01(ring * 1.5 - 0.25 + fibre * 0.22));
    return { colour: colour.map((value) => value * (0.35 + 0.65 * gap)), gloss };
  };
}

export function placed(distance, [x, y, z], paint) {
  return { distance: (px, py, pz) => distance(px - x, py - y, pz - z), paint };
}

export function photograph({ width, height, eye, target, lens, exposure, seed, ...scene }) {
  const ray = camera({ eye, target, lens });
  return expose({ width, height, ray, trace: lit({ eye, ...scene }), exposure, seed });
}

export function stone(hex, scale = 2.2, amount = 0.4) {
  const base = linear(hex);
  return (x, y, z) => {
    const tone = 1 - amount / 2 + amount * fbm3(x * scale, y * scale, z * scale, 5);
    return { colour: base.map((value) => value * tone) };
  };
}

/** A sky from horizon to zenith with clouds and the glow of the sun. */
export function openSky({ zenith, horizon, sun, glow, clouds = 0, shade = [0.6, 0.65, 0.74], at = 0 }) {
  const top = linear(zenith);
  const low = linear(horizon);
  const towards = normalise(sun);
  return ([x, y, z]) => {
    const up = clamp01(y);
    const toSun = clamp01(x * towards[0] + y * towards[1] + z * towards[2]);
    const base = mix3(low, top, 1 - (1 - up) ** 3);
    const out = base.map((value, c) => value + glow[c] * (toSun ** 10 * 0.3 + toSun ** 300 * 3));
    if (clouds === 0 || y < 0.02) {
      return out;
    }
    const scale = 1.5 / (y + 0.15);
    const thick = smoothstep(
      1 - clouds,
      1.05 - clouds * 0.7,
      fbm2(x * scale + at, z * scale + at * 2, 6) * 1.05,
    );
    return mix3(
      out,
      mix3(shade, [1.15, 1.1, 1.05], fbm2(x * scale * 2 + 9, z * scale * 2, 3)),
      thick * smoothstep(0.02, 0.2, y),
    );
  };
}
