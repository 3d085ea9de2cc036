/** Things on tables. */
import { clamp01, fbm2, fbm3, linear, mix3, noise2, smoothstep } from './noise.mjs';
import { box, capsule, ellipsoid, lathe, sphere, torus } from './solids.mjs';
import { photograph, placed, plain, plaster, room, table, wall, wood } from './studio.mjs';

const PEAR = [
  [0, 0.02],
  [0.03, 0.3],
  [0.28, 0.47],
  [0.55, 0.43],
  [0.85, 0.24],
  [1.05, 0.19],
  [1.17, 0.12],
  [1.2, 0],
];

function fruitSkin(ripe, blush, spots) {
  const a = linear(ripe);
  const b = linear(blush);
  return (x, y, z, normal) => {
    const side = clamp01(normal[0] * 0.55 + 0.42 + (fbm3(x * 2.2, y * 2.2, z * 2.2, 4) - 0.5) * 1.2);
    const speck = smoothstep(0.72, 0.8, noise2(x * 46 + z * 31, y * 46)) * spots;
    return { colour: mix3(mix3(a, b, side), [0.1, 0.06, 0.02], speck * 0.5), gloss: 0.5 };
  };
}

export function pears(size) {
  const body = lathe(PEAR);
  const stem = (lean) => (x, y, z) => capsule(x, y, z, [0, 1.16, 0], [lean, 1.42, 0.03], 0.028);
  const bark = plain('#4a331f');
  const lying = (x, y, z) => body(y * 0.18 + z * 0.98, x + 0.55, z * -0.18 + y * 0.98 - 0.02);
  return photograph({
    ...size,
    eye: [0.1, 1.5, 5.4],
    target: [0.1, 0.56, 0],
    lens: 3.2,
    exposure: 0.84,
    seed: 11,
    parts: [
      table((x, _y, z) => linen(x, z)),
      wall(2.1, plaster('#5d6f78', 0.3)),
      placed(body, [-0.95, 0, 0.1], fruitSkin('#c9b545', '#a5541f', 1)),
      placed(stem(0.08), [-0.95, 0, 0.1], bark),
      placed(body, [0.02, 0, -0.35], fruitSkin('#9fae3c', '#c07a28', 1)),
      placed(stem(-0.07), [0.02, 0, -0.35], bark),
      placed(lying, [1.05, 0.45, 0.35], fruitSkin('#d0bd55', '#9c3f1d', 1)),
      placed((x, y, z) => sphere(x, y, z, 0.33), [0.3, 0.33, 0.85], fruitSkin('#7a1b22', '#3d0d1c', 0)),
    ],
    sun: [-0.75, 0.62, 0.45],
    sunColour: [3, 2.65, 2.1],
    sky: room('#6d7c88', '#33302d'),
    softness: 6,
  });
}

function linen(x, z) {
  const weave = 0.9 + 0.06 * Math.sin(x * 150) * Math.sin(z * 150) + 0.14 * (fbm2(x * 1.6, z * 2.4, 4) - 0.5);
  return { colour: [0.64 * weave, 0.58 * weave, 0.49 * weave] };
}

export function bottles(size) {
  const glaze = (hex, gloss) => {
    const base = linear(hex);
    return (x, y, z) => {
      const tone = 0.86 + 0.28 * fbm3(x * 3, y * 3, z * 3, 4);
      return { colour: base.map((value) => value * tone), gloss };
    };
  };
  const tall = lathe([
    [0, 0.34],
    [0.08, 0.38],
    [0.9, 0.37],
    [1.2, 0.2],
    [1.4, 0.12],
    [1.95, 0.11],
    [2, 0.15],
    [2.05, 0.13],
  ]);
  const jug = lathe([
    [0, 0.3],
    [0.3, 0.5],
    [0.7, 0.5],
    [1.05, 0.28],
    [1.25, 0.26],
    [1.35, 0.34],
    [1.37, 0.3],
  ]);
  const bowl = lathe([
    [0, 0.2],
    [0.06, 0.3],
    [0.4, 0.55],
    [0.55, 0.6],
    [0.57, 0.56],
  ]);
  const flask = lathe([
    [0, 0.26],
    [0.1, 0.3],
    [0.75, 0.29],
    [0.95, 0.14],
    [1.3, 0.1],
    [1.34, 0.14],
    [1.4, 0.12],
  ]);
  const handle = (x, y, z) => torus(x - 0.48, y - 0.72, z, 0.27, 0.055);
  return photograph({
    ...size,
    eye: [0, 1.5, 7],
    target: [0.1, 0.86, 0],
    lens: 3.5,
    exposure: 0.86,
    seed: 12,
    parts: [
      table(plaster('#b7a48c', 0.1)),
      wall(1.7, plaster('#b9ab98', 0.12)),
      placed(tall, [-1.25, 0, 0], glaze('#e7ddcb', 0.35)),
      placed(flask, [-0.5, 0, 0.42], glaze('#5c7d8a', 0.5)),
      placed(jug, [0.42, 0, -0.05], glaze('#c9795a', 0.35)),
      placed(handle, [0.42, 0, -0.05], glaze('#c9795a', 0.35)),
      placed(bowl, [1.45, 0, 0.3], glaze('#d7b267', 0.4)),
      placed((x, y, z) => box(x, y, z, [0.22, 0.3, 0.22], 0.04), [0.02, 0.3, 1], glaze('#8c5a4a', 0.15)),
    ],
    sun: [-0.9, 0.55, 0.55],
    sunColour: [2.5, 2.25, 1.9],
    sky: room('#a9a59c', '#57504a'),
    softness: 7,
  });
}

export function coffee(size) {
  const cup = lathe([
    [0, 0.3],
    [0.05, 0.42],
    [0.35, 0.62],
    [0.75, 0.72],
    [0.85, 0.73],
  ]);
  const hollow = lathe([
    [0.1, 0.3],
    [0.35, 0.55],
    [0.75, 0.66],
    [1.2, 0.68],
  ]);
  const shell = (x, y, z) => Math.max(cup(x, y, z), -hollow(x, y, z));
  const saucer = lathe([
    [0, 0.5],
    [0.04, 0.62],
    [0.09, 1.15],
    [0.14, 1.3],
    [0.15, 1.28],
  ]);
  const porcelain = plain('#e9e6df', 0.8);
  const ring = plain('#2d5f73', 0.7);
  const bean = (x, y, z) => ellipsoid(x, y, z, [0.16, 0.09, 0.11]);
  const beans = [
    [1.6, 0.09, 1],
    [2, 0.09, 0.72],
    [1.78, 0.09, 0.3],
    [-1.75, 0.09, 1.05],
    [2.25, 0.09, 1.15],
  ];
  return photograph({
    ...size,
    eye: [0.3, 3.5, 4.2],
    target: [0.12, 0.3, 0],
    lens: 2.75,
    exposure: 0.78,
    seed: 13,
    parts: [
      table(wood('#9a6b42', '#4f2d18', 0.3)),
      placed(saucer, [0, 0, 0], porcelain),
      placed(shell, [0, 0.1, 0], (_x, y) => (y > 0.84 && y < 0.9 ? ring() : porcelain())),
      placed(
        (x, y, z) => Math.max(torus(x - 0.78, y - 0.5, z, 0.26, 0.06), -hollow(x, y, z)),
        [0, 0.1, 0],
        porcelain,
      ),
      placed((x, y, z) => Math.max(Math.abs(y - 0.66) - 0.02, Math.hypot(x, z) - 0.67), [0, 0.1, 0], crema),
      ...beans.map((at) => placed(bean, at, plain('#3b1f12', 0.5))),
      placed(
        (x, y, z) => box(x * 0.96 + z * 0.28, y, z * 0.96 - x * 0.28, [0.13, 0.13, 0.13], 0.02),
        [-1.55, 0.14, 0.5],
        plain('#efe9dc', 0.1),
      ),
    ],
    sun: [-0.7, 0.75, -0.35],
    sunColour: [3.1, 2.75, 2.2],
    sky: room('#8d97a0', '#4a3b30'),
    softness: 9,
  });
}

function crema(x, _y, z) {
  const angle = Math.atan2(z, x);
  const radius = Math.hypot(x, z);
  const swirl = fbm2(radius * 5 + angle * 1.2, angle * 1.5 + radius * 4, 4);
  const leaf =
    Math.abs(x) < 0.26 - Math.abs(z) * 0.45 && Math.sin(z * 34 + Math.abs(x) * 22) > 0.1 && radius < 0.42;
  const milk = leaf ? 0.85 : smoothstep(0.62, 0.8, swirl) * 0.5;
  return { colour: mix3(linear('#8a4f22'), linear('#f0dcb8'), milk), gloss: 0.2 };
}

export function chess(size) {
  const pawn = lathe([
    [0, 0.42],
    [0.1, 0.44],
    [0.16, 0.36],
    [0.3, 0.26],
    [0.7, 0.15],
    [0.82, 0.25],
    [0.87, 0.2],
    [0.92, 0.14],
  ]);
  const king = lathe([
    [0, 0.5],
    [0.14, 0.52],
    [0.22, 0.4],
    [0.42, 0.28],
    [1.3, 0.17],
    [1.42, 0.31],
    [1.5, 0.22],
    [1.85, 0.34],
    [1.92, 0.3],
    [2.02, 0.1],
  ]);
  const withHead = (x, y, z) => Math.min(pawn(x, y, z), sphere(x, y - 1.05, z, 0.21));
  const crowned = (x, y, z) =>
    Math.min(
      king(x, y, z),
      box(x, y - 2.2, z, [0.045, 0.2, 0.045], 0.02),
      box(x, y - 2.24, z, [0.14, 0.045, 0.045], 0.02),
    );
  const ivory = plain('#e2d3b3', 0.6);
  const ebony = plain('#241a17', 0.9);
  const board = (x, _y, z) => {
    const isLight = (Math.floor(x + 40) + Math.floor(z + 40)) % 2 === 0;
    const grain = 0.75 + 0.5 * fbm2(x * 1.4 + (isLight ? 0 : 50), z * 14, 4);
    return { colour: linear(isLight ? '#c9a26b' : '#5a3420').map((value) => value * grain), gloss: 0.55 };
  };
  const men = [
    [withHead, [-1.5, 0, 0.5], ivory],
    [withHead, [-0.5, 0, -1.5], ivory],
    [withHead, [0.5, 0, 0.5], ebony],
    [withHead, [2.5, 0, -1.5], ebony],
    [withHead, [-2.5, 0, -2.5], ivory],
    [withHead, [1.5, 0, 1.5], ivory],
    [crowned, [-0.5, 0, -0.5], ivory],
    [crowned, [1.5, 0, -1.5], ebony],
  ];
  return photograph({
    ...size,
    eye: [-1.2, 2.25, 5.6],
    target: [0.15, 0.72, -0.6],
    lens: 2.35,
    exposure: 0.8,
    seed: 14,
    parts: [table(board), ...men.map(([shape, at, paint]) => placed(shape, at, paint))],
    sun: [0.8, 0.62, 0.12],
    sunColour: [3.1, 2.5, 1.75],
    sky: ([x, y, z]) => {
      const base = mix3([0.05, 0.045, 0.045], [0.13, 0.15, 0.19], clamp01(y + 0.3));
      const lamp = smoothstep(0.7, 0.95, x * 0.85 + y * 0.3 + z * 0.1) * 1.4;
      return [base[0] + lamp, base[1] + lamp * 0.85, base[2] + lamp * 0.65];
    },
    softness: 8,
    fog: 0.004,
  });
}

export function candle(size) {
  const wax = lathe([
    [0, 0.3],
    [0.9, 0.29],
    [1.12, 0.27],
    [1.16, 0.22],
    [1.18, 0.1],
  ]);
  const flame = lathe([
    [0, 0.02],
    [0.1, 0.09],
    [0.2, 0.1],
    [0.36, 0.05],
    [0.5, 0],
  ]);
  const holder = lathe([
    [0, 0.5],
    [0.05, 0.56],
    [0.12, 0.4],
    [0.16, 0.34],
    [0.2, 0.36],
  ]);
  const cover = (hex) => {
    const base = linear(hex);
    return (x, y, z) => {
      const cloth = 0.85 + 0.3 * fbm3(x * 14, y * 14, z * 14, 3);
      return { colour: base.map((value) => value * cloth), gloss: 0.08 };
    };
  };
  const book = (at, half, turn, hex) => {
    const s = Math.sin(turn);
    const c = Math.cos(turn);
    const inside = (x, z) => [x * c + z * s, z * c - x * s];
    const boards = (x, y, z) => {
      const [u, w] = inside(x, z);
      const whole = box(u, y, w, half, 0.03);
      const pages = box(u - 0.06, y, w, [half[0] + 0.02, half[1] - 0.045, half[2] + 0.1]);
      return Math.max(whole, -pages);
    };
    const leaves = (x, y, z) => {
      const [u, w] = inside(x, z);
      return box(u - 0.01, y, w, [half[0] - 0.05, half[1] - 0.04, half[2] - 0.05]);
    };
    const paper = (_x, y) => ({
      colour: linear('#d9c9a3').map((value) => value * (0.8 + 0.25 * noise2(y * 160, 3))),
    });
    return [placed(boards, at, cover(hex)), placed(leaves, at, paper)];
  };
  return photograph({
    ...size,
    eye: [0.2, 1.75, 5.6],
    target: [0.05, 0.72, 0],
    lens: 2.75,
    exposure: 0.92,
    seed: 15,
    parts: [
      table(wood('#7a4d2c', '#351d10', 0.35)),
      wall(1.9, plaster('#4c4038', 0.35)),
      ...book([0.75, 0.15, 0], [1, 0.15, 0.7], 0.06, '#7c2a26'),
      ...book([0.68, 0.43, -0.02], [0.92, 0.13, 0.62], -0.12, '#2f5449'),
      ...book([0.8, 0.67, 0], [0.8, 0.11, 0.58], 0.22, '#b98a3a'),
      placed(holder, [-1.15, 0, 0.25], plain('#9a7a3a', 0.9)),
      placed(wax, [-1.15, 0.16, 0.25], plain('#efe2c2', 0.25)),
      placed(flame, [-1.15, 1.38, 0.25], (_x, y, _z, normal) => ({
        colour: [0, 0, 0],
        glow: flameGlow(y, normal[2]),
      })),
      placed((x, y, z) => sphere(x, y, z, 0.27), [0.75, 1.05, 0.02], plain('#b5382a', 0.55)),
    ],
    sun: [-0.62, 0.5, 0.42],
    sunColour: [2.7, 1.65, 0.72],
    sky: ([x, y, z]) => {
      const near = Math.max(0, -x * 0.8 + y * 0.2 + z * 0.4) ** 2;
      return [0.1 + near * 0.55, 0.085 + near * 0.32, 0.09 + near * 0.12];
    },
    softness: 5,
  });
}

/** Bright in the middle, orange at the rim and the tip, blue at the wick. */
function flameGlow(y, facing) {
  const core = clamp01(facing) ** 1.5;
  const tip = smoothstep(1.62, 1.86, y);
  const wick = 1 - smoothstep(1.4, 1.5, y);
  return [
    5.5 * (0.35 + core) * (1 - 0.4 * tip),
    (0.7 + 3.1 * core) * (1 - 0.6 * tip),
    0.12 + 1.1 * core * (1 - tip) + wick,
  ];
}
