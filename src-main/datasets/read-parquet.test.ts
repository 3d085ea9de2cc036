import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ColumnSource, parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { UNREADABLE_EMBEDDED } from '../images/embedded';
import { sampleImage } from '../images/testing/sample-images';
import { describeDataset } from './open-dataset';
import { readAll } from './testing/read-all';
import { temporaryFolders } from './testing/temporary-folder';

const newFolder = temporaryFolders();

const optional = { repetition_type: 'OPTIONAL' } as const;
const IMAGE: readonly SchemaElement[] = [
  { name: 'bytes', type: 'BYTE_ARRAY', ...optional },
  { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional },
];
/** As Hugging Face datasets writes a list of the `Image` feature, and one such image. */
const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: 5 },
  { name: 'instruction', type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional },
  { name: 'input_images', converted_type: 'LIST', num_children: 1, ...optional },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', num_children: 2, ...optional },
  ...IMAGE,
  { name: 'image', num_children: 2, ...optional },
  ...IMAGE,
  { name: 'index', type: 'INT64', ...optional },
  { name: 'raw', type: 'BYTE_ARRAY', ...optional },
];

function file(columnData: ColumnSource[], options: { rowGroupSize?: number } = {}): Buffer {
  return Buffer.from(parquetWriteBuffer({ columnData, schema: SCHEMA, ...options }));
}

describe('Parquet', () => {
  it('unpacks embedded images by content, byte for byte, and refers to them', async () => {
    const png = await sampleImage('png', { width: 3, height: 2 });
    const jpeg = await sampleImage('jpeg', { width: 5, height: 4 });
    const folder = await newFolder();
    const path = join(folder, 'rows.parquet');
    const image = (bytes: Uint8Array | null, name: string | null) => ({ bytes, path: name });
    await writeFile(
      path,
      file([
        { name: 'instruction', data: ['red', 'blue', null] },
        { name: 'input_images', data: [[image(png, 'a.png'), image(jpeg, null)], [], null] },
        { name: 'image', data: [image(png, null), image(null, 'be,side.png'), null] },
        { name: 'index', data: [7n, 8n, null] },
        { name: 'raw', data: [jpeg, Buffer.from('plain text'), Buffer.from([0xff, 0xfe, 0, 1])] },
      ]),
    );
    const table = await readAll(path);
    const reference = (bytes: Buffer, ending: string) =>
      `embedded:${createHash('sha256').update(bytes).digest('hex')}.${ending}`;
    expect(table.columns).toEqual(['instruction', 'input_images', 'image', 'index', 'raw']);
    expect(table.rows.map((row) => row.index)).toEqual([7, 8, 2]);
    expect(table.rows.map((row) => row.fields)).toEqual([
      {
        instruction: 'red',
        input_images: JSON.stringify([reference(png, 'png'), reference(jpeg, 'jpg')]),
        image: reference(png, 'png'),
        index: '7',
        raw: reference(jpeg, 'jpg'),
      },
      { instruction: 'blue', input_images: '[]', image: '["be,side.png"]', index: '8', raw: 'plain text' },
      { instruction: '', input_images: '', image: '', index: '', raw: UNREADABLE_EMBEDDED },
    ]);
    const stored = (await readdir(join(folder, 'embedded'))).sort();
    expect(stored).toHaveLength(2);
    for (const name of stored) {
      expect(
        [png, jpeg].some((bytes) => name.startsWith(createHash('sha256').update(bytes).digest('hex'))),
      ).toBe(true);
    }
    const first = await readFile(join(folder, 'embedded', reference(png, 'png').slice('embedded:'.length)));
    expect(first.equals(png)).toBe(true);
  });

  it('reads other types as text', async () => {
    const path = join(await newFolder(), 'types.parquet');
    const columnData = [
      { name: 'b', data: [true, false], type: 'BOOLEAN' },
      { name: 'd', data: [1.5, -0.25], type: 'DOUBLE' },
      { name: 't', data: [new Date('2026-01-02T03:04:05.678Z'), new Date(0)], type: 'TIMESTAMP' },
      { name: 'j', data: [{ a: [1, 'x'] }, null], type: 'JSON' },
      { name: '__proto__', data: ['p', 'q'], type: 'STRING' },
    ] as ColumnSource[];
    await writeFile(path, Buffer.from(parquetWriteBuffer({ columnData })));
    const table = await readAll(path);
    expect(table.rows.map((row) => Object.entries(row.fields).map(([, cell]) => cell))).toEqual([
      ['true', '1.5', '2026-01-02T03:04:05.678Z', '{"a":[1,"x"]}', 'p'],
      ['false', '-0.25', '1970-01-01T00:00:00.000Z', '', 'q'],
    ]);
  });

  it('goes through row groups and the files of a folder, numbering on, other columns joining', async () => {
    const folder = join(await newFolder(), 'set');
    await mkdir(folder);
    const text = (name: string, values: string[]) => ({ name, data: values, type: 'STRING' }) as ColumnSource;
    const prompts = Array.from({ length: 25 }, (_, row) => `p${row}`);
    await writeFile(
      join(folder, 'a.parquet'),
      Buffer.from(parquetWriteBuffer({ columnData: [text('prompt', prompts)], rowGroupSize: 10 })),
    );
    await writeFile(
      join(folder, 'b.parquet'),
      Buffer.from(parquetWriteBuffer({ columnData: [text('prompt', ['last']), text('style', ['oil'])] })),
    );
    expect(await describeDataset(folder)).toMatchObject({ format: 'parquet', baseDir: join(folder, '..') });
    const table = await readAll(folder);
    expect(table.columns).toEqual(['prompt', 'style']);
    expect(table.rows.map((row) => [row.row, row.index, row.fields['prompt']])).toEqual(
      [...prompts, 'last'].map((prompt, row) => [row, row, prompt]),
    );
  });
});
