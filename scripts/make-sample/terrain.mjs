/** Land seen from the air or a hilltop: a height field under a sky with clouds, and water that mirrors both. */
import { camera, expose, normalise } from './film.mjs';
import { clamp01, fbm2, linear, mix3, noise2, smoothstep } from './noise.mjs';

/**
 * @param rest `land(x, z, octaves)` (its height), `paint(x, y, z, normal, distance)` in linear light, and what else the view needs
 */
function view({ width, height, eye, target, lens, sun, seed, exposure = 1, ...rest }) {
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
function ridges(x, z, octaves) {
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

const rockAndSnow = ({ rock, dirt, green, snow, snowLine, greenLine }) => {
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

export function mountainLake(size) {
  const land = (x, z, octaves) => {
    const valley = smoothstep(0.6, 4.6, Math.abs(x - 0.4 * Math.sin(z * 0.3)) + Math.max(0, -z - 6.5) * 0.55);
    return (
      -0.28 +
      valley * (0.35 + 3.3 * ridges(x * 0.21 + 3.3, z * 0.21 + 1.4, octaves)) +
      0.05 * fbm2(x * 2, z * 2, octaves - 2)
    );
  };
  return view({
    ...size,
    land,
    eye: [0.2, 0.52, 5.4],
    target: [0.1, 0.78, -3],
    lens: 1.75,
    sun: [0.55, 0.5, -0.1],
    sunColour: [2.9, 2.5, 1.95],
    ambient: [0.3, 0.4, 0.55],
    zenith: linear('#3f7fc4'),
    horizon: linear('#d9e4ea'),
    air: linear('#b9cddd'),
    haze: 0.045,
    clouds: 0.5,
    cloudLight: [1.1, 1.05, 1],
    cloudShade: [0.5, 0.56, 0.66],
    water: 0,
    deep: linear('#12404d'),
    shallow: linear('#3d7f78'),
    ripple: 0.012,
    paint: rockAndSnow({
      rock: '#6d6a68',
      dirt: '#57504a',
      green: '#46592a',
      snow: '#f4f6f8',
      snowLine: 1.55,
      greenLine: 0.75,
    }),
    seed: 21,
  });
}

export function snowPeaks(size) {
  const land = (x, z, octaves) =>
    3.7 * ridges(x * 0.17 + 8.2, z * 0.17 + 4.4, octaves) -
    0.9 +
    0.16 * fbm2(x, z, octaves - 3) -
    smoothstep(-2, 7, z) * 1.5;
  return view({
    ...size,
    land,
    eye: [0, 2.25, 9],
    target: [0.4, 1.5, -3],
    lens: 2,
    sun: [-0.85, 0.2, -0.28],
    sunColour: [3.7, 1.95, 1.05],
    ambient: [0.27, 0.29, 0.47],
    zenith: linear('#34457f'),
    horizon: linear('#f3b58a'),
    air: linear('#d79c92'),
    haze: 0.04,
    clouds: 0.44,
    cloudAt: 7,
    cloudLight: [1.25, 0.72, 0.5],
    cloudShade: [0.42, 0.34, 0.45],
    paint: rockAndSnow({
      rock: '#4d474c',
      dirt: '#5a4f4d',
      green: '#3f4a38',
      snow: '#f2f3f7',
      snowLine: 0.15,
      greenLine: -2,
    }),
    seed: 22,
  });
}

export function dunes(size) {
  const land = (x, z, octaves) => {
    const wind = x * 0.34 + z * 0.16 + 1.5 * fbm2(x * 0.13 + 2, z * 0.13, 3);
    const phase = wind - Math.floor(wind);
    const slope = phase < 0.72 ? smoothstep(0, 0.72, phase) : 1 - (phase - 0.72) / 0.28;
    const ripple = octaves > 6 ? 0.004 * Math.sin(x * 52 + z * 24 + 9 * fbm2(x * 2, z * 2, 3)) : 0;
    return slope * (0.5 + 1.15 * fbm2(x * 0.09 + 5, z * 0.09, 3)) + 0.35 * fbm2(x * 0.2, z * 0.2, 2) + ripple;
  };
  const light = linear('#dfa15c');
  const dark = linear('#b9703a');
  return view({
    ...size,
    land,
    eye: [-1, 2.1, 7],
    target: [1.4, 0.85, -3],
    lens: 1.9,
    sun: [0.82, 0.3, -0.38],
    sunColour: [3.4, 2.35, 1.35],
    ambient: [0.3, 0.32, 0.42],
    zenith: linear('#4d86bf'),
    horizon: linear('#f4dcb4'),
    air: linear('#eccb9f'),
    haze: 0.03,
    clouds: 0.3,
    cloudLight: [1.15, 1, 0.86],
    cloudShade: [0.75, 0.66, 0.62],
    paint: (x, _y, z) => mix3(light, dark, fbm2(x * 0.7, z * 0.7, 4)),
    exposure: 0.82,
    seed: 23,
  });
}

export function islands(size) {
  const land = (x, z, octaves) => {
    const isle = (cx, cz, radius, tall) => {
      const d = Math.hypot(x - cx, z - cz) / radius + 0.32 * (fbm2(x * 0.8 + cx, z * 0.8, 4) - 0.5);
      return tall * smoothstep(1, 0.12, d);
    };
    const land =
      isle(-2.1, -2.6, 2.5, 1) +
      isle(2.7, -5.5, 2.7, 1.35) +
      isle(0.6, 0.7, 0.95, 0.34) +
      isle(5, -0.3, 1.3, 0.5) +
      isle(-5, -8, 2.4, 1);
    return (
      land * (0.5 + 0.95 * ridges(x * 0.5 + 5, z * 0.5, octaves)) -
      0.2 +
      0.05 * fbm2(x * 3, z * 3, octaves - 3)
    );
  };
  const sand = linear('#e6d3a3');
  const forest = linear('#3f6b2e');
  const stone = linear('#8a7f70');
  return view({
    ...size,
    land,
    eye: [0.2, 2, 6.6],
    target: [0.3, 0.15, -2],
    lens: 2.25,
    sun: [-0.5, 0.75, 0.2],
    sunColour: [2.9, 2.65, 2.2],
    ambient: [0.34, 0.44, 0.56],
    zenith: linear('#2f7fd0'),
    horizon: linear('#cfe6f2'),
    air: linear('#bfdcec'),
    haze: 0.035,
    clouds: 0.47,
    cloudAt: 3,
    cloudLight: [1.2, 1.18, 1.15],
    cloudShade: [0.62, 0.68, 0.76],
    water: 0,
    deep: linear('#0a4a78'),
    shallow: linear('#4fc5bd'),
    clarity: 5.5,
    ripple: 0.03,
    rippleScale: 8,
    foam: 0.5,
    paint: (x, y, z, normal) => {
      const leaf = fbm2(x * 9, z * 9, 4);
      const green = forest.map((value) => value * (0.45 + leaf * 1.2));
      const wooded = mix3(sand, green, smoothstep(0.04, 0.12, y + leaf * 0.05));
      return mix3(wooded, stone, smoothstep(0.4, 0.6, 1 - normal[1]));
    },
    seed: 24,
  });
}

export function canyon(size) {
  const land = (x, z, octaves) => {
    const bend = x + 0.9 * Math.sin(z * 0.45) + 0.5 * Math.sin(z * 0.9 + 1);
    const wide = Math.abs(bend) + 0.7 * (fbm2(x * 0.6, z * 0.6, octaves - 2) - 0.5);
    const wall =
      smoothstep(0.35, 1, wide) * 0.85 + smoothstep(1.2, 1.6, wide) * 0.75 + smoothstep(2.4, 3, wide) * 0.6;
    return wall + 0.1 * fbm2(x * 3, z * 3, octaves - 2) - 0.12;
  };
  const bands = ['#a6532c', '#c9783f', '#8d4128', '#d79a5d', '#b5623a', '#7c3a2a'].map(linear);
  return view({
    ...size,
    land,
    eye: [-0.2, 2.85, 5.6],
    target: [0, 0.95, -1.5],
    lens: 1.75,
    sun: [-0.62, 0.46, 0.12],
    sunColour: [3.3, 2.5, 1.6],
    ambient: [0.27, 0.33, 0.45],
    zenith: linear('#3b78bb'),
    horizon: linear('#efd9bd'),
    air: linear('#d9b79a'),
    haze: 0.04,
    clouds: 0.42,
    cloudAt: 12,
    cloudLight: [1.2, 1.08, 0.95],
    cloudShade: [0.6, 0.55, 0.58],
    water: -0.03,
    deep: linear('#1f5a55'),
    ripple: 0.03,
    paint: (x, y, z, normal) => {
      const layer = y * 9 + 1.1 * fbm2(x * 1.4, z * 1.4, 3);
      const n = Math.floor(layer);
      const at = (index) => bands[((index % 6) + 6) % 6];
      const stone = mix3(at(n), at(n + 1), smoothstep(0.55, 1, layer - n));
      const scrub = smoothstep(0.62, 0.74, fbm2(x * 8, z * 8, 4)) * smoothstep(0.8, 0.92, normal[1]);
      return mix3(
        stone.map((value) => value * (0.75 + 0.5 * fbm2(x * 12, y * 12 + z * 8, 3))),
        linear('#6b6f3a'),
        scrub * 0.8,
      );
    },
    exposure: 0.9,
    seed: 25,
  });
}
