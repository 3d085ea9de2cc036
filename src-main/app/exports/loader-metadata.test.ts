/** Which columns metadata.jsonl has, so that the loaders of others take it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { intoFolder } from './layout-sink';
import { loaderMetadata, rowCells } from './loader-metadata';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'brushfleet-metadata-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

type Files = Readonly<Record<string, readonly string[]>>;

async function linesOf(
  splits: Readonly<Record<string, readonly Files[]>>,
): Promise<Record<string, unknown[]>> {
  const folder = await intoFolder({ base, name: 'd' }, async (sink) => {
    const metadata = loaderMetadata(sink, { source: 'one', references: 'many' });
    for (const [split, lines] of Object.entries(splits)) {
      // The folders are made by the pictures in them.
      await sink.put(`${split}/x.png`, { kind: 'bytes', bytes: Buffer.alloc(0) });
      for (const [at, files] of lines.entries()) {
        await metadata.add(split, {
          head: { edited_file_name: `${at}.png` },
          files,
          facts: { note: 'a\u2028b' },
        });
      }
    }
    await metadata.end();
  });
  const read: Record<string, unknown[]> = {};
  for (const split of Object.keys(splits)) {
    const text = await readFile(join(folder, split, 'metadata.jsonl'), 'utf8');
    expect(text).not.toContain('\u2028');
    read[split] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }
  return read;
}

const note = 'a\u2028b';

describe('a picture that', () => {
  it('every line has is a file name', async () => {
    const lines = await linesOf({ train: [{ source: ['a'] }, { source: ['b'] }], test: [{ source: ['c'] }] });
    expect(lines).toEqual({
      train: [
        { edited_file_name: '0.png', source_file_name: 'a', note },
        { edited_file_name: '1.png', source_file_name: 'b', note },
      ],
      test: [{ edited_file_name: '0.png', source_file_name: 'c', note }],
    });
  });

  it('some lines of every split have is a list, and a line that has one comes first', async () => {
    const lines = await linesOf({ train: [{}, { references: ['a', 'b'] }], test: [{ references: ['c'] }] });
    expect(lines['train']).toEqual([
      { edited_file_name: '1.png', references_file_names: ['a', 'b'], note },
      { edited_file_name: '0.png', references_file_names: [], note },
    ]);
  });

  it('a split has none of is text', async () => {
    const lines = await linesOf({ train: [{ references: ['a', 'b'] }], test: [{}] });
    expect(lines['train']?.[0]).toMatchObject({ references_paths: 'a | b' });
    expect(lines['test']?.[0]).toMatchObject({ references_paths: '' });
  });

  it('nobody has is no column', async () => {
    expect((await linesOf({ train: [{}] }))['train']).toEqual([{ edited_file_name: '0.png', note }]);
  });
});

describe('the cells of a row', () => {
  it('stand under their own names, beside what is ours and what the loader opens', () => {
    const columns = ['caption', 'note', 'row_note', 'file_name', 'source_paths', 'image', 'gone'];
    const cells = rowCells(columns)({
      caption: '=1+1',
      note: 'theirs',
      row_note: 'also theirs',
      file_name: 'a.png',
      source_paths: 'x',
      image: 'data:image/png;base64,AAAA',
    });
    expect(cells).toEqual({
      caption: '=1+1',
      row_note: 'theirs',
      row_row_note: 'also theirs',
      file_name_cell: 'a.png',
      row_source_paths: 'x',
      image: '',
      gone: '',
    });
  });
});
