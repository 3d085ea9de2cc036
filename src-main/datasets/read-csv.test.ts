import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { csvRecords } from './csv-records';
import { openDataset } from './open-dataset';
import { readContent } from './testing/read-all';
import { temporaryFolders } from './testing/temporary-folder';

const newFolder = temporaryFolders();
const read = async (content: string | Uint8Array, name = 'rows.csv') =>
  readContent(await newFolder(), name, content);
const cells = (table: Awaited<ReturnType<typeof read>>) => table.rows.map((row) => Object.values(row.fields));

describe('CSV', () => {
  it('keeps cells exactly, over quotes, commas, newlines and spaces', async () => {
    const table = await read('a,b\r\n" x ","say ""hi"", you"\r\n"two\r\nlines",\' y \r\n');
    expect(table.columns).toEqual(['a', 'b']);
    expect(cells(table)).toEqual([
      [' x ', 'say "hi", you'],
      ['two\r\nlines', "' y "],
    ]);
    expect(table.problems).toEqual([]);
  });

  it.each([
    [',', 'index,image_url,instruction'],
    [';', 'index;image_url;instruction'],
    ['\t', 'index\timage_url\tinstruction'],
    ['|', 'index|image_url|instruction'],
  ])('finds the delimiter %j', async (delimiter, header) => {
    const table = await read(`${header}\n7${delimiter}a.png${delimiter}make it red\n`);
    expect(table.rows[0]).toMatchObject({
      index: 7,
      fields: { image_url: 'a.png', instruction: 'make it red' },
    });
  });

  it('does not take a comma in a prompt for a delimiter of a semicolon file, nor the other way round', async () => {
    expect((await read('id;text\n1;a, b, c\n2;d, e, f\n')).rows[1]?.fields).toEqual({
      id: '2',
      text: 'd, e, f',
    });
    expect((await read('id,text\n1,a; b; c\n2,d; e; f\n')).rows[1]?.fields).toEqual({
      id: '2',
      text: 'd; e; f',
    });
  });

  it.each([
    ['UTF-8 with its mark', Buffer.from('\u{FEFF}a,b\n1,é\n')],
    ['UTF-16 LE with its mark', Buffer.from('\u{FEFF}a,b\n1,é\n', 'utf16le')],
    ['UTF-16 BE with its mark', Buffer.from('\u{FEFF}a,b\n1,é\n', 'utf16le').swap16()],
    ['UTF-16 LE without', Buffer.from('a,b\n1,é\n', 'utf16le')],
    ['UTF-16 BE without', Buffer.from('a,b\n1,é\n', 'utf16le').swap16()],
  ])('reads %s', async (_, bytes) => {
    const table = await read(bytes);
    expect(table.rows.map((row) => row.fields)).toEqual([{ a: '1', b: 'é' }]);
  });

  it.each([
    ['CRLF', '\r\n'],
    ['LF', '\n'],
    ['lone CR', '\r'],
  ])('counts lines and rows with %s newlines', async (_, newline) => {
    const table = await read(['a,b', '1,"x', 'y"', '', '2,3,4', '5,6', ''].join(newline));
    expect(table.rows.map((row) => [row.row, row.fields['a'], row.fields['b']])).toEqual([
      [0, '1', `x${newline}y`],
      [2, '5', '6'],
    ]);
    expect(table.problems).toEqual([
      '5 skipped This row has 3 cells but the header has 2; put cells that contain the separator in quotes.',
    ]);
  });

  it('reads files that mix newlines, and keeps a lone CR as what it is', async () => {
    expect(cells(await read('a,b\r\n1,2\n3,4\r\n5,6\n'))).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ]);
    expect(cells(await read('a,b\n1,x\ry\n2,z\n'))).toEqual([
      ['1', 'x\ry'],
      ['2', 'z'],
    ]);
  });

  it('whose newline changes far down the file keeps all its rows', async () => {
    const half = (from: number, newline: string): string =>
      Array.from({ length: 20_000 }, (_, at) => `${from + at},some words of it${newline}`).join('');
    for (const [first, then] of [
      ['\r\n', '\n'],
      ['\n', '\r\n'],
    ] as const) {
      const table = await read(`id,text${first}${half(0, first)}${half(20_000, then)}`);
      expect(table.rows).toHaveLength(40_000);
      expect(table.rows.at(-1)?.fields).toEqual({ id: '39999', text: 'some words of it' });
      expect(table.problems).toEqual([]);
    }
    expect((await read('\r\nid;text\r\n1;a\r\n')).rows[0]?.fields).toEqual({ id: '1', text: 'a' });
  });

  it('fills short rows, forgives blank surplus and tells lines', async () => {
    const table = await read('a,b,c\n1\n1,2,3,,\n,,\n4,5,6');
    expect(cells(table)).toEqual([
      ['1', '', ''],
      ['1', '2', '3'],
      ['4', '5', '6'],
    ]);
    expect(table.rows.map((row) => row.row)).toEqual([0, 1, 3]);
    expect(table.problems).toEqual([
      '2 note This row has 1 cell but the header has 3; the missing ones are blank.',
      '4 skipped This row is blank.',
    ]);
  });

  it('names blank and repeated columns', async () => {
    const table = await read('a,a,,a_2,__proto__\n1,2,3,4,5\n');
    expect(table.columns).toEqual(['a', 'a_3', 'column_3', 'a_2', '__proto__']);
    expect(Object.entries(table.rows[0]?.fields ?? {})).toEqual([
      ['a', '1'],
      ['a_3', '2'],
      ['column_3', '3'],
      ['a_2', '4'],
      ['__proto__', '5'],
    ]);
    expect(table.problems).toHaveLength(2);
  });

  it('reports NUL, unreadable bytes and stray quotes without dropping the row', async () => {
    const table = await read(
      Buffer.concat([Buffer.from('a,b\n1,x\0yé\n2,'), Buffer.from([0xe9]), Buffer.from('\n3,"p"q"\n')]),
    );
    expect(cells(table)).toEqual([
      ['1', 'x\0yé'],
      ['2', '\u{FFFD}'],
      ['3', 'p"q'],
    ]);
    expect(table.problems.map((problem) => problem.slice(0, 6))).toEqual(['2 note', '3 note', '4 note']);
  });

  it('says where a quote was never closed, and keeps the rows before it', async () => {
    const table = await read('a,b\n1,2\n3,"open\n4,5\n6,7\n');
    expect(cells(table)).toEqual([['1', '2']]);
    expect(table.problems[0]).toMatch(/^3 skipped A quote in this row is never closed/);
  });

  it('reads a cell of ten megabytes', async () => {
    const cell = 'long "cell",\n'.repeat(800_000);
    const table = await read(`a,b\n1,"${cell.replaceAll('"', '""')}"\n2,3\n`);
    expect(table.rows[0]?.fields['b'] === cell).toBe(true);
    expect(table.rows[1]?.fields).toEqual({ a: '2', b: '3' });
  });

  it('stops at a row without end, and says where it began', async () => {
    const chunks = (async function* () {
      yield 'a,b\n1,2\n3,"open';
      for (let each = 0; each < 100; each++) yield 'x, "" y\n'.repeat(150_000);
    })();
    const records = [];
    for await (const record of csvRecords(chunks)) records.push(record);
    expect(records.map(({ line, fault }) => [line, fault])).toEqual([
      [1, 'none'],
      [2, 'none'],
      [3, 'too_long'],
    ]);
  });

  it('streams: memory does not grow with the file', async () => {
    const path = join(await newFolder(), 'large.csv');
    const line = `${'x'.repeat(1000)},"a ""quoted"" cell, with\na newline"\n`;
    const batch = line.repeat(1000);
    const batches = 200;
    await pipeline(
      Readable.from(
        (function* () {
          yield 'a,b\n';
          for (let each = 0; each < batches; each++) yield batch;
        })(),
      ),
      createWriteStream(path),
    );
    const before = process.memoryUsage().rss;
    let highest = before;
    let rows = 0;
    const { events } = await openDataset({ path, embeddedDir: '' });
    for await (const event of events) {
      if (event.kind === 'row' && ++rows % 10_000 === 0) {
        highest = Math.max(highest, process.memoryUsage().rss);
      }
    }
    expect(rows).toBe(batches * 1000);
    expect((highest - before) / 2 ** 20).toBeLessThan(150);
  });
});
