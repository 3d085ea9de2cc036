/** Landscapes as printed illustrations: layer upon layer, paler with distance. Each answers an SVG. */
import { fbm2, seeded } from './noise.mjs';

const WIDTH = 1200;
const HEIGHT = 900;

function print({ width, height }, seed, body, defs) {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="xMidYMid slice">
  <defs>${defs}
    <filter id="grain" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency="0.8" numOctaves="3" seed="${seed}"/>
      <feColorMatrix values="0 0 0 0 0.5  0 0 0 0 0.5  0 0 0 0 0.5  0.9 0.9 0 0 -0.62"/></filter>
    <filter id="soft" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="18"/></filter>
    <filter id="softer" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="46"/></filter>
    <filter id="bloom" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="3"/></filter>
  </defs>${body}<rect width="${WIDTH}" height="${HEIGHT}" filter="url(#grain)" opacity="0.2" style="mix-blend-mode:overlay"/></svg>`;
}

function fade(id, ...stops) {
  const set = stops
    .map((colour, n) => `<stop offset="${n / (stops.length - 1)}" stop-color="${colour}"/>`)
    .join('');
  return `<linearGradient id="${id}" x2="0" y2="1">${set}</linearGradient>`;
}

/** A skyline of hills: `base` high, rising and falling by `swing`. */
function hills({ base, swing, scale, seed, octaves = 5 }, fill) {
  const points = Array.from({ length: 121 }, (_, n) => {
    const x = n * 10;
    return `L${x} ${(base - swing * (fbm2(x * scale + seed * 13.7, seed * 7.1, octaves) - 0.5) * 2).toFixed(1)}`;
  });
  return `<path d="M0 ${HEIGHT}${points.join('')}L${WIDTH} ${HEIGHT}z" fill="${fill}"/>`;
}

function heightAt({ base, swing, scale, seed, octaves = 5 }, x) {
  return base - swing * (fbm2(x * scale + seed * 13.7, seed * 7.1, octaves) - 0.5) * 2;
}

/** A fir of ragged tiers. */
function fir(x, foot, tall, fill, random) {
  const tiers = 7;
  let left = '';
  let right = '';
  for (let n = 0; n <= tiers; n += 1) {
    const y = foot - tall + (tall * n) / tiers;
    const half = (tall * 0.2 * (n + 0.15)) / tiers;
    const jag = 0.72 + random() * 0.5;
    right += `L${(x + half * jag).toFixed(1)} ${(y + tall * 0.035).toFixed(1)}L${(x + half * 0.5).toFixed(1)} ${y.toFixed(1)}`;
    left = `L${(x - half * 0.5).toFixed(1)} ${y.toFixed(1)}L${(x - half * jag).toFixed(1)} ${(y + tall * 0.035).toFixed(1)}${left}`;
  }
  return `<path d="M${x.toFixed(1)} ${(foot - tall * 1.06).toFixed(1)}${right}${left}z" fill="${fill}"/>`;
}

export function mistyForest(size) {
  const random = seeded(51);
  const tones = ['#c3d2cc', '#a3bab4', '#7d9b96', '#577b78', '#335a5a', '#17383b'];
  const layers = tones.map((tone, n) => {
    const land = { base: 380 + n * 92, swing: 90 - n * 6, scale: 0.0032, seed: n + 2 };
    const count = 46 - n * 5;
    const trees = Array.from({ length: count }, (_, t) => {
      const x = (t + random()) * (WIDTH / count);
      return fir(x, heightAt(land, x) + 16, (46 + n * 28) * (0.7 + random() * 0.6), tone, random);
    });
    const mist =
      n < 5
        ? `<ellipse cx="${300 + ((n * 430) % 800)}" cy="${land.base + 66}" rx="560" ry="36" fill="#f3ead9" opacity="0.6" filter="url(#soft)"/>`
        : '';
    return trees.join('') + hills(land, tone) + mist;
  });
  const birds = [
    [700, 190, 1],
    [752, 164, 0.8],
    [640, 222, 0.7],
    [812, 206, 0.6],
  ].map(
    ([x, y, s]) =>
      `<path d="M${x - 22 * s} ${y - 8 * s}q${12 * s} ${-6 * s} ${22 * s} ${8 * s}q${10 * s} ${-14 * s} ${22 * s} ${-8 * s}" fill="none" stroke="#3c5654" stroke-width="${4 * s}" stroke-linecap="round"/>`,
  );
  const body = `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/><circle cx="820" cy="270" r="190" fill="#fff0cc" opacity="0.9" filter="url(#softer)"/><circle cx="820" cy="270" r="58" fill="#fffaf0"/>${birds.join('')}${layers.join('')}`;
  return print(size, 51, body, fade('sky', '#9db8c2', '#e3dccb', '#f3dcb5'));
}

export function northernLights(size) {
  const random = seeded(52);
  const curtain = (seed, y, colour, opacity) => {
    const rays = Array.from({ length: 150 }, (_, n) => {
      const x = n * 8.2;
      const foot = y + 150 * (fbm2(x * 0.0026 + seed * 9, seed, 4) - 0.5) * 2;
      const tall = 120 + 260 * fbm2(x * 0.02 + seed * 3, seed * 5, 4);
      return `<rect x="${x}" y="${(foot - tall).toFixed(0)}" width="10" height="${tall.toFixed(0)}" fill="url(#${colour})" opacity="${(opacity * (0.35 + 0.9 * fbm2(x * 0.05, seed * 2, 3))).toFixed(2)}"/>`;
    });
    return `<g filter="url(#bloom)">${rays.join('')}</g>`;
  };
  const ray = (id, low, high) =>
    `<linearGradient id="${id}" x2="0" y2="1"><stop offset="0" stop-color="${high}" stop-opacity="0"/><stop offset="0.55" stop-color="${high}" stop-opacity="0.4"/><stop offset="0.93" stop-color="${low}" stop-opacity="0.95"/><stop offset="1" stop-color="${low}" stop-opacity="0"/></linearGradient>`;
  const stars = Array.from(
    { length: 240 },
    () =>
      `<circle cx="${(random() * WIDTH).toFixed(0)}" cy="${(random() * 600).toFixed(0)}" r="${(0.5 + random() * 1.7).toFixed(1)}" fill="#fff" opacity="${(0.25 + random() * 0.7).toFixed(2)}"/>`,
  );
  const shore = { base: 668, swing: 26, scale: 0.004, seed: 9 };
  const trees = Array.from({ length: 64 }, () => {
    const x = random() * WIDTH;
    return fir(x, heightAt(shore, x) + 10, 34 + random() * 62, '#050c14', random);
  });
  const lights = `${curtain(1, 330, 'green', 0.75)}${curtain(2.3, 430, 'green', 0.9)}${curtain(4.1, 270, 'violet', 0.6)}`;
  const far =
    hills({ base: 610, swing: 120, scale: 0.0042, seed: 4, octaves: 6 }, '#1b3145') +
    hills({ base: 640, swing: 90, scale: 0.005, seed: 6, octaves: 6 }, '#122436');
  const scene = `<rect width="${WIDTH}" height="700" fill="url(#night)"/>${stars.join('')}${lights}${far}`;
  const cabin = `<g transform="translate(815 600)"><path d="M0 30l52 -38l52 38v52h-104z" fill="#0d131b"/><path d="M-10 34l62 -48l62 48l-6 8l-56 -42l-56 42z" fill="#dfe8ee"/><rect x="22" y="44" width="22" height="22" fill="#ffd27a"/><rect x="62" y="44" width="20" height="22" fill="#ffc45e"/><circle cx="44" cy="54" r="46" fill="#ffb84f" opacity="0.35" filter="url(#soft)"/></g>`;
  const body = `<defs><clipPath id="lake"><rect y="690" width="${WIDTH}" height="210"/></clipPath></defs>${scene}
  <g clip-path="url(#lake)"><g transform="translate(0 1385) scale(1 -1)" filter="url(#bloom)">${scene}</g><rect y="690" width="${WIDTH}" height="210" fill="#04101c" opacity="0.34"/>
  ${Array.from({ length: 60 }, () => `<rect x="${(random() * WIDTH).toFixed(0)}" y="${(694 + random() * 200).toFixed(0)}" width="${(40 + random() * 190).toFixed(0)}" height="1.6" fill="#bff7d8" opacity="${(0.05 + random() * 0.15).toFixed(2)}"/>`).join('')}</g>
  ${trees.join('')}${hills(shore, '#060d15').replace(`M0 ${HEIGHT}`, 'M0 694').replace(`L${WIDTH} ${HEIGHT}z`, `L${WIDTH} 694z`)}${cabin}`;
  return print(
    size,
    52,
    body,
    fade('night', '#070d24', '#10284a', '#1d5468') +
      ray('green', '#7dffb0', '#1fa887') +
      ray('violet', '#b58cff', '#7a3fd0'),
  );
}

export function cityAtDusk(size) {
  const random = seeded(53);
  const row = (foot, low, high, fill, lit) => {
    let x = -20;
    let out = '';
    while (x < WIDTH) {
      const wide = 34 + random() * 70;
      const tall = low + random() ** 1.6 * (high - low);
      const top = foot - tall;
      const crown = random();
      out += `<rect x="${x.toFixed(0)}" y="${top.toFixed(0)}" width="${wide.toFixed(0)}" height="${(HEIGHT - top).toFixed(0)}" fill="${fill}"/>`;
      if (crown > 0.72) {
        out += `<path d="M${(x + wide * 0.2).toFixed(0)} ${top.toFixed(0)}L${(x + wide / 2).toFixed(0)} ${(top - wide * 0.55).toFixed(0)}L${(x + wide * 0.8).toFixed(0)} ${top.toFixed(0)}z" fill="${fill}"/>`;
      } else if (crown < 0.2) {
        out += `<rect x="${(x + wide / 2 - 1.5).toFixed(0)}" y="${(top - 40).toFixed(0)}" width="3" height="42" fill="${fill}"/><circle cx="${(x + wide / 2).toFixed(0)}" cy="${(top - 42).toFixed(0)}" r="3" fill="#ff6b5e"/>`;
      }
      for (let wy = top + 12; lit > 0 && wy < foot - 8; wy += 15) {
        for (let wx = x + 7; wx < x + wide - 9; wx += 12) {
          if (random() < lit) {
            out += `<rect x="${wx.toFixed(0)}" y="${wy.toFixed(0)}" width="6" height="8" fill="${random() > 0.25 ? '#ffd98a' : '#ffb56b'}" opacity="${(0.45 + random() * 0.55).toFixed(2)}"/>`;
          }
        }
      }
      x += wide + random() * 7;
    }
    return out;
  };
  const sky = `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#dusk)"/><circle cx="430" cy="520" r="250" fill="#ffcf8a" opacity="0.75" filter="url(#softer)"/><circle cx="430" cy="508" r="84" fill="#fff0c9"/>
  ${[
    [200, 180, 330],
    [780, 130, 420],
    [560, 270, 300],
    [980, 300, 260],
    [90, 330, 220],
  ]
    .map(
      ([x, y, w]) =>
        `<ellipse cx="${x}" cy="${y}" rx="${w}" ry="17" fill="#f7a98c" opacity="0.5" filter="url(#soft)"/>`,
    )
    .join('')}`;
  const town = `${row(640, 90, 300, '#b0667d', 0)}${row(655, 80, 330, '#7d4873', 0.05)}${row(668, 60, 260, '#43305f', 0.2)}${row(680, 40, 150, '#251f45', 0.32)}`;
  const glints = Array.from({ length: 170 }, () => {
    const y = 692 + random() ** 1.4 * 205;
    return `<rect x="${(random() * WIDTH).toFixed(0)}" y="${y.toFixed(0)}" width="${(14 + random() * 80).toFixed(0)}" height="${(1.2 + (y - 690) / 90).toFixed(1)}" fill="${random() > 0.5 ? '#ffd28c' : '#f48b76'}" opacity="${(0.08 + random() * 0.3).toFixed(2)}"/>`;
  });
  const boat = `<g transform="translate(770 770)"><path d="M0 26h150q-12 30 -36 34h-84q-22 -6 -30 -34z" fill="#14122b"/><path d="M70 24v-118l58 104z" fill="#f7e7cf"/><path d="M62 20v-96l-40 92z" fill="#e9c9a8"/><path d="M66 -104v132" stroke="#14122b" stroke-width="5"/></g>`;
  const body = `<defs><clipPath id="water"><rect y="686" width="${WIDTH}" height="214"/></clipPath></defs>${sky}${town}
  <g clip-path="url(#water)"><rect y="686" width="${WIDTH}" height="214" fill="#3a2c5a"/><g transform="translate(0 1372) scale(1 -1)" opacity="0.62" filter="url(#bloom)">${sky}${town}</g><rect y="686" width="${WIDTH}" height="214" fill="url(#deep)"/>${glints.join('')}</g>${boat}`;
  return print(
    size,
    53,
    body,
    fade('dusk', '#3a2f6b', '#a0527e', '#f08a6b', '#fbd08b') +
      '<linearGradient id="deep" x2="0" y2="1"><stop offset="0" stop-color="#2a2350" stop-opacity="0.1"/><stop offset="1" stop-color="#171336" stop-opacity="0.85"/></linearGradient>',
  );
}

export function poppies(size) {
  const random = seeded(54);
  const poppy = (x, y, r) => {
    const lean = (random() - 0.5) * 30;
    const tone = ['#e0372b', '#c92a22', '#f0523c'][Math.floor(random() * 3)];
    const stem = `<path d="M${x} ${y}q${(-lean).toFixed(0)} ${(r * 2.4).toFixed(0)} ${(lean * 0.5).toFixed(0)} ${(r * 5).toFixed(0)}" fill="none" stroke="#3f6a2e" stroke-width="${(r * 0.13).toFixed(1)}"/>`;
    const petals = [-62, 62, 0].map(
      (turn, n) =>
        `<path d="M0 ${r * 0.32}q${-r * 0.95} ${-r * 0.5} ${-r * 0.5} ${-r * 1.1}q${r * 0.5} ${-r * 0.4} ${r} 0q${r * 0.45} ${r * 0.6} ${-r * 0.5} ${r * 1.1}z" fill="${n === 2 ? '#f26a4c' : tone}" opacity="0.96" transform="translate(${x} ${y}) rotate(${(turn + lean).toFixed(0)})"/>`,
    );
    return `${stem}${petals.join('')}<ellipse cx="${x}" cy="${(y + r * 0.1).toFixed(0)}" rx="${(r * 0.2).toFixed(1)}" ry="${(r * 0.16).toFixed(1)}" fill="#2a1a1c"/>`;
  };
  const blades = Array.from({ length: 620 }, () => {
    const y = 560 + random() ** 0.8 * 350;
    const near = (y - 540) / 360;
    const x = random() * WIDTH;
    const tall = 26 + near * 120;
    const tone = ['#6f9a3d', '#4f7f35', '#8fb04b', '#3f6a2e'][Math.floor(random() * 4)];
    return {
      y,
      svg: `<path d="M${x.toFixed(0)} ${y.toFixed(0)}q${((random() - 0.5) * 34).toFixed(0)} ${(-tall * 0.6).toFixed(0)} ${((random() - 0.3) * 46).toFixed(0)} ${(-tall).toFixed(0)}" fill="none" stroke="${tone}" stroke-width="${(1.5 + near * 3.5).toFixed(1)}" stroke-linecap="round"/>`,
    };
  });
  const flowers = Array.from({ length: 150 }, () => {
    const near = random() ** 1.7;
    const y = 560 + near * 300;
    return { y: y + 10, svg: poppy(Math.round(random() * WIDTH), Math.round(y - 20), 7 + near * 44) };
  });
  const daisies = Array.from({ length: 70 }, () => {
    const near = random() ** 1.4;
    const y = 580 + near * 310;
    const r = 3 + near * 11;
    const x = random() * WIDTH;
    const petals = Array.from(
      { length: 9 },
      (_, n) =>
        `<ellipse cx="${x.toFixed(0)}" cy="${(y - r * 0.9).toFixed(1)}" rx="${(r * 0.3).toFixed(1)}" ry="${(r * 0.7).toFixed(1)}" fill="#fbf7ea" transform="rotate(${n * 40} ${x.toFixed(0)} ${y.toFixed(0)})"/>`,
    );
    return {
      y,
      svg: `${petals.join('')}<circle cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" r="${(r * 0.36).toFixed(1)}" fill="#f4c135"/>`,
    };
  });
  const meadow = [...blades, ...flowers, ...daisies].sort((a, b) => a.y - b.y).map(({ svg }) => svg);
  const clouds = [
    [240, 170, 1.1],
    [820, 120, 1.4],
    [1060, 260, 0.8],
    [520, 290, 0.7],
  ].map(
    ([x, y, s]) =>
      `<g transform="translate(${x} ${y}) scale(${s})" fill="#fffdf6" opacity="0.92"><ellipse rx="120" ry="30"/><circle cx="-52" cy="-20" r="38"/><circle cx="6" cy="-38" r="52"/><circle cx="62" cy="-16" r="36"/></g>`,
  );
  const body = `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#noon)"/><g filter="url(#bloom)">${clouds.join('')}</g>
  ${hills({ base: 480, swing: 80, scale: 0.003, seed: 3 }, '#9fb9a4')}${hills({ base: 520, swing: 60, scale: 0.004, seed: 5 }, '#7fa36b')}
  ${Array.from({ length: 9 }, (_, n) => `<ellipse cx="${80 + n * 140 + random() * 60}" cy="${518 + random() * 20}" rx="34" ry="26" fill="#4f7a45"/>`).join('')}
  ${hills({ base: 566, swing: 26, scale: 0.003, seed: 8 }, 'url(#meadow)')}
  ${Array.from({ length: 300 }, () => `<ellipse cx="${(random() * WIDTH).toFixed(0)}" cy="${(556 + random() * 60).toFixed(0)}" rx="${(2 + random() * 4).toFixed(1)}" ry="${(1.4 + random() * 2.4).toFixed(1)}" fill="#dd4433" opacity="0.8"/>`).join('')}${meadow.join('')}`;
  return print(
    size,
    54,
    body,
    fade('noon', '#4f9bd3', '#a9d3e6', '#f3ecd2') + fade('meadow', '#9dbb56', '#557f36', '#35602d'),
  );
}
