import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelChoice } from '@shared/model/run';
import { createNamer, outputNameRefusal } from './output-name';
import { temporaryFolders } from './testing/temporary-folder';

const newFolder = temporaryFolders();
const model = (name: string, provider: ModelChoice['provider'] = 'openai'): ModelChoice => ({
  provider,
  model: name,
});
const ONE = { models: [model('m')], variants: 1 };
const NAMED = { ...ONE, outputNameColumn: 'name' };

const namesOf = (recipe: Parameters<typeof createNamer>[0], names: readonly string[]): string[] => {
  const namer = createNamer(recipe);
  return names.map((name, row) => namer.name({ row, index: row, fields: { name } })[0]?.[0] ?? '');
};

describe('names by index', () => {
  it('have six digits, and two for the variant', () => {
    expect(createNamer(ONE).name({ row: 0, index: 12, fields: {} })).toEqual([['000012']]);
    expect(createNamer({ ...ONE, variants: 3 }).name({ row: 0, index: 1_234_567, fields: {} })).toEqual([
      ['1234567_00', '1234567_01', '1234567_02'],
    ]);
  });

  it('tell rows of equal index apart by their row', () => {
    const namer = createNamer(ONE);
    const stems = [5, 6, 5, 5].map((index, row) => namer.name({ row, index, fields: {} })[0]?.[0]);
    expect(stems).toEqual(['000005', '000006', '000005_r000002', '000005_r000003']);
  });

  it('give each of several models a folder, however they are called', () => {
    const models = [
      model('google/x:free'),
      model('google_x_free'),
      model('..'),
      model('CON'),
      model('x', 'google_genai'),
      model('X'),
    ];
    expect(createNamer({ models, variants: 1 }).name({ row: 0, index: 0, fields: {} })).toEqual([
      ['google_x_free/000000'],
      ['google_x_free_2/000000'],
      ['model_/000000'],
      ['model_CON/000000'],
      ['x/000000'],
      ['X_2/000000'],
    ]);
  });

  it('of a million rows are told apart', () => {
    const namer = createNamer(ONE);
    let repeated = 0;
    for (let row = 0; row < 1_000_000; row++) {
      if (namer.name({ row, index: row % 999_990, fields: {} })[0]?.[0]?.includes('_r') === true) repeated++;
    }
    expect(repeated).toBe(10);
  });
});

describe('names from a column', () => {
  it('lose the ending of an image, whatever format will come, and may have folders', () => {
    expect(namesOf(NAMED, ['cat.png', 'dog.JPEG', 'x.v2', 'set/é.webp', '.dot', '', '猫'])).toEqual([
      'cat',
      'dog',
      'x.v2',
      'set/é',
      '.dot',
      '000005',
      '猫',
    ]);
  });

  it('never meet: not by ending, letter case, composition, or imitation', () => {
    expect(
      namesOf(NAMED, [
        'a.png',
        'a.jpg',
        'A',
        '\u{e9}.png',
        'e\u{301}.png',
        '000007_r000007',
        '000006_r000006',
        'a',
      ]),
    ).toEqual([
      'a',
      '000001_r000001',
      '000002_r000002',
      '\u{e9}',
      '000004_r000004',
      '000007_r000007',
      '000006_r000006',
      '000007_r000007_r000007',
    ]);
  });

  it.each([
    '../up.png',
    'a/../../up',
    '..',
    '/etc/passwd',
    'C:\\x.png',
    'c:x.png',
    'a\\b.png',
    '\\\\host\\share\\x.png',
    'file.png:stream',
    'a\0b.png',
    'CON',
    'nul.png',
    'sub/com1.txt',
    'dot.',
    'space ',
    'a//b.png',
    '.png',
    'tab\there.png',
    `${'x'.repeat(252)}.png`,
    `${'é'.repeat(126)}.png`,
    'a.png/b.png',
    'results.csv/b.png',
    'what?.png',
    '\u{d800}.png',
  ])('%j is refused with a sentence, and the row is named by its numbers', (name) => {
    expect(outputNameRefusal({ name }, NAMED)).toMatch(/^The output name .* change it in its column\.$/);
    expect(namesOf(NAMED, [name])).toEqual(['000000']);
  });

  it('that are accepted can be written, all of them, inside the folder', async () => {
    const folder = await newFolder();
    const names = [
      'x'.repeat(250),
      'é'.repeat(125),
      'deep/er/x',
      '.hidden',
      'ünï 猫 (1)',
      'a,b;c',
      'run1-evil',
      '-rf',
      'a.b.c',
    ];
    for (const name of names) {
      expect(outputNameRefusal({ name }, NAMED)).toBeNull();
      const path = join(folder, `${namesOf(NAMED, [name])[0]}.webp`);
      expect(relative(folder, path).startsWith('..')).toBe(false);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '');
    }
  });

  it('leave room for the variant', () => {
    const name = 'x'.repeat(250);
    expect(outputNameRefusal({ name }, { ...NAMED, variants: 2 })).toContain('longer than 255 bytes');
  });

  it('are not asked for without a column', () => {
    expect(outputNameRefusal({ name: '../x' }, ONE)).toBeNull();
  });
});
