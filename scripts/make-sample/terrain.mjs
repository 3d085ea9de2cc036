/** Land seen from the air or a hilltop: a height field under a sky with clouds, and water that mirrors both. */
import { camera, expose, normalise } from './film.mjs';
import { clamp01, fbm2, linear, mix3, noise2, smoothstep } from './noise.mjs';

/**
 * @param rest `land(x, z, octaves)` (its height), `paint(x, y, z, normal, distance)` in linear light, and what else the view needs
 */
export function view({ width, height, eye, target, lens, sun, seed, exposure = 1, ...rest }) {
  const towards = normalise(sun);
  const ray = camera({ eye, target, lens });
  const scene = { ...rest, towards };
  return expose({
    width,
    height,
    ray,
    trace: (direction) => look(scene, eye, direction, 1),
    exposure,
    seed,
    grain: 3,
  });
}

function look(scene, from, direction, depth) {
  const t = meet(scene, from, direction);
  if (t < 0) {
    return heavens(scene, direction);
  }
  const x = from[0] + direction[0] * t;
  const z = from[2] + direction[2] * t;
  const isWater = scene.water !== undefined && scene.land(x, z, 6) < scene.water;
  const seen = isWater ? sea(scene, { x, z, direction, t, depth }) : ground(scene, x, z, t);
  return aired(scene, seen, direction, t);
}

function meet({ land, water = -1e9, far = 60, top = 1e9 }, from, direction) {
  let t = 0.05;
  let step = 0.05;
  for (let n = 0; n < 260 && t < far; n += 1) {
    const y = from[1] + direction[1] * t;
    if (y > top && direction[1] > 0) {
      return -1;
    }
    const ground = Math.max(land(from[0] + direction[0] * t, from[2] + direction[2] * t, 6), water);
    if (y < ground) {
      return refined(land, water, { from, direction, low: t - step, high: t });
    }
    step = Math.max(0.012 + 0.0018 * t, (y - ground) * 0.36);
    t += step;
  }
  return -1;
}

function refined(land, water, { from, direction, low, high }) {
  let a = low;
  let b = high;
  for (let n = 0; n < 9; n += 1) {
    const middle = (a + b) / 2;
    const y = from[1] + direction[1] * middle;
    const ground = Math.max(land(from[0] + direction[0] * middle, from[2] + direction[2] * middle, 6), water);
    if (y < ground) {
      b = middle;
    } else {
      a = middle;
    }
  }
  return (a + b) / 2;
}

function ground(scene, x, z, t) {
  const { land, towards, sunColour, paint } = scene;
  const e = 0.002 + 0.0012 * t;
  const y = land(x, z, 9);
  const normal = normalise([
    land(x - e, z, 9) - land(x + e, z, 9),
    2 * e,
    land(x, z - e, 9) - land(x, z + e, 9),
  ]);
  const colour = paint(x, y, z, normal, t);
  const facing = Math.max(0, normal[0] * towards[0] + normal[1] * towards[1] + normal[2] * towards[2]);
  const direct = facing > 0 ? facing * shade(scene, x, y, z) : 0;
  const above = scene.ambient;
  const open = 0.55 + 0.45 * normal[1];
  return [0, 1, 2].map(
    (c) =>
      colour[c] *
      (direct * sunColour[c] + open * above[c] + 0.09 * sunColour[c] * clamp01(-normal[0] * towards[0])),
  );
}

function shade({ land, towards }, x, y, z) {
  let light = 1;
  let t = 0.03;
  for (let n = 0; n < 40 && t < 9; n += 1) {
    const gap = y + towards[1] * t - land(x + towards[0] * t, z + towards[2] * t, 5);
    light = Math.min(light, 0.5 + (14 * gap) / t);
    if (light <= 0) {
      return 0;
    }
    t += Math.max(0.03, gap * 0.6);
  }
  return clamp01(light);
}

function sea(scene, { x, z, direction, t, depth }) {
  const ripple = scene.ripple ?? 0.03;
  const flat = 1 / (1 + t * 0.25);
  const scale = scene.rippleScale ?? 9;
  const slope = (dx, dz) => fbm2((x + dx) * scale, (z + dz) * scale * 2.2, 4);
  const here = slope(0, 0);
  const normal = normalise([
    (here - slope(0.02, 0)) * ripple * 26 * flat,
    1,
    (here - slope(0, 0.02)) * ripple * 26 * flat,
  ]);
  const cosine = -(direction[0] * normal[0] + direction[1] * normal[1] + direction[2] * normal[2]);
  const mirror = normalise([
    direction[0] + 2 * cosine * normal[0],
    Math.abs(direction[1] + 2 * cosine * normal[1]) + 0.001,
    direction[2] + 2 * cosine * normal[2],
  ]);
  const seen =
    depth > 0 ? look(scene, [x, scene.water + 0.004, z], mirror, depth - 1) : heavens(scene, mirror);
  const fresnel = clamp01(0.03 + 0.97 * (1 - clamp01(cosine)) ** 4);
  const deep = scene.water - scene.land(x, z, 5);
  const bed = mix3(scene.shallow ?? scene.deep, scene.deep, clamp01(deep * (scene.clarity ?? 6)));
  const foam =
    scene.foam === undefined ? 0 : smoothstep(0.05, 0, deep - 0.02 * noise2(x * 30, z * 30)) * scene.foam;
  return [0, 1, 2].map((c) => bed[c] * (1 - fresnel) + seen[c] * fresnel + foam);
}

function aired(scene, seen, direction, t) {
  const haze = 1 - Math.exp(-((t * scene.haze) ** 1.5));
  const glow =
    clamp01(
      direction[0] * scene.towards[0] + direction[1] * scene.towards[1] + direction[2] * scene.towards[2],
    ) ** 6;
  const air = mix3(
    scene.air,
    scene.sunColour.map((value) => value * 0.34),
    glow * 0.6,
  );
  return mix3(seen, air, haze);
}

function heavens(scene, direction) {
  const { towards, sunColour, zenith, horizon } = scene;
  const up = clamp01(direction[1]);
  const toSun = clamp01(direction[0] * towards[0] + direction[1] * towards[1] + direction[2] * towards[2]);
  const sky = mix3(horizon, zenith, 1 - (1 - up) ** (scene.falloff ?? 3.4));
  const halo = toSun ** 8 * 0.22 + toSun ** 90 * 0.5 + smoothstep(0.99945, 0.9997, toSun) * 9;
  const out = sky.map((value, c) => value + sunColour[c] * halo * (scene.halo ?? 0.4));
  const cover = scene.clouds ?? 0;
  if (cover <= 0 || direction[1] < 0.015) {
    return out;
  }
  const scale = (scene.cloudScale ?? 1.6) / (direction[1] + 0.12);
  const px = direction[0] * scale + 4.1;
  const pz = direction[2] * scale + (scene.cloudAt ?? 0);
  const thick = smoothstep(1 - cover, 1.08 - cover * 0.72, fbm2(px, pz, 7) * 1.06);
  const lee = fbm2(px + towards[0] * 0.16, pz + towards[2] * 0.16, 5);
  const lightOn = clamp01(0.75 - (lee - 0.42) * 2.1 + toSun ** 4 * 0.4);
  const cloud = mix3(scene.cloudShade, scene.cloudLight, lightOn);
  return mix3(out, cloud, thick * smoothstep(0.015, 0.16, direction[1]) * 0.94);
}

/** Ridges: noise folded at its middle. */
export function ridges(x, z, octaves) {
  let sum = 0;
  let weight = 0.5;
  let px = x;
  let pz = z;
  let before = 1;
  for (let n = 0; n < octaves; n += 1) {
    const fold = 1 - Math.abs(2 * noise2(px, pz) - 1);
    sum += fold * fold * weight * before;
    before = fold;
    weight *= 0.5;
    const turned = 1.6 * px - 1.2 * pz + 11.7;
    pz = 1.2 * px + 1.6 * pz + 3.9;
    px = turned;
  }
  return sum;
}

export const rockAndSnow = ({ rock, dirt, green, snow, snowLine, greenLine }) => {
  const colours = [rock, dirt, green, snow].map(linear);
  return (x, y, z, normal) => {
    const rough = fbm2(x * 6, z * 6, 5);
    const base = mix3(colours[0], colours[1], smoothstep(0.35, 0.65, rough));
    const steep = 1 - normal[1];
    const grass =
      smoothstep(greenLine + 0.25, greenLine - 0.1, y + rough * 0.3) * smoothstep(0.5, 0.24, steep);
    const white =
      smoothstep(snowLine - 0.1, snowLine + 0.22, y + (rough - 0.5) * 0.7) * smoothstep(0.62, 0.36, steep);
    return mix3(
      mix3(
        base,
        colours[2].map((value) => value * (0.55 + rough)),
        grass,
      ),
      colours[3],
      white,
    );
  };
};
