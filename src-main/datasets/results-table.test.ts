import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MARKER_COLUMN } from '@shared/spreadsheet-safe';
import type { ResultRow } from './result-columns';
import { type TableFile, writeResultsTables } from './results-table';
import { readAll } from './testing/read-all';
import { temporaryFolders } from './testing/temporary-folder';

const newFolder = temporaryFolders();

const DONE: ResultRow['job'] = {
  state: 'done',
  failure: null,
  result: { fileName: 'a/000001.png', width: 1024, height: 768 },
  model: 'gpt-image-1',
  endpointName: 'official',
  attempts: 2,
  seconds: 12.3456789,
  costUsd: 0.0000004,
};
const OURS =
  'output_image,status,failure,error,model,endpoint,attempts,seconds,width,height,cost_usd,own_instruction';

const row = (fields: Record<string, string>, job: Partial<ResultRow['job']> = {}): ResultRow => ({
  row: { fields },
  job: { ...DONE, ...job },
});

/** One file, its rows in one page. */
const writeTable = ({
  path,
  format,
  columns,
  rows,
}: TableFile & { readonly columns: readonly string[]; readonly rows: readonly ResultRow[] }) =>
  writeResultsTables({
    files: [{ path, format }],
    columns,
    pages: (async function* () {
      yield rows;
    })(),
  });

describe('results.csv', () => {
  it('has the input columns unchanged and in order, then ours', async () => {
    const path = join(await newFolder(), 'results.csv');
    const failure = { kind: 'blocked', message: 'Refused, "as is".' } as const;
    await writeTable({
      path,
      format: 'csv',
      columns: ['z', '2', 'a'],
      rows: [
        row({ a: '=1+1', z: ' x', '2': '' }),
        row({ z: 'y' }, { state: 'failed', failure, endpointName: null, seconds: null, costUsd: null }),
        row({ z: 'y' }, { state: 'pending', failure: { kind: 'quota_day', message: 'Out.' }, attempts: 0 }),
      ],
    });
    expect((await readFile(path, 'utf8')).split('\r\n')).toEqual([
      `z,2,a,${OURS}`,
      '" x",,=1+1,a/000001.png,done,,,gpt-image-1,official,2,12.345679,1024,768,0,',
      'y,,,,failed,blocked,"Refused, ""as is"".",gpt-image-1,,2,,,,,',
      'y,,,,pending,quota_day,Out.,gpt-image-1,official,0,12.345679,,,0,',
      '',
    ]);
  });

  it('lets an input column keep one of our names', async () => {
    const path = join(await newFolder(), 'results.csv');
    const columns = ['width', 'error', 'brushfleet_error'];
    await writeTable({ path, format: 'csv', columns, rows: [row({ width: '512' })] });
    expect((await readFile(path, 'utf8')).split('\r\n')[0]).toBe(
      'width,error,brushfleet_error,output_image,status,failure,brushfleet_brushfleet_error,model,endpoint,attempts,seconds,brushfleet_width,height,cost_usd,own_instruction',
    );
  });

  it('names the columns a spreadsheet would run', async () => {
    const path = join(await newFolder(), 'results.csv');
    const rows = [row({ a: '-- no text', b: 'ok' }), row({ a: 'x', b: 'y' })];
    expect(await writeTable({ path, format: 'csv', columns: ['a', 'b'], rows })).toEqual({
      rows: 2,
      formulaColumns: ['a'],
    });
  });

  it('stays as it was when its rows fail half way', async () => {
    const folder = await newFolder();
    const path = join(folder, 'results.csv');
    await writeFile(path, 'old');
    const pages = (async function* () {
      yield [row({ a: '1' })];
      throw new Error('store gone');
    })();
    await expect(
      writeResultsTables({ files: [{ path, format: 'csv' }], columns: ['a'], pages }),
    ).rejects.toThrow('store gone');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['results.csv']);
  });

  it('writes JSONL whole as well', async () => {
    const path = join(await newFolder(), 'copy.jsonl');
    await writeTable({
      path,
      format: 'jsonl',
      columns: ['b', '1'],
      rows: [row({ '1': 'one', b: 'B' })],
    });
    expect(await readFile(path, 'utf8')).toBe(
      '{"b":"B","1":"one","output_image":"a/000001.png","status":"done","failure":null,"error":null,"model":"gpt-image-1","endpoint":"official","attempts":2,"seconds":12.345679,"width":1024,"height":768,"cost_usd":0,"own_instruction":null}\n',
    );
  });
});

const cell = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(',', '"', '\r', '\n', '\r\n', '\t', ';', '|', "'", '=', ' ', '\u{FEFF}', 'x'),
  }),
  fc.constantFrom('=1+1', '+20% saturation', '-- no text', '@alice', "'=x", "''", '\tx', '＝1', 'yes'),
);
const tables = fc
  .uniqueArray(fc.oneof(fc.constantFrom('index', 'status', '__proto__', '=a', "'b", 'a;b|c', '1'), cell), {
    minLength: 1,
    maxLength: 5,
  })
  .map((names) => names.filter((name) => name !== ''))
  .chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.array(cell, { minLength: columns.length, maxLength: columns.length }), {
        minLength: 1,
        maxLength: 6,
      }),
    }),
  );

describe.each(['csv', 'spreadsheet'] as const)('export as %s, then import', (format) => {
  it('gives back every cell exactly', async () => {
    const folder = await newFolder();
    const path = join(folder, 'results.csv');
    await fc.assert(
      fc.asyncProperty(tables, async ({ columns, rows }) => {
        const fields = rows.map((cells) =>
          Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ''])),
        );
        await writeTable({ path, format, columns, rows: fields.map((each) => row(each)) });
        const table = await readAll(path);
        expect(table.columns.slice(0, columns.length)).toEqual(columns);
        expect(table.columns).toHaveLength(columns.length + 12);
        expect(table.rows.map(({ fields: read }) => columns.map((name) => read[name]))).toEqual(
          fields.map((each) => columns.map((name) => each[name])),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('CSV for spreadsheets', () => {
  it('is restored with a column that was added behind its marker, which stays as it is', async () => {
    const path = join(await newFolder(), 'rows.csv');
    await writeFile(
      path,
      `\u{FEFF}"prompt","${MARKER_COLUMN}","mine",""\n"'=red","yes","'x","'y"\n'=blue,,z\n`,
    );
    const table = await readAll(path);
    expect(table.columns).toEqual(['prompt', 'mine', 'column_4']);
    expect(table.rows.map(({ fields }) => Object.values(fields))).toEqual([
      ['=red', "'x", "'y"],
      ["'=blue", 'z', ''],
    ]);
  });

  it('has no cell that begins with a trigger, whatever the separator a spreadsheet splits at', async () => {
    const path = join(await newFolder(), 'safe.csv');
    await fc.assert(
      fc.asyncProperty(tables, async ({ columns, rows }) => {
        const fields = rows.map((cells) =>
          row(Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? '']))),
        );
        await writeTable({ path, format: 'spreadsheet', columns, rows: fields });
        const text = (await readFile(path, 'utf8')).replace(/^\u{FEFF}/u, '');
        const quotedCells = text.match(/"(?:[^"]|"")*"/g) ?? [];
        expect(text.replaceAll(/"(?:[^"]|"")*"/g, '').replaceAll(/[,\r\n]/g, '')).toBe('');
        expect(quotedCells.filter((each) => /^"[=+\-@\t\r\n＝＋－＠]/.test(each))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
