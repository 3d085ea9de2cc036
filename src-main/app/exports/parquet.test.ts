/** Parquet written, and read back by a reader that is not ours. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExportScene, exportScene, STRANGE } from './testing/export-scene';

let scene: ExportScene;
let target: string;
beforeEach(async () => {
  scene = await exportScene();
  target = join(scene.dir, 'exports');
  await mkdir(target);
});
afterEach(() => scene.remove());

const cells = (at: number): string => STRANGE[at % STRANGE.length] ?? '';

describe('Parquet', () => {
  it('has the pictures inside, as the datasets library declares them', async () => {
    const jobs = await scene.jobs();
    await scene.review(jobs[1]?.id ?? 0, 'rejected', 2);
    const path = join(target, 'a.parquet');
    await scene.carryOut('parquet', path);
    const rows = await readParquetFile(path);
    expect(rows).toHaveLength(8);
    for (const [at, row] of rows.entries()) {
      const job = jobs[at];
      expect(Buffer.from(row.edited_image.bytes)).toEqual(job === undefined ? null : scene.bytesOf(job));
      expect(row.instruction).toBe(`make it ${at}: ${cells(at)}`);
    }
    expect(rows[0]?.edited_image.path).toBe('000000.png');
    expect(Buffer.from(rows[0]?.source_image?.bytes ?? [])).toEqual(scene.source);
    expect(rows[0]?.reference_images.map(({ path: name }) => name)).toEqual(['references/000000_2.png']);
    expect(rows[1]).toMatchObject({
      verdict: 'rejected',
      rating: 2n,
      index: 101n,
      reasons: ['Artifacts', 'odd "reason", indeed'],
    });
    expect(rows[2]?.source_image ?? null).toBeNull();
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
    const told = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value ?? '';
    expect(JSON.parse(told)).toMatchObject({
      info: {
        features: { edited_image: { _type: 'Image' }, instruction: { dtype: 'string', _type: 'Value' } },
      },
    });
  });

  it('is written in row groups, so that memory holds one', async () => {
    await scene.remove();
    scene = await exportScene({ rows: 230 });
    const path = join(scene.dir, 'a.parquet');
    await scene.carryOut('parquet', path);
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([100, 100, 30]);
    expect(await readParquetFile(path)).toHaveLength(230);
  });

  it('with splits is a folder of one file each', async () => {
    await scene.carryOut('parquet', target, { options: { splits: { validation: 25, test: 25, seed: 1 } } });
    expect((await readdir(join(target, 'cats'))).sort()).toEqual([
      'test-00000-of-00001.parquet',
      'train-00000-of-00001.parquet',
      'validation-00000-of-00001.parquet',
    ]);
    const sizes = await Promise.all(
      ['train', 'validation', 'test'].map(
        async (name) => (await readParquetFile(join(target, `cats/${name}-00000-of-00001.parquet`))).length,
      ),
    );
    expect(sizes).toEqual([4, 2, 2]);
  });
});

interface ReadRow {
  readonly edited_image: { readonly bytes: Uint8Array; readonly path: string };
  readonly source_image?: { readonly bytes: Uint8Array } | null;
  readonly reference_images: readonly { readonly path: string }[];
  readonly instruction: string;
}

async function readParquetFile(path: string): Promise<ReadRow[]> {
  const file = await asyncBufferFromFile(path);
  const rows = await parquetReadObjects({ file, compressors, utf8: false });
  return rows as unknown as ReadRow[];
}
