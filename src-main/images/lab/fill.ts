/** How much there is in a picture: tiles with visible contrast, and the bits its grey values take. */
import type { Plane } from './plane';

const TILES = 16;
/** Standard deviation in grey levels from which a tile shows something; encoding noise stays below. */
const CONTRAST = 3;

export function fillOf({ width, height, data }: Plane): { filled: number; entropy: number } {
  const histogram = new Uint32Array(256);
  for (const value of data) {
    const level = Math.max(0, Math.min(255, Math.round(value)));
    histogram[level] = (histogram[level] ?? 0) + 1;
  }
  let entropy = 0;
  for (const count of histogram) {
    const share = count / data.length;
    if (share > 0) entropy -= share * Math.log2(share);
  }
  let filled = 0;
  for (let tile = 0; tile < TILES * TILES; tile++) {
    const row = Math.floor(tile / TILES);
    const column = tile % TILES;
    const part = {
      top: Math.floor((row * height) / TILES),
      bottom: Math.floor(((row + 1) * height) / TILES),
      left: Math.floor((column * width) / TILES),
      right: Math.floor(((column + 1) * width) / TILES),
    };
    if (deviation(data, width, part) > CONTRAST) filled++;
  }
  return { filled: filled / (TILES * TILES), entropy };
}

function deviation(
  data: Float32Array,
  width: number,
  part: { top: number; bottom: number; left: number; right: number },
): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = part.top; y < part.bottom; y++) {
    for (let x = part.left; x < part.right; x++) {
      const value = data[y * width + x] ?? 0;
      sum += value;
      squares += value * value;
      count++;
    }
  }
  const mean = sum / Math.max(1, count);
  return Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean));
}
