/** Fills a closed outline by the even-odd rule, with soft edges: each row is cut four times, each cut exact along it. */

const CUTS = 4;

/** A raster of coverage, 0 to 255, that is drawn into. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly coverage: Uint8Array;
}

/** `corners`: x and y in the sheet's pixels, alternately; where it crosses itself it is outside again. Takes the greater coverage. */
export function fillPolygon(sheet: Sheet, corners: readonly number[]): void {
  const { top, bottom } = heightOf(corners, sheet.height);
  const row = new Float32Array(sheet.width);
  for (let y = top; y < bottom; y += 1) {
    let isTouched = false;
    for (let cut = 0; cut < CUTS; cut += 1) {
      const crossings = crossingsAt(corners, y + (cut + 0.5) / CUTS);
      for (let at = 0; at + 1 < crossings.length; at += 2) {
        isTouched = addSpan(row, crossings[at] ?? 0, crossings[at + 1] ?? 0) || isTouched;
      }
    }
    if (isTouched) {
      settleRow(sheet, row, y);
    }
  }
}

function heightOf(corners: readonly number[], height: number): { top: number; bottom: number } {
  let top = Infinity;
  let bottom = -Infinity;
  for (let at = 1; at < corners.length; at += 2) {
    top = Math.min(top, corners[at] ?? 0);
    bottom = Math.max(bottom, corners[at] ?? 0);
  }
  return { top: Math.max(0, Math.floor(top)), bottom: Math.min(height, Math.ceil(bottom)) };
}

/** Where the outline crosses a horizontal line, from left to right. An edge owns its upper end and not its lower. */
function crossingsAt(corners: readonly number[], y: number): number[] {
  const found: number[] = [];
  const { length } = corners;
  for (let at = 0; at < length; at += 2) {
    const next = (at + 2) % length;
    const [x0 = 0, y0 = 0] = [corners[at], corners[at + 1]];
    const [x1 = 0, y1 = 0] = [corners[next], corners[next + 1]];
    if (y0 <= y !== y1 <= y) {
      found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  return found.sort((one, other) => one - other);
}

function addSpan(row: Float32Array, from: number, to: number): boolean {
  const left = Math.max(0, from);
  const right = Math.min(row.length, to);
  if (right <= left) {
    return false;
  }
  const first = Math.floor(left);
  const last = Math.min(row.length - 1, Math.floor(right));
  if (first === last) {
    row[first] = (row[first] ?? 0) + right - left;
    return true;
  }
  row[first] = (row[first] ?? 0) + first + 1 - left;
  for (let x = first + 1; x < last; x += 1) {
    row[x] = (row[x] ?? 0) + 1;
  }
  row[last] = (row[last] ?? 0) + right - last;
  return true;
}

function settleRow({ width, coverage }: Sheet, row: Float32Array, y: number): void {
  for (let x = 0; x < width; x += 1) {
    const sum = row[x] ?? 0;
    if (sum > 0) {
      const value = Math.min(255, Math.round((sum / CUTS) * 255));
      const at = y * width + x;
      coverage[at] = Math.max(coverage[at] ?? 0, value);
    }
  }
  row.fill(0);
}
