/** Where a picture changed, as a transparent layer to lay over it: from dark violet over orange to light yellow, lightness rising evenly. */
import type { Raw } from './open-picture';
import type { Plane } from './plane';

/** Distances in OKLab: from what can just be told apart, to what is another colour altogether. */
const FAINTEST = 0.02;
const STRONGEST = 0.3;
const MOST_OPAQUE = 225;

/** Stops of matplotlib's "inferno" (Smith and van der Walt 2015, CC0), without its black. */
const STOPS: readonly (readonly [number, number, number])[] = [
  [66, 10, 104],
  [106, 23, 110],
  [147, 38, 103],
  [188, 55, 84],
  [221, 81, 58],
  [243, 120, 25],
  [252, 165, 10],
  [246, 215, 70],
  [252, 255, 164],
];

/** `kept`: what was meant to change (below 0.99) is left out. */
export function heatMapOf({ width, height, data }: Plane, kept: Plane | null): Raw {
  const pixels = new Uint8Array(width * height * 4);
  for (let at = 0; at < data.length; at++) {
    const distance = data[at] ?? Number.NaN;
    if (Number.isNaN(distance) || (kept !== null && (kept.data[at] ?? 0) < 0.99)) continue;
    const heat = Math.max(0, Math.min(1, (distance - FAINTEST) / (STRONGEST - FAINTEST)));
    const place = Math.sqrt(heat) * (STOPS.length - 1);
    const from = STOPS[Math.floor(place)] ?? STOPS[0];
    const to = STOPS[Math.min(STOPS.length - 1, Math.floor(place) + 1)] ?? from;
    const part = place - Math.floor(place);
    for (const channel of [0, 1, 2] as const) {
      const low = from?.[channel] ?? 0;
      pixels[at * 4 + channel] = Math.round(low + ((to?.[channel] ?? low) - low) * part);
    }
    pixels[at * 4 + 3] = Math.round(MOST_OPAQUE * Math.min(1, 3 * heat));
  }
  return { width, height, channels: 4, data: pixels };
}
