/** Maps of what changed, drawn as the lab draws them, over a real store. */
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DriftOrder } from '../../images/lab/lab-orders';
import { driftOf } from '../../images/lab/lock';
import type { DriftOutcome } from '../../images/lab/picture-lab';
import { drawn } from '../../images/lab/testing/drawn';
import type { Store } from '../../store/store';
import {
  attemptFor,
  doneEnd,
  fileOf,
  type Library,
  plannedRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { createChangeMaps } from './change-maps';

const SIZE = { width: 256, height: 192 };
let library: Library;
let store: Store;
let source: string;
let resultIds: readonly number[];
let added: string[];

beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  source = join(library.dir, 'source.png');
  added = [];
  const picture = await drawn(SIZE);
  await writeFile(source, picture);
  const spot = Buffer.from(`<svg width="60" height="60"><rect width="60" height="60" fill="#ff00ff"/></svg>`);
  const edited = await sharp(picture)
    .composite([{ input: spot, left: 20, top: 100 }])
    .png()
    .toBuffer();
  resultIds = await doneResults(edited);
});
afterEach(() => library.remove());

async function doneResults(picture: Buffer): Promise<readonly number[]> {
  const run = await plannedRun(store, 1, library.dir);
  const { jobs } = await store.jobs({ runId: run.id, offset: 0, limit: 1 });
  const ids: number[] = [];
  for (const job of jobs) {
    const start = attemptFor(store, job);
    await store.sent([start]);
    const file = fileOf(job.stem, `picture ${job.id}`);
    await store.ended(doneEnd(start, file));
    await writeFile(join(library.dir, file.fileName), picture);
    ids.push((await store.job(job.id))?.result?.id ?? 0);
  }
  return ids;
}

const draw = (order: DriftOrder): Promise<DriftOutcome> =>
  driftOf(order, 1e8).then((drifted) => ({ kind: 'ok', ...drifted }));
const folder = (): string => join(library.dir, 'maps');
const mapsWith = (
  drift: (order: DriftOrder) => Promise<DriftOutcome> = draw,
  first: string | undefined = source,
) =>
  createChangeMaps({
    store,
    lab: { drift },
    folder: folder(),
    files: { use: () => Promise.resolve(), added: (path) => void added.push(path) },
    rowOf: async () => ({
      asked: { task: 'edit' },
      sources: [],
      inputs: 1,
      ...(first === undefined ? {} : { first }),
    }),
  });

describe('a map of what changed', () => {
  it('is drawn once, where the two differ and nowhere else, and again for another source', async () => {
    const orders: DriftOrder[] = [];
    const counted = (order: DriftOrder) => {
      orders.push(order);
      return draw(order);
    };
    const [id = 0] = resultIds;
    const maps = mapsWith(counted);
    const [path, other] = await Promise.all([maps.of(id), maps.of(id)]);
    expect(other).toBe(path);
    expect(added).toEqual([path]);
    const { data, info } = await sharp(path ?? '')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect({ width: info.width, height: info.height, channels: info.channels }).toEqual({
      ...SIZE,
      channels: 4,
    });
    const opacity = (x: number, y: number) => data[(y * info.width + x) * 4 + 3] ?? 0;
    expect(opacity(50, 130)).toBeGreaterThan(150);
    expect(opacity(200, 40)).toBeLessThan(10);
    // It is there in the next session, too.
    expect(await mapsWith(counted).of(id)).toBe(path);
    expect(orders).toHaveLength(1);
    await utimes(source, 1, 1);
    expect(await mapsWith(counted).of(id)).not.toBe(path);
    expect(await readdir(folder())).toHaveLength(2);
  });

  it('is not drawn without a source, or of a picture that cannot be compared', async () => {
    const [id = 0] = resultIds;
    expect(await mapsWith(draw, join(library.dir, 'gone.png')).of(id)).toBeNull();
    const failing = mapsWith(() => Promise.resolve({ kind: 'failed', sentence: 'No.', isPicture: true }));
    expect(await failing.of(id)).toBeNull();
    expect(await mapsWith().of(9999)).toBeNull();
    expect(added).toEqual([]);
  });
});
