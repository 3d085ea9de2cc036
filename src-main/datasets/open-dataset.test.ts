import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageReferences } from '@shared/columns';
import { DatasetError } from './dataset-source';
import { describeDataset, openDataset } from './open-dataset';
import { readAll, readContent } from './testing/read-all';
import { temporaryFolders } from './testing/temporary-folder';

const newFolder = temporaryFolders();
const read = async (name: string, content: string) => readContent(await newFolder(), name, content);

describe('JSONL', () => {
  it('takes objects and bare prompts, indexed by physical line', async () => {
    const table = await read(
      'p.jsonl',
      '\n"a cat"\n\n{"prompt":"a dog","index":9}\r\n{"n":1,"on":true,"list":["a","b"],"x":null}',
    );
    expect(table.rows.map(({ row, index, fields }) => [row, index, fields])).toEqual([
      [0, 1, { prompt: 'a cat' }],
      [1, 9, { prompt: 'a dog', index: '9' }],
      [2, 4, { n: '1', on: 'true', list: '["a","b"]', x: '' }],
    ]);
    expect(table.columns).toEqual(['prompt', 'index', 'n', 'on', 'list', 'x']);
  });

  it('reports a bad line and goes on', async () => {
    const table = await read('p.jsonl', '"a"\n{"torn": \n[1]\n7\n"b"\n');
    expect(table.rows.map(({ row, index }) => [row, index])).toEqual([
      [0, 0],
      [4, 4],
    ]);
    expect(table.problems.map((problem) => problem.split(' ')[0])).toEqual(['2', '3', '4']);
  });

  it('keeps all digits of a long id, at any depth', async () => {
    const line =
      '{"id":1234567890123456789,"tags":[-98765432109876543210],"score":0.1234567890123456789,"at":{"n":7}}';
    const table = await read(
      'p.jsonl',
      `${line}\n12345678901234567890\n{"id":12345678901234567890,"id":"b"}`,
    );
    expect(table.rows.map(({ fields }) => fields)).toEqual([
      {
        id: '1234567890123456789',
        tags: '[-98765432109876543210]',
        score: '0.12345678901234568',
        at: '{"n":7}',
      },
      { id: 'b' },
    ]);
    expect(table.problems).toEqual(['2 skipped This line is not a JSON object or string.']);
  });

  it('keeps __proto__ a column', async () => {
    const table = await read('p.jsonl', '{"__proto__":"x","a":"1"}');
    expect(Object.entries(table.rows[0]?.fields ?? {})).toEqual([
      ['__proto__', 'x'],
      ['a', '1'],
    ]);
  });
});

describe('JSON arrays', () => {
  it('index by position', async () => {
    const table = await read('p.json', '["a", {"prompt":"b","width":512}, 3]');
    expect(table.rows.map(({ index, fields }) => [index, fields])).toEqual([
      [0, { prompt: 'a' }],
      [1, { prompt: 'b', width: '512' }],
    ]);
    expect(table.problems).toEqual(['3 skipped This item is not a JSON object or string.']);
  });

  it('keep all digits of a long id', async () => {
    const table = await read('p.json', '[{"id":1234567890123456789},\n{"id":1234567890123456788}]');
    expect(table.rows.map(({ fields }) => fields['id'])).toEqual([
      '1234567890123456789',
      '1234567890123456788',
    ]);
  });

  it.each([
    ['{"a":1}', 'must hold a JSON array'],
    ['{"a":1}\n{"a":2}', 'name it .jsonl'],
  ])('refuse %j', async (content, reason) => {
    await expect(read('p.json', content)).rejects.toThrow(reason);
  });
});

describe('TXT', () => {
  it('is one trimmed prompt a line, indexed by physical line', async () => {
    const table = await read('p.txt', '\u{FEFF} a cat \r\n\r\na dog, running\nend');
    expect(table.columns).toEqual(['prompt']);
    expect(table.rows.map(({ row, index, fields }) => [row, index, fields['prompt']])).toEqual([
      [0, 0, 'a cat'],
      [1, 2, 'a dog, running'],
      [2, 3, 'end'],
    ]);
  });
});

describe('text in another encoding', () => {
  const files: [string, string][] = [
    ['p.txt', 'a plain line\ncaf\xe9\n'],
    ['p.jsonl', '{"prompt":"plain"}\n{"prompt":"caf\xe9"}\n'],
    ['p.json', '["plain", {"prompt":"caf\xe9"}]'],
    ['p.csv', 'prompt,n\nplain,1\ncaf\xe9,2\n'],
  ];
  const second = ({ rows }: Awaited<ReturnType<typeof readContent>>) => rows.at(1)?.fields['prompt'];

  it.each(files)(
    'is read as Windows-1252 where it is no UTF-8, and that is told, in %s',
    async (name, content) => {
      const table = await readContent(await newFolder(), name, Buffer.from(content, 'latin1'));
      expect(second(table)).toBe('café');
      expect(table.problems).toEqual([
        '1 note The file is not UTF-8 and was read as Windows-1252; if its letters look wrong, save it as UTF-8 and open it again.',
      ]);
      expect((await readContent(await newFolder(), name, content)).problems).toEqual([]);
    },
  );

  it.each(files)('is told of by the row where it is neither, in %s', async (name, content) => {
    const inDos = Buffer.from(content.replace('\xe9', '\x81'), 'latin1');
    const table = await readContent(await newFolder(), name, inDos);
    expect(second(table)).toBe('caf\u{FFFD}');
    expect(table.problems).toHaveLength(1);
    expect(table.problems[0]).toMatch(
      /note This row has characters that could not be read; save the file as UTF-8\.$/,
    );
  });

  it('is told of by the row where two encodings were joined in one file', async () => {
    const joined = Buffer.concat([
      Buffer.from('größe\nplain\n'),
      Buffer.from('caf\xe9\nM\xfcller\n\xe9t\xe9\n', 'latin1'),
    ]);
    const table = await readContent(await newFolder(), 'joined.txt', joined);
    expect(table.rows.map(({ fields }) => fields['prompt'])).toEqual([
      'grÃ¶ÃŸe',
      'plain',
      'café',
      'Müller',
      'été',
    ]);
    expect(table.problems).toHaveLength(2);
    expect(table.problems[1]).toMatch(/^1 note Letters of this row look wrong/);
  });

  it('is decided for the whole of a file, wherever its first letter beyond ASCII stands', async () => {
    const plain = `${'a plain line '.repeat(1000)}\n`.repeat(50);
    const late = Buffer.from(`${plain}caf\xe9\n${plain}\x84gro\xdf\x93 \x80\n`, 'latin1');
    const table = await readContent(await newFolder(), 'late.txt', late);
    expect([50, 101].map((row) => table.rows[row]?.fields['prompt'])).toEqual(['café', '„groß“ €']);
    expect(table.problems).toHaveLength(1);
    const whole = Buffer.from(`${plain}é\u{FEFF}\n${plain}größe\n`);
    const broken = Buffer.concat([whole, Buffer.from('caf\xe9\n', 'latin1')]);
    const mostly = await readContent(await newFolder(), 'mostly.txt', broken);
    expect(mostly.rows.slice(-2).map(({ fields }) => fields['prompt'])).toEqual(['größe', 'caf\u{FFFD}']);
  });
});

describe('a folder', () => {
  it('of images is one row a file, in natural order', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'deeper.png'));
    const names = ['img10.png', 'img2.JPG', 'notes.txt', '.hidden.png', 'img1.webp', 'two, one.png'];
    await Promise.all(names.map((name) => writeFile(join(folder, name), '')));
    expect(await describeDataset(folder)).toMatchObject({ format: 'folder', baseDir: folder });
    const table = await readAll(folder);
    expect(table.rows.map((row) => [row.index, row.fields['image_path']])).toEqual([
      [0, 'img1.webp'],
      [1, 'img2.JPG'],
      [2, 'img10.png'],
      [3, '["two, one.png"]'],
    ]);
    expect(table.rows.flatMap((row) => imageReferences(row.fields))).toContain('two, one.png');
    expect(table.problems).toEqual([
      `1 note The folder in it is left out: only pictures that lie directly in "${basename(folder)}" become rows.`,
    ]);
  });

  it('without images is refused', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'notes.txt'), 'x');
    await expect(readAll(folder)).rejects.toThrow(/holds no images .* and no Parquet files\.$/);
    await Promise.all(['train', 'test', '.cache'].map((name) => mkdir(join(folder, name))));
    await expect(readAll(folder)).rejects.toThrow(
      /no Parquet files\. The 2 folders in it are not looked into: choose one of those\.$/,
    );
  });
});

describe('a folder with folders', () => {
  /** Below a new folder: an image in each of these places, and whatever else is named. */
  async function filled(...files: readonly string[]): Promise<string> {
    const folder = await newFolder();
    for (const file of files) {
      await mkdir(join(folder, dirname(file)), { recursive: true });
      await writeFile(join(folder, file), '');
    }
    return folder;
  }
  const paths = ({ rows }: Awaited<ReturnType<typeof readAll>>) =>
    rows.map(({ index, fields }) => [index, fields['image_path']]);
  const FILES = [
    'b.png',
    'set2/1.png',
    'set10/1.png',
    'set2/deep/2.jpg',
    'a.png',
    '.trash/3.png',
    'empty/x.txt',
  ];

  it('gives its own images, then those of each folder in it, numbered through', async () => {
    const folder = await filled(...FILES, 'set2/two, one.png');
    await symlink(folder, join(folder, 'around'));
    const table = await readAll(folder, { depth: 'all' });
    expect(paths(table)).toEqual([
      [0, 'a.png'],
      [1, 'b.png'],
      [2, 'set2/1.png'],
      [3, '["set2/two, one.png"]'],
      [4, 'set2/deep/2.jpg'],
      [5, 'set10/1.png'],
    ]);
    expect(table.problems).toEqual([]);
  });

  it('gives them where it has none of its own, if that is wanted', async () => {
    const folder = await filled('train/1.png', 'test/1.png');
    expect(paths(await readAll(folder, { depth: 'allIfNone' }))).toEqual([
      [0, 'test/1.png'],
      [1, 'train/1.png'],
    ]);
    const own = await readAll(await filled(...FILES), { depth: 'allIfNone' });
    expect(paths(own)).toEqual([
      [0, 'a.png'],
      [1, 'b.png'],
    ]);
    expect(own.problems).toEqual([expect.stringMatching(/^1 note The 3 folders in it are left out/)]);
  });

  it('leaves out what a run has made, and says so', async () => {
    const folder = await filled('a.png', 'out/results.jsonl', 'out/000000.png', 'out/more/1.png', 'z/1.png');
    const table = await readAll(folder, { depth: 'all' });
    expect(paths(table)).toEqual([
      [0, 'a.png'],
      [1, 'z/1.png'],
    ]);
    expect(table.problems).toEqual([
      '2 note The folder "out" holds results of a run: its pictures are left out.',
    ]);
  });

  it('is refused where none of them holds images', async () => {
    const folder = await filled('one/notes.txt', 'two/notes.txt');
    for (const depth of ['all', 'allIfNone'] as const) {
      await expect(readAll(folder, { depth })).rejects.toThrow(
        /^Neither the folder ".*" nor the folders in it/,
      );
    }
  });
});

describe('indexes', () => {
  it('are reported when doubled or no whole numbers, and never fatal', async () => {
    const table = await read(
      'a.csv',
      'index,p\n5,a\n 5 ,b\nx,c\n,d\n7.0,e\n-1,f\n99999999999999999999,g\n3,h\n',
    );
    expect(table.rows.map((row) => row.index)).toEqual([5, 5, 2, 3, 7, 5, 6, 3]);
    expect(table.problems).toEqual([
      '3 note Index 5 is used by an earlier row, too; both rows are kept.',
      '4 note The index of this row is "x", not a whole number; it is numbered 2 instead.',
      '5 note The index of this row is blank; it is numbered 3 instead.',
      '7 note The index of this row is "-1", not a whole number; it is numbered 5 instead.',
      '7 note Index 5 is used by an earlier row, too; both rows are kept.',
      '8 note The index of this row is "99999999999999999999", not a whole number; it is numbered 6 instead.',
      '9 note Index 3 is used by an earlier row, too; both rows are kept.',
    ]);
  });

  it('problems are listed up to a thousand and counted beyond', async () => {
    const table = await read('a.csv', `index,p\n${'x,y\n'.repeat(1500)}`);
    expect(table.rows).toHaveLength(1500);
    expect(table.problems).toHaveLength(1001);
    expect(table.problems.at(-1)).toBe(
      '1501 note 500 more remarks like these, up to this line, are not listed.',
    );
  });
});

describe('what cannot be used', () => {
  it.each([
    ['empty.csv', '', '"empty.csv" is empty: it holds no rows.'],
    ['header.csv', 'a,b\n', '"header.csv" is empty: it holds no rows.'],
    ['blank.txt', '\n \n', '"blank.txt" is empty: it holds no rows.'],
    ['table.xlsx', 'PK', '"table.xlsx" is a spreadsheet: save it there as CSV UTF-8 and open that file.'],
    [
      'table.doc',
      'x',
      '"table.doc" has no format that can be read; use CSV, JSONL, JSON, TXT, Parquet or a folder of images.',
    ],
    [
      'broken.parquet',
      'PAR1 not',
      '"broken.parquet" is not a readable Parquet file; it may be incomplete, so fetch it again.',
    ],
  ])('%s is refused at opening with one sentence', async (name, content, sentence) => {
    const path = join(await newFolder(), name);
    await writeFile(path, content);
    const opening = openDataset({ path, embeddedDir: '' });
    await expect(opening).rejects.toThrow(new DatasetError(sentence));
    await expect(opening).rejects.toBeInstanceOf(DatasetError);
  });

  it('a missing file is named', async () => {
    const path = join(await newFolder(), 'gone.csv');
    await expect(openDataset({ path, embeddedDir: '' })).rejects.toThrow(
      new DatasetError('There is no file or folder "gone.csv"; check the path.'),
    );
  });

  it.skipIf(process.platform === 'win32')('a FIFO is not waited for', async () => {
    const path = join(await newFolder(), 'pipe.csv');
    execFileSync('mkfifo', [path]);
    await expect(openDataset({ path, embeddedDir: '' })).rejects.toThrow('neither a file nor a folder');
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'a file without permission is named',
    async () => {
      const path = join(await newFolder(), 'locked.csv');
      await writeFile(path, 'a\n1\n');
      await chmod(path, 0);
      await expect(openDataset({ path, embeddedDir: '' })).rejects.toThrow('"locked.csv" may not be read');
    },
  );
});

describe('a file of many rows', () => {
  it.each([
    ['short ones', 'a,b\n'],
    ['ones that are none', 'a,b,c\n'],
  ])('of %s lets others have their turn', async (_what, line) => {
    const path = join(await newFolder(), 'many.csv');
    // All of it comes in one piece.
    await writeFile(path, `x,y\n1,2\n${line.repeat(10_000)}`);
    const { events } = await openDataset({ path, embeddedDir: '' });
    let turns = 0;
    let isOver = false;
    const next = (): void => {
      turns += 1;
      if (!isOver) setImmediate(next);
    };
    setImmediate(next);
    for await (const _event of events) {
      // Nothing that waits.
    }
    isOver = true;
    expect(turns).toBeGreaterThan(10_000 / 500);
  });
});
