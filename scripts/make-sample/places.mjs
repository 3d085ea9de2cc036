/** Buildings and things in the open air. */
import { clamp01, fbm2, fbm3, linear, mix3, noise2, smoothstep } from './noise.mjs';
import { box, lathe, sphere } from './solids.mjs';
import { openSky, photograph, stone } from './studio.mjs';

const POT = lathe([
  [0, 0.14],
  [0.05, 0.17],
  [0.3, 0.25],
  [0.36, 0.27],
  [0.4, 0.25],
]);

export function arcade(size) {
  const spacing = 2.2;
  const shaft = lathe([
    [0, 0.34],
    [0.12, 0.34],
    [0.16, 0.25],
    [1.1, 0.23],
    [2.1, 0.2],
    [2.16, 0.25],
    [2.3, 0.34],
    [2.36, 0.34],
  ]);
  const repeated = (z) => z - spacing * Math.max(-9, Math.min(0, Math.round(z / spacing)));
  const columns = (x, y, z) => shaft(x - 1.25, y, repeated(z));
  const arches = (x, y, z) => {
    const near = z - spacing * (Math.max(-10, Math.min(1, Math.floor(z / spacing))) + 0.5);
    const wall = box(x - 1.25, y - 3.5, z + 8, [0.26, 1.14, 13]);
    return Math.max(wall, -Math.max(Math.hypot(near, y - 2.36) - 0.86, Math.abs(x - 1.25) - 1));
  };
  const vault = (x, y) =>
    Math.max(Math.abs(x + 0.1) - 1.7, 1.62 - Math.hypot(x + 0.1, y - 2.75), y - 5, 2.75 - y);
  const tiles = (x, _y, z) => {
    const isDark = (Math.floor(x * 1.5 + 40) + Math.floor(z * 1.5 + 40)) % 2 === 0;
    const worn = 0.7 + 0.5 * fbm2(x * 2.5, z * 2.5, 5);
    return { colour: linear(isDark ? '#7d5a44' : '#d9c6a5').map((value) => value * worn), gloss: 0.35 };
  };
  const ochre = stone('#d9a066', 1.4, 0.5);
  const sun = [0.72, 0.5, -0.18];
  return photograph({
    ...size,
    eye: [-0.45, 1.3, 3.9],
    target: [0.2, 1.55, -6],
    lens: 1.55,
    exposure: 0.95,
    seed: 31,
    parts: [
      { distance: (_x, y) => y, paint: (x, y, z) => (x < 1.75 ? tiles(x, y, z) : lawn(x, y, z)) },
      { distance: columns, paint: stone('#e2cfae', 3, 0.35) },
      { distance: arches, paint: ochre },
      { distance: vault, paint: stone('#e8cfa4', 1.2, 0.25) },
      { distance: (x) => x + 1.75, paint: ochre },
      {
        distance: (x, y, z) => box(x + 0.2, y - 2.4, z + 20, [1.75, 2.5, 0.4]),
        paint: stone('#d9a066', 1, 0.3),
      },
      {
        distance: (x, y, z) => box(x + 0.1, y - 1.1, z + 19.5, [0.62, 1.15, 0.15], 0.02),
        paint: stone('#2f4a45', 5, 0.3),
      },
    ],
    sun,
    sunColour: [4.2, 3.3, 2.2],
    sky: openSky({ zenith: '#4b86c9', horizon: '#e8dcc6', sun, glow: [1.4, 1.1, 0.8] }),
    fill: 0.5,
    softness: 22,
    far: 46,
  });
}

function lawn(x, _y, z) {
  const blade = fbm2(x * 7, z * 7, 4);
  return { colour: linear('#5f8a37').map((value) => value * (0.5 + blade)) };
}

export function whiteVillage(size) {
  const white = (x, y, z) => {
    const tone = 0.94 + 0.1 * fbm3(x * 2, y * 2, z * 2, 4);
    return { colour: [0.86 * tone, 0.87 * tone, 0.9 * tone] };
  };
  const blue = (x, y, z) => ({
    colour: linear('#1f5fb4').map((value) => value * (0.85 + 0.3 * fbm3(x * 4, y * 4, z * 4, 4))),
    gloss: 0.4,
  });
  const drum = lathe([
    [0, 1.02],
    [0.75, 1.02],
    [0.8, 1.1],
    [0.88, 1.1],
    [0.9, 1],
  ]);
  const house = (x, y, z, half, round = 0.06) => box(x, y - half[1], z, half, round);
  const walls = (x, y, z) =>
    Math.min(
      house(x + 0.9, y, z + 1.5, [1.75, 1.6, 1.4]),
      house(x - 2.1, y, z + 0.6, [1.2, 1.05, 1.1]),
      house(x - 3.4, y, z + 2.4, [1.4, 2.1, 1.2]),
      drum(x + 0.9, y - 3.2, z + 1.5),
      house(x + 3.4, y, z - 0.2, [0.95, 0.8, 1.2]),
      belfry(x - 0.75, y - 3.2, z + 0.75),
    );
  const cut = (x, y, z) =>
    Math.min(
      box(x + 0.9, y - 0.6, z + 0.1, [0.36, 0.85, 0.3], 0.05),
      box(x - 2, y - 1.1, z - 0.5, [0.24, 0.32, 0.3]),
    );
  const steps = (x, y, z) => {
    let best = 9;
    for (let n = 0; n < 6; n += 1) {
      best = Math.min(
        best,
        box(x + 0.9 - n * 0.06, y - 0.06 + n * 0.1, z - 0.55 - n * 0.3, [0.9, 0.12, 0.2], 0.03),
      );
    }
    return best;
  };
  const pots = [
    [0.35, 0.1, 0.35],
    [-2.25, 0.1, 0.3],
    [3.1, 0, 0.9],
  ];
  const sun = [0.62, 0.62, 0.5];
  return photograph({
    ...size,
    eye: [1.5, 1.75, 8],
    target: [0.3, 1.85, 0],
    lens: 2.1,
    exposure: 0.62,
    seed: 32,
    parts: [
      { distance: (x, y, z) => Math.max(walls(x, y, z), -cut(x, y, z)), paint: white },
      { distance: (x, y, z) => Math.max(sphere(x + 0.9, y - 4.08, z + 1.5, 1.02), 4.06 - y), paint: blue },
      { distance: (x, y, z) => box(x + 0.9, y - 0.6, z + 0.35, [0.34, 0.83, 0.05]), paint: blue },
      { distance: (x, y, z) => box(x - 2, y - 1.1, z - 0.34, [0.22, 0.3, 0.05]), paint: blue },
      { distance: steps, paint: white },
      {
        distance: (x, y, z) => y + 0.03 + Math.max(0, z - 0.7) * 0.36 - 0.02 * noise2(x * 3, z * 3),
        paint: paving,
      },
      ...pots.map(([x, y, z]) => ({
        distance: (px, py, pz) => POT(px - x, py - y, pz - z),
        paint: stone('#b4613c', 4, 0.3),
      })),
      ...pots.map(([x, y, z]) => ({
        distance: (px, py, pz) => shrub(px - x, py - y - 0.62, pz - z),
        paint: blossom,
      })),
    ],
    sun,
    sunColour: [3.3, 3, 2.5],
    sky: openSky({
      zenith: '#1f62bb',
      horizon: '#a9cfec',
      sun,
      glow: [0.6, 0.5, 0.4],
      clouds: 0.36,
      at: 4.4,
    }),
    fill: 0.62,
    softness: 26,
    far: 30,
  });
}

function belfry(x, y, z) {
  const frame = box(x, y - 0.75, z, [0.62, 0.75, 0.16], 0.03);
  const hole = Math.max(
    Math.min(Math.hypot(x, y - 0.85) - 0.3, box(x, y - 0.55, 0, [0.3, 0.32, 1])),
    Math.abs(z) - 1,
  );
  return Math.min(Math.max(frame, -hole), sphere(x, y - 0.75, z, 0.15));
}

function shrub(x, y, z) {
  return sphere(x, y, z, 0.36) + 0.12 * (fbm3(x * 7, y * 7, z * 7, 3) - 0.45);
}

function blossom(x, y, z) {
  const flower = smoothstep(0.5, 0.56, noise2(x * 17 + z * 13, y * 17 + 3));
  return { colour: mix3(linear('#38702c'), linear('#d92f7c'), flower) };
}

function paving(x, _y, z) {
  const row = Math.floor(z * 1.6 + 50);
  const across = x * 1.3 + (row % 2) * 0.5 + 50;
  const joint = Math.min(smoothstep(0.02, 0.05, across % 1), smoothstep(0.02, 0.06, (z * 1.6 + 50) % 1));
  const tone =
    0.7 + 0.16 * noise2(Math.floor(across) * 7.3, row * 3.1) + 0.16 * (fbm2(x * 6, z * 6, 4) - 0.5);
  return { colour: mix3([0.9, 0.9, 0.92], [tone * 0.6, tone * 0.56, tone * 0.52], joint) };
}

export function lighthouse(size) {
  const tower = lathe([
    [0, 0.62],
    [0.3, 0.58],
    [2, 0.46],
    [3.3, 0.38],
    [3.34, 0.56],
    [3.44, 0.56],
  ]);
  const lamp = lathe([
    [3.44, 0.3],
    [3.95, 0.3],
    [3.97, 0.4],
    [4.05, 0.38],
    [4.3, 0.16],
    [4.42, 0.05],
    [4.5, 0],
  ]);
  const stripes = (_x, y, z, normal) => ({
    colour: (Math.floor(y / 0.68) % 2 === 0 ? linear('#c8322b') : linear('#efece4')).map(
      (value) => value * (0.86 + 0.24 * fbm2(z * 3 + normal[0], y * 3, 4)),
    ),
  });
  const glass = (_x, y) =>
    y < 3.94
      ? { colour: [0.25, 0.22, 0.12], gloss: 0.9, glow: [2.2, 1.5, 0.6] }
      : { colour: linear('#8c2621'), gloss: 0.4 };
  const rock = (x, y, z) => {
    const mound = y + 0.42 * (x + 0.5) ** 2 * 0.32 + 0.09 * (z + 0.4) ** 2 - 0.05;
    return (mound - 0.55 * (fbm3(x * 0.9, y * 0.9, z * 0.9, 5) - 0.35)) * 0.55;
  };
  const sea = (x, y, z) => (y + 1.5 - 0.16 * (fbm2(x * 0.8 + z * 0.3, z * 1.3, 5) - 0.5)) * 0.75;
  const sun = [-0.78, 0.2, -0.36];
  return photograph({
    ...size,
    eye: [1.7, 0.75, 8.4],
    target: [0.75, 1.65, 0],
    lens: 1.8,
    exposure: 0.95,
    seed: 33,
    parts: [
      { distance: (x, y, z) => tower(x, y, z), paint: stripes },
      { distance: lamp, paint: glass },
      {
        distance: (x, y, z) => Math.max(box(x - 1.15, y - 0.32, z + 0.1, [0.6, 0.42, 0.42]), 0),
        paint: stone('#e9e2d3', 3, 0.2),
      },
      {
        distance: (x, y, z) =>
          Math.max(Math.abs(z + 0.1) * 0.72 + (y - 1.18) * 0.72, Math.abs(x - 1.15) - 0.68, 0.7 - y),
        paint: stone('#a33a2c', 6, 0.4),
      },
      { distance: rock, paint: cliff },
      { distance: sea, paint: () => ({ colour: linear('#173f55'), gloss: 0.9 }) },
    ],
    sun,
    sunColour: [3.6, 2.1, 1.15],
    sky: openSky({
      zenith: '#3c4f8f',
      horizon: '#f6b98a',
      sun,
      glow: [2.2, 1.2, 0.6],
      clouds: 0.47,
      shade: [0.55, 0.4, 0.44],
      at: 9,
    }),
    fill: 0.6,
    softness: 12,
    fog: 0.0006,
    far: 60,
  });
}

function cliff(x, y, z, normal) {
  const tone = 0.6 + 0.7 * fbm3(x * 3, y * 3, z * 3, 5);
  const grass = smoothstep(0.62, 0.8, normal[1]) * smoothstep(-0.9, -0.4, y);
  return { colour: mix3(linear('#6b5f58'), linear('#5d7136'), grass).map((value) => value * tone) };
}

export function balloons(size) {
  const shape = lathe([
    [-1.5, 0.2],
    [-1.35, 0.26],
    [-0.6, 0.78],
    [0, 1],
    [0.55, 0.92],
    [0.9, 0.55],
    [1.02, 0.1],
    [1.03, 0],
  ]);
  const gores = (colours, turn) => {
    const cloth = colours.map(linear);
    return (x, y, z) => {
      const angle = (Math.atan2(z, x) / Math.PI + 1) * 8 + turn;
      const seam = smoothstep(0, 0.08, Math.abs(angle - Math.round(angle)));
      const n = Math.floor(angle + Math.floor(y * 2.4 + 8) * (turn > 0.4 ? 1 : 0)) % cloth.length;
      return { colour: cloth[n].map((value) => value * (0.7 + 0.3 * seam)), gloss: 0.15 };
    };
  };
  const fly = ([cx, cy, cz], scale, colours, turn) => {
    const paint = gores(colours, turn);
    return [
      {
        distance: (x, y, z) => shape((x - cx) / scale, (y - cy) / scale, (z - cz) / scale) * scale,
        paint: (x, y, z) => paint((x - cx) / scale, (y - cy) / scale, (z - cz) / scale),
      },
      {
        distance: (x, y, z) =>
          box(
            x - cx,
            y - cy + 1.98 * scale,
            z - cz,
            [0.17 * scale, 0.13 * scale, 0.17 * scale],
            0.03 * scale,
          ),
        paint: stone('#7a4f2a', 12, 0.5),
      },
      ...[-1, 1].flatMap((a) =>
        [-1, 1].map((b) => ({
          distance: (x, y, z) => {
            const t = clamp01((cy - 1.45 * scale - y) / (0.42 * scale));
            const gap = scale * (0.2 - 0.05 * t);
            return Math.max(
              Math.hypot(x - cx - a * gap, z - cz - b * gap) - 0.008 * scale,
              Math.abs(y - cy + 1.66 * scale) - 0.24 * scale,
            );
          },
          paint: stone('#4a3a2a'),
        })),
      ),
    ];
  };
  const hills = (x, y, z) =>
    (y + 3.2 - 2.2 * fbm2(x * 0.11 + 3, z * 0.11 + 9, 5) - 0.02 * Math.abs(z + 8)) * 0.7;
  const sun = [0.75, 0.34, 0.35];
  return photograph({
    ...size,
    eye: [0, 0.3, 8],
    target: [0.1, 0.85, 0],
    lens: 2.1,
    exposure: 0.72,
    seed: 34,
    parts: [
      ...fly([-1.35, 1.3, 0], 1.15, ['#d63b2f', '#f2b632', '#f4efe3'], 0.2),
      ...fly([2.3, 2, -4], 1.1, ['#2b6cb0', '#f4efe3'], 0.6),
      ...fly([1.25, -0.2, -1.2], 0.62, ['#2f8f6b', '#f2d14a', '#e8743b'], 0.1),
      ...fly([-4.2, 2.9, -9], 1.1, ['#7c3fa0', '#f0a7c0'], 0.7),
      ...fly([5.6, 0.6, -11], 1, ['#e8743b', '#f4efe3'], 0.3),
      { distance: hills, paint: fields },
    ],
    sun,
    sunColour: [3.3, 2.6, 1.8],
    sky: openSky({
      zenith: '#5a97d8',
      horizon: '#f5dcbd',
      sun,
      glow: [1, 0.8, 0.5],
      clouds: 0.4,
      shade: [0.8, 0.72, 0.72],
      at: 2,
    }),
    fill: 0.62,
    softness: 16,
    fog: 0.0011,
    far: 70,
  });
}

function fields(x, _y, z) {
  const patch = noise2(
    Math.floor(x * 0.55 + 0.4 * fbm2(x * 0.2, z * 0.2, 2)) * 3.7 + 0.5,
    Math.floor(z * 0.4) * 5.3 + 0.5,
  );
  const crop = mix3(linear('#7f9a45'), linear('#d8b75c'), patch);
  const tree = smoothstep(0.58, 0.63, fbm2(x * 2.4, z * 2.4, 4));
  return {
    colour: mix3(
      crop.map((value) => value * (0.8 + 0.4 * fbm2(x * 6, z * 6, 3))),
      linear('#33522c'),
      tree,
    ),
  };
}
