/** The measures put to the labelled set, the way a run puts results to them. */
import sharp from 'sharp';
import { createDuplicateIndex, type Indexed } from '../../src-main/app/measures/duplicate-index';
import { isSamePicture, judged } from '../../src-main/images/lab/judge';
import { driftOf } from '../../src-main/images/lab/lock';
import { comparedResults, measureResult } from '../../src-main/images/lab/measure-result';
import type { Asked, Turned } from '../../src-shared/model/measures';
import type { Finding, Verdict } from './figures';
import { casesOf, type Sample, sizeOf } from './labelled-set';

const LIMIT_PIXELS = 100_000_000;
/** Leanings are told to the degree. */
const MOST_DEGREES_OFF = 2;

export interface Judged {
  readonly verdicts: readonly Verdict[];
  /** Milliseconds of each measured result. */
  readonly took: readonly number[];
  /** Milliseconds of processor time of all: what it costs however busy the machine is. */
  readonly cpuMs: number;
}

/** Unchanged, blank, rewritten, and true edits that are none of them. */
export async function judgeCases(
  samples: readonly Sample[],
  isWanted?: (name: string) => boolean,
): Promise<Judged> {
  const verdicts: Verdict[] = [];
  const took: number[] = [];
  let cpuMs = 0;
  for await (const { name, expected, turned, source, result } of casesOf(samples, isWanted)) {
    const asked: Asked = { task: 'edit' };
    const started = performance.now();
    const before = process.cpuUsage();
    const measured = await measureResult({ result, sources: [source], asked }, LIMIT_PIXELS);
    took.push(performance.now() - started);
    const { user, system } = process.cpuUsage(before);
    cpuMs += (user + system) / 1000;
    const suspicions = judged(measured, asked, 1).suspicions.map(({ kind }) => kind);
    const found: readonly Finding[] = [...suspicions, ...turnedAs(turned, measured.source?.turned)];
    verdicts.push({
      name,
      expected: turned === undefined ? expected : [...expected, 'turned'],
      found,
    });
  }
  return { verdicts, took, cpuMs };
}

/** One that was turned another way than it is told was not found. */
function turnedAs(truth: Turned | undefined, told: Turned | undefined): readonly Finding[] {
  if (told === undefined) return [];
  if (truth === undefined) return ['turned'];
  const off = Math.abs(((told.degrees - truth.degrees + 540) % 360) - 180);
  return told.isMirrored === truth.isMirrored && off <= MOST_DEGREES_OFF ? ['turned'] : [];
}

const DELIVERED: readonly (readonly [Asked, { width: number; height: number }, Verdict['expected']])[] = [
  [{ task: 'edit', imageSize: '512x512' }, { width: 512, height: 512 }, []],
  [{ task: 'edit', imageSize: '512x512' }, { width: 256, height: 256 }, ['smaller']],
  [{ task: 'edit', imageSize: '768x512' }, { width: 512, height: 768 }, ['wrong_shape']],
  [{ task: 'edit', imageSize: '768x512' }, { width: 512, height: 512 }, ['wrong_shape', 'smaller']],
  [{ task: 'edit', aspectRatio: '16:9' }, { width: 672, height: 384 }, []],
  [{ task: 'edit', aspectRatio: '16:9' }, { width: 640, height: 640 }, ['wrong_shape']],
  [{ task: 'edit', imageSize: '1K' }, { width: 1024, height: 1024 }, []],
  [{ task: 'edit', imageSize: '2K' }, { width: 1024, height: 1024 }, ['smaller']],
];

/** Sizes that were asked for, and others that came. */
export async function judgeSizes(samples: readonly Sample[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { name, bytes } of samples) {
    for (const [asked, size, expected] of DELIVERED) {
      const result = await sharp(bytes)
        .resize({ ...size, fit: 'cover' })
        .jpeg()
        .toBuffer();
      const measured = await measureResult({ result, sources: [], asked }, LIMIT_PIXELS);
      const found = judged(measured, asked, 0).suspicions.map(({ kind }) => kind);
      verdicts.push({
        name: `${name}: ${JSON.stringify(asked)} as ${size.width} x ${size.height}`,
        expected,
        found,
      });
    }
  }
  return verdicts;
}

/** Each sample twice edited (a spot apart: no duplicates), and every second one answered again for another row. */
export async function judgeDuplicates(samples: readonly Sample[]): Promise<readonly Verdict[]> {
  const rows: { name: string; result: Buffer; isTwin: boolean }[] = [];
  for (const [at, { name, bytes }] of samples.entries()) {
    const { width, height } = await sizeOf(bytes);
    const warm = await sharp(bytes).modulate({ saturation: 1.3 }).jpeg({ quality: 88 }).toBuffer();
    const spot = Buffer.from(
      `<svg width="48" height="48"><circle cx="24" cy="24" r="22" fill="#d02fa8"/></svg>`,
    );
    const other = await sharp(warm)
      .composite([{ input: spot, left: Math.round(width / 3), top: Math.round(height / 3) }])
      .jpeg({ quality: 88 })
      .toBuffer();
    const hasTwin = at % 2 === 0;
    rows.push({ name: `${name}: warm`, result: warm, isTwin: hasTwin });
    rows.push({ name: `${name}: warm with a spot`, result: other, isTwin: false });
    if (hasTwin) {
      const again = await sharp(warm)
        .resize(Math.round(width * 0.8))
        .webp({ quality: 85 })
        .toBuffer();
      rows.push({ name: `${name}: warm, answered again`, result: again, isTwin: true });
    }
  }
  return twinsAmong(rows);
}

async function twinsAmong(
  rows: readonly { name: string; result: Buffer; isTwin: boolean }[],
): Promise<readonly Verdict[]> {
  const index = createDuplicateIndex();
  const twins = new Set<number>();
  for (const [row, { result }] of rows.entries()) {
    const { hash } = await measureResult({ result, sources: [], asked: { task: 'edit' } }, LIMIT_PIXELS);
    const indexed: Indexed = { resultId: row, jobId: row, row, fileName: '', sha256: String(row), hash };
    for (const { row: at } of index.near(indexed, 2)) {
      const other = rows[at]?.result;
      if (other !== undefined && isSamePicture(await comparedResults({ one: result, other }, LIMIT_PIXELS))) {
        twins.add(row).add(at);
        break;
      }
    }
    index.add(indexed);
  }
  return rows.map(({ name, isTwin }, row) => ({
    name,
    expected: isTwin ? ['duplicate'] : [],
    found: twins.has(row) ? ['duplicate'] : [],
  }));
}

/** Windows of a scene: left, top, width and height as parts of it, and the answer's size to its own. */
const WINDOWS = [
  { left: 0.006, top: 0.004, width: 0.985, height: 0.99, x: 1, y: 1 },
  { left: 0.012, top: 0.001, width: 0.98, height: 0.985, x: 1.15, y: 1.06 },
  { left: 0.002, top: 0.01, width: 0.99, height: 0.98, x: 0.8, y: 0.83 },
] as const;

/** How far corners are off, pixels of the source. Sources and answers are both reduced from one scene: that moves nothing. */
export async function registrationErrors(samples: readonly Sample[]): Promise<readonly number[]> {
  const errors: number[] = [];
  for (const { bytes } of samples) {
    const { width, height } = await sizeOf(bytes);
    const size = { width: Math.round(width * 0.6), height: Math.round(height * 0.6) };
    const source = await sharp(bytes)
      .resize({ ...size, fit: 'fill' })
      .png({ compressionLevel: 1 })
      .toBuffer();
    for (const window of WINDOWS) {
      const cut = {
        left: Math.round(window.left * width),
        top: Math.round(window.top * height),
        width: Math.round(window.width * width),
        height: Math.round(window.height * height),
      };
      const to = {
        width: Math.round(cut.width * 0.6 * window.x),
        height: Math.round(cut.height * 0.6 * window.y),
      };
      const seen = await sharp(bytes).extract(cut).png({ compressionLevel: 1 }).toBuffer();
      const answer = await sharp(seen)
        .resize({ ...to, fit: 'fill' })
        .jpeg({ quality: 85 })
        .toBuffer();
      const { drift } = await driftOf({ source, answer, mask: null, heatMap: null }, LIMIT_PIXELS);
      for (const [x, y] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        const truth = {
          x: ((cut.left + x * cut.width) * size.width) / width,
          y: ((cut.top + y * cut.height) * size.height) / height,
        };
        const is = {
          x: x * to.width * drift.scaleX + drift.shiftX,
          y: y * to.height * drift.scaleY + drift.shiftY,
        };
        errors.push(Math.hypot(is.x - truth.x, is.y - truth.y));
      }
    }
  }
  return errors;
}
