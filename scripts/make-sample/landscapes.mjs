/** Five pieces of land. */
import { fbm2, linear, mix3, smoothstep } from './noise.mjs';
import { ridges, rockAndSnow, view } from './terrain.mjs';

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
