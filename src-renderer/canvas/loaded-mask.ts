/** A mask that came as a picture: its coverage in runs, kept with the document, and drawn at any scale. */
import type { LoadedMask } from './mask-document';
import type { Frame } from './mask-raster';

/** Pairs of bytes: how often less one, which value. A mask is mostly long runs. */
export function runsOf(coverage: Uint8Array): string {
  const bytes: number[] = [];
  let text = '';
  for (let at = 0; at < coverage.length; ) {
    const value = coverage[at] ?? 0;
    let end = at + 1;
    while (end < coverage.length && end - at < 256 && coverage[end] === value) {
      end += 1;
    }
    bytes.push(end - at - 1, value);
    at = end;
    if (bytes.length >= CHUNK_BYTES) {
      text += btoa(String.fromCharCode(...bytes.splice(0)));
    }
  }
  return text + btoa(String.fromCharCode(...bytes));
}

/** A multiple of three: base64 of the parts is then base64 of the whole. */
const CHUNK_BYTES = 3 * 4096;

export function coverageOfRuns({
  runs,
  width,
  height,
}: Pick<LoadedMask, 'runs' | 'width' | 'height'>): Uint8Array {
  const coverage = new Uint8Array(width * height);
  const bytes = atob(runs);
  let at = 0;
  for (let pair = 0; pair + 1 < bytes.length; pair += 2) {
    const end = at + bytes.charCodeAt(pair) + 1;
    coverage.fill(bytes.charCodeAt(pair + 1), at, end);
    at = end;
  }
  return coverage;
}

const unpacked = new WeakMap<LoadedMask, Uint8Array>();

/** Fills a raster of that frame: single pixels where it is enlarged, the mean of up to 4 x 4 of them where it is reduced. */
export function drawLoaded(loaded: LoadedMask, frame: Frame, into: Uint8Array): void {
  const coverage = unpacked.get(loaded) ?? coverageOfRuns(loaded);
  unpacked.set(loaded, coverage);
  const columns = samplesOf(frame.width, loaded.width, { start: frame.left, scale: frame.scaleX });
  const rows = samplesOf(frame.height, loaded.height, { start: frame.top, scale: frame.scaleY });
  const perPixel = columns.each * rows.each;
  for (let row = 0; row < frame.height; row += 1) {
    for (let column = 0; column < frame.width; column += 1) {
      let sum = 0;
      for (let y = row * rows.each; y < (row + 1) * rows.each; y += 1) {
        const line = (rows.at[y] ?? 0) * loaded.width;
        for (let x = column * columns.each; x < (column + 1) * columns.each; x += 1) {
          sum += coverage[line + (columns.at[x] ?? 0)] ?? 0;
        }
      }
      into[row * frame.width + column] = Math.round(sum / perPixel);
    }
  }
}

const MOST_SAMPLES = 4;

/** Which of the mask's columns (or rows) are looked at for each of the raster's. */
function samplesOf(
  count: number,
  size: number,
  { start, scale }: { readonly start: number; readonly scale: number },
): { readonly each: number; readonly at: Int32Array } {
  const each = Math.min(MOST_SAMPLES, Math.max(1, Math.round(1 / scale)));
  const at = new Int32Array(count * each);
  for (let index = 0; index < at.length; index += 1) {
    const place = Math.floor(start + (index + 0.5) / (each * scale));
    at[index] = Math.min(size - 1, Math.max(0, place));
  }
  return { each, at };
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of each pixel. */
  readonly rgba: Uint8ClampedArray;
}

export type ReadMask =
  | { readonly kind: 'read'; readonly mask: LoadedMask; readonly note?: string }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Shapes may differ by this much, which is what rounding to whole pixels makes of small masks. */
const SHAPE_TOLERANCE = 0.01;

/**
 * A mask as OpenAI defines it: transparent where the picture is to be changed. A file without any transparency is taken
 * as the other custom there is, white where it is to be changed, and that is said.
 */
export function maskFromPixels(
  pixels: Pixels,
  source: { readonly width: number; readonly height: number },
  name: string,
): ReadMask {
  const shape = (size: { width: number; height: number }) => size.width / size.height;
  if (Math.abs(shape(pixels) / shape(source) - 1) > SHAPE_TOLERANCE) {
    return {
      kind: 'refused',
      sentence: `“${name}” is ${pixels.width} × ${pixels.height} and has another shape than the picture (${source.width} × ${source.height}); use a mask of the picture’s own size.`,
    };
  }
  const { coverage, isByAlpha } = coverageOfPixels(pixels);
  if (!coverage.some((value) => value > 0)) {
    return {
      kind: 'refused',
      sentence: `“${name}” marks nothing: it has no transparent and no white part. Make transparent what is to be changed.`,
    };
  }
  const isSame = pixels.width === source.width && pixels.height === source.height;
  const notes = [
    ...(isByAlpha
      ? []
      : [`“${name}” has no transparency, so its white part is taken as what is to be changed.`]),
    ...(isSame
      ? []
      : [
          `“${name}” is ${pixels.width} × ${pixels.height} and was scaled to the picture’s ${source.width} × ${source.height}.`,
        ]),
  ];
  const placed = isSame ? coverage : scaled(coverage, pixels, source);
  const mask: LoadedMask = {
    kind: 'loaded',
    name,
    width: source.width,
    height: source.height,
    runs: runsOf(placed),
  };
  return { kind: 'read', mask, ...(notes.length === 0 ? {} : { note: notes.join(' ') }) };
}

function coverageOfPixels({ rgba }: Pixels): { coverage: Uint8Array; isByAlpha: boolean } {
  const coverage = new Uint8Array(rgba.length / 4);
  let isByAlpha = false;
  for (let at = 0; at < coverage.length; at += 1) {
    const value = 255 - (rgba[at * 4 + 3] ?? 255);
    coverage[at] = value;
    isByAlpha = isByAlpha || value > 0;
  }
  if (!isByAlpha) {
    for (let at = 0; at < coverage.length; at += 1) {
      const [red = 0, green = 0, blue = 0] = [rgba[at * 4], rgba[at * 4 + 1], rgba[at * 4 + 2]];
      coverage[at] = Math.round((red + green + blue) / 3);
    }
  }
  return { coverage, isByAlpha };
}

/** Bilinear; a mask's edges may be soft, never displaced. */
function scaled(
  coverage: Uint8Array,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): Uint8Array {
  const found = new Uint8Array(to.width * to.height);
  for (let row = 0; row < to.height; row += 1) {
    const [y0, y1, dy] = between(row, to.height, from.height);
    for (let column = 0; column < to.width; column += 1) {
      const [x0, x1, dx] = between(column, to.width, from.width);
      const value = (x: number, y: number) => coverage[y * from.width + x] ?? 0;
      const top = value(x0, y0) * (1 - dx) + value(x1, y0) * dx;
      const bottom = value(x0, y1) * (1 - dx) + value(x1, y1) * dx;
      found[row * to.width + column] = Math.round(top * (1 - dy) + bottom * dy);
    }
  }
  return found;
}

function between(at: number, count: number, size: number): [number, number, number] {
  const place = Math.min(size - 1, Math.max(0, ((at + 0.5) * size) / count - 0.5));
  const first = Math.floor(place);
  return [first, Math.min(size - 1, first + 1), place - first];
}
