/** What cannot be done is one sentence on stderr and exit code 2; nothing is sent and nothing that was there is lost. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer } from '../../demo/demo-server';
import { type Ended, type Workplace, workplace } from './built-cli';

const server = createDemoServer({ latencyMs: 5 });
let place: Workplace;
let env: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  const { url } = await server.start();
  env = {
    GEMINI_API_KEY: 'key1',
    OPENAI_API_KEY: 'key1',
    DG_GEMINI_BASE_URL: url,
    DG_OPENAI_BASE_URL: `${url}/v1`,
  };
});
afterAll(() => server.close());
beforeEach(async () => {
  server.clear();
  place = await workplace();
  await place.picture('a.png', 'red');
  await place.write('data.csv', 'image_url,instruction\na.png,Make it grey\n');
});
afterEach(() => place.remove());

const edit = (...more: readonly string[]): readonly string[] => [
  'edit',
  '--backend',
  'gemini',
  '--input',
  'data.csv',
  ...more,
];

/** One line, one sentence, after the program's name. */
function refusedWith({ code, out, err }: Ended, words: readonly (string | RegExp)[]): void {
  expect(code, err).toBe(2);
  expect(out).toBe('');
  const sentences = err
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('brushfleet: '));
  expect(sentences, err).toHaveLength(1);
  for (const word of words) {
    expect(sentences[0]).toMatch(word);
  }
  expect(sentences[0]).toMatch(/[.?!]$/);
  expect(err).not.toMatch(/\n\s+at |Error:/);
  expect(server.requests).toEqual([]);
}

describe('an input that cannot be used', () => {
  it.each<[string, readonly string[], readonly (string | RegExp)[]]>([
    ['a missing file', ['--input', 'gone.csv'], ['gone.csv']],
    ['an empty file', ['--input', 'empty.csv'], ['empty.csv', /empty|no rows/]],
    ['a file with a header alone', ['--input', 'header.csv'], ['header.csv', /no rows/]],
    [
      'a column that is not there',
      ['--instruction_key', 'task'],
      ['"task"', 'image_url, instruction', '--instruction_key'],
    ],
    ['no column of images', ['--input', 'words.csv'], ['words.csv', /no column of images/]],
    ['a folder that is not there', ['--input', 'folder/'], ['folder']],
  ])('%s', async (_what, more, words) => {
    await place.write('empty.csv', '');
    await place.write('header.csv', 'image_url,instruction\n');
    await place.write('words.csv', 'instruction\nMake it grey\n');
    refusedWith(await place.run(edit(...more), env), words);
  });
});

describe('a command line that cannot be used', () => {
  it.each<[string, readonly string[], readonly (string | RegExp)[]]>([
    ['an unknown flag', edit('--outputdir', 'x'), ['--outputdir', '--output_dir']],
    ['width without height', edit('--width', '640'), ['--width', '--height']],
    ['height without width', edit('--height', '640'), ['--height', '--width']],
    ['a ratio that is none', edit('--aspect_ratio', 'wide'), ['wide', '16:9']],
    [
      'a ratio the model lacks',
      edit('--model_name', 'gemini-2.5-flash-image', '--aspect_ratio', '7:5'),
      ['7:5'],
    ],
    ['a row filter that is none', edit('--filter_rows', '5:x'), [/filter|row/i]],
    ['a number that is none', edit('--timeout', 'soon'), ['--timeout']],
    [
      'another backend',
      ['edit', '--backend', 'diffusers', '--input', 'data.csv'],
      ['diffusers', 'google_genai'],
    ],
    ['an unknown command', ['paint'], ['paint']],
    ['both resume and no_resume', edit('--resume', '--no_resume'), ['--resume', '--no_resume']],
    ['a key in the arguments', edit('--api_key=sk-very-secret'), ['environment']],
  ])('%s', async (_what, argv, words) => {
    const ended = await place.run(argv, env);
    refusedWith(ended, words);
    expect(ended.err).not.toContain('sk-very-secret');
  });

  it('no key at all: the names that were tried', async () => {
    const { DG_GEMINI_BASE_URL = '' } = env;
    refusedWith(await place.run(edit(), { DG_GEMINI_BASE_URL }), [
      'No valid API keys found',
      'DG_GEMINI_API_KEYS',
      'GEMINI_API_KEY',
    ]);
  });
});

describe('an output folder that cannot be written', () => {
  it('lies below a file', async () => {
    await place.write('file', '');
    refusedWith(await place.run(edit('--output_dir', 'file/out'), env), ['file/out', '--output_dir']);
  });

  const isRoot = process.getuid?.() === 0;
  const canDrop = isRoot && spawnSync('setpriv', ['--version']).status === 0;
  it.skipIf(isRoot && !canDrop)('gives no permission', async () => {
    await mkdir(place.path('closed'), { mode: 0o555 });
    await mkdir(place.path('library'));
    await Promise.all([chmod(place.folder, 0o777), chmod(place.path('library'), 0o777)]);
    const node = canDrop
      ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath]
      : [process.execPath];
    const { ended } = place.start(edit('--output_dir', 'closed'), env, node);
    refusedWith(await ended, ['closed', '--output_dir', 'permission']);
  });
});

describe('what is there stays', () => {
  it('another recipe in the same folder is named, and its results stay', async () => {
    expect((await place.run(edit(), env)).code).toBe(0);
    const before = [await place.read('output/results.csv'), await place.read('output/results.jsonl')];
    server.clear();
    refusedWith(await place.run(edit('--model_name', 'gemini-3-pro-image-preview'), env), [
      /model/,
      'gemini-3-pro-image-preview',
      '--no_resume',
    ]);
    refusedWith(await place.run(edit('--aspect_ratio', '16:9'), env), ['16:9', '--output_dir']);
    expect([await place.read('output/results.csv'), await place.read('output/results.jsonl')]).toEqual(
      before,
    );
    expect(await place.pictures()).toEqual(['000000.png']);
  });

  it('pictures of another program are not done over unasked', async () => {
    await mkdir(place.path('output'));
    await writeFile(place.path('output', '000000.png'), 'theirs');
    refusedWith(await place.run(edit(), env), ['output', '--no_resume']);
    expect(await place.read('output/000000.png')).toBe('theirs');
  });
});

it('a model nobody knows is sent as it is', async () => {
  const { code, err } = await place.run(edit('--model_name', 'new-model-of-tomorrow'), env);
  expect(code, err).toBe(0);
  expect(server.requests.map(({ model }) => model)).toEqual(['new-model-of-tomorrow']);
});
