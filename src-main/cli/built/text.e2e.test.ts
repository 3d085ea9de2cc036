/** `brushfleet text|structured|story`, as a process of its own against the demo endpoint. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/demo-server';
import { moment } from '../../demo/testing/moment';
import { type Ended, until, type Workplace, workplace } from './built-cli';

let place: Workplace;
let server: DemoServer;
let env: Readonly<Record<string, string>>;

async function serve(options: DemoServerOptions = {}): Promise<void> {
  server = createDemoServer({ latencyMs: 5, ...options });
  const { url } = await server.start();
  env = {
    DG_GEMINI_BASE_URL: url,
    GEMINI_API_KEY: 'key1',
    DG_OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: 'key1',
  };
}

beforeEach(async () => {
  place = await workplace();
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

async function runs(argv: readonly string[], code = 0): Promise<Ended> {
  const ended = await place.run(argv, env);
  expect(ended.code, ended.err).toBe(code);
  return ended;
}

interface Line {
  readonly index: number;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly response: unknown;
  readonly error: string | null;
  readonly failure: string | null;
  readonly model: string;
  readonly usage: Readonly<Record<string, unknown>>;
}

const read = (text: string): readonly Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

describe('text', () => {
  it('one line for each input, in its order, errors included; the same command goes on and sends nothing twice', async () => {
    await serve();
    const rows = Array.from({ length: 12 }, (_, n) => ({
      prompt: n === 4 ? 'forbidden' : `Say ${n}`,
      n,
      own: { n },
    }));
    await place.write('in.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    const argv = [
      'text',
      '--input',
      'in.jsonl',
      '--output',
      'out.jsonl',
      '--concurrency',
      '5',
      '--temperature',
      '0.5',
    ];
    const { out } = await runs(argv, 1);
    expect(out).toMatch(/^11 done, 1 failed \(1 blocked\) of 12 in /);
    expect(out).toContain(
      `Output: ${place.path('out.jsonl')}\nTable:  ${place.path('out.jsonl.run', 'results.csv')}\n`,
    );
    const lines = read(await place.read('out.jsonl'));
    expect(lines.map(({ metadata }) => metadata)).toEqual(rows);
    expect(lines.map(({ index }) => index)).toEqual(rows.map(({ n }) => n));
    expect(lines[3]).toMatchObject({
      response: expect.stringContaining('You said: Say 3'),
      error: null,
      failure: null,
    });
    expect(lines[3]?.model).toBe('gemini-3.8-flash');
    expect(lines[3]?.usage['output_tokens']).toBeGreaterThan(0);
    expect(lines[4]).toMatchObject({ response: null, failure: 'blocked', error: expect.any(String) });
    const sent = server.requests.length;
    await runs(argv, 1);
    // Only what failed goes again.
    expect(server.requests.length).toBe(sent + 1);
    expect(await readdir(place.path('out.jsonl.run'))).toEqual(
      expect.arrayContaining(['results.csv', 'results.jsonl']),
    );
    expect((await place.table('out.jsonl.run/results.csv'))[3]).toMatchObject({
      response: lines[3]?.response,
      n: '3',
    });
  });

  it('answers that nobody takes are no success: they stay in a file, and it is named', async () => {
    await serve();
    const full = ['/bin/sh', '-c', `exec "${process.execPath}" "$0" "$@" > /dev/full`];
    const { code, err } = await place.start(['text', '--prompt', 'One'], env, full).ended;
    expect(code, err).toBe(1);
    const file = /Standard output was closed: the answers are in (.+)\.\n/.exec(err)?.[1] ?? '';
    expect(read(await readFile(file, 'utf8'))).toMatchObject([{ response: expect.any(String), error: null }]);
    await rm(dirname(file), { recursive: true });
    const streamed = await place.start(['stream'], env, full, '{"prompt": "One"}\n').ended;
    expect([streamed.code, streamed.out]).toEqual([1, '']);
    const told = await runs(['runs', 'list', '--sessions', '--json']);
    const id = (JSON.parse(told.out) as { id: number; done: number }[]).find(({ done }) => done === 1)?.id;
    expect(id).toBeDefined();
  });

  it('prompts of the command line come on the screen, and nothing else does', async () => {
    await serve();
    const { out, err } = await runs([
      'text',
      '--prompt',
      'One',
      '--prompt',
      'Two, and more',
      '--system',
      'Be brief.',
    ]);
    expect(read(out).map(({ metadata, response }) => [metadata, String(response).split('\n')[0]])).toEqual([
      [{ prompt: 'One' }, 'You said: One'],
      [{ prompt: 'Two, and more' }, 'You said: Two, and more'],
    ]);
    expect(err).toMatch(/2 done, 0 failed of 2 in /);
  });

  it('through OpenAI’s protocol, with a template over columns and a CSV', async () => {
    await serve();
    await place.write('in.csv', 'city,n\nParis,1\n"Rome, Italy",007\n');
    const template = 'Tell of {{city}}';
    await runs([
      'text',
      '--input',
      'in.csv',
      '--output',
      'o.jsonl',
      '--provider',
      'openai',
      '--template',
      template,
    ]);
    expect(read(await place.read('o.jsonl'))).toMatchObject([
      {
        metadata: { city: 'Paris', n: '1' },
        response: expect.stringContaining('Tell of Paris'),
        model: 'gpt-5.4-mini',
      },
      {
        metadata: { city: 'Rome, Italy', n: '007' },
        response: expect.stringContaining('Tell of Rome, Italy'),
      },
    ]);
  });

  it('media of a row go along by its columns', async () => {
    await serve();
    await place.picture('a.png', 'red');
    await place.write('in.jsonl', JSON.stringify({ prompt: 'What is it?', image_path: 'a.png' }));
    await runs(['text', '--input', 'in.jsonl', '--output', 'o.jsonl']);
    const [line] = read(await place.read('o.jsonl'));
    expect(line?.response).toMatch(/48|picture|image/i);
  });

  it('beside another that has the library open, through it', async () => {
    const isDone = moment();
    await serve({ script: ({ prompt }) => (/Long [1-9]/.test(prompt) ? { until: isDone.come } : null) });
    await place.write('long.txt', Array.from({ length: 40 }, (_, n) => `Long ${n}`).join('\n'));
    const owner = place.start(
      ['text', '--input', 'long.txt', '--output', 'long.jsonl', '--concurrency', '2'],
      env,
    );
    await until(() => server.requests.some(({ status }) => status === 200));
    const { err } = await runs(['text', '--prompt', 'Short', '--output', 'short.jsonl']);
    isDone.now();
    expect(err).toContain('Sending through the Brushfleet that has the library open');
    expect(read(await place.read('short.jsonl'))).toMatchObject([
      { metadata: { prompt: 'Short' }, response: expect.stringContaining('You said: Short') },
    ]);
    expect((await owner.ended).code).toBe(0);
    expect(read(await place.read('long.jsonl'))).toHaveLength(40);
  });

  it('interrupted, it goes on where it stopped', async () => {
    const isHeard = moment();
    await serve({
      script: ({ prompt }) => (Number(/Say (\d+)/.exec(prompt)?.[1]) >= 6 ? { until: isHeard.come } : null),
    });
    await place.write('in.txt', Array.from({ length: 30 }, (_, n) => `Say ${n}`).join('\n'));
    const argv = ['text', '--input', 'in.txt', '--output', 'o.jsonl', '--concurrency', '3'];
    const { child, ended } = place.start(argv, env);
    let told = '';
    child.stderr?.on('data', (text: string) => (told += text));
    await until(() => server.requests.length === 9);
    child.kill('SIGINT');
    await until(() => told.includes('Stopping: '));
    isHeard.now();
    const { code, err } = await ended;
    expect([code, err]).toEqual([
      130,
      expect.stringContaining('run the same command again to continue where it stopped'),
    ]);
    const first = read(await place.read('o.jsonl'));
    expect(first).toHaveLength(30);
    expect(first.filter(({ failure }) => failure === 'pending').length).toBeGreaterThan(10);
    await runs(argv);
    expect(read(await place.read('o.jsonl')).every(({ error }) => error === null)).toBe(true);
    expect(server.requests).toHaveLength(30);
  });

  it('killed, what was in flight is told as unknown, and sent again only when that is said', async () => {
    const isDead = moment();
    await serve({
      script: ({ prompt }) => (Number(/Say (\d+)/.exec(prompt)?.[1]) >= 3 ? { until: isDead.come } : null),
    });
    await place.write('in.txt', Array.from({ length: 9 }, (_, n) => `Say ${n}`).join('\n'));
    const argv = ['text', '--input', 'in.txt', '--output', 'o.jsonl', '--concurrency', '3'];
    const { child, ended } = place.start(argv, env);
    // Three are answered, three held: nothing is on its way that the server has not seen.
    await until(() => server.requests.length === 6);
    child.kill('SIGKILL');
    await ended;
    isDead.now();
    const { err } = await runs(argv, 1);
    expect(err).toMatch(
      /unknown outcome and may have been charged: send (?:it|them) again with --unknown resend/,
    );
    const lost = read(await place.read('o.jsonl')).filter(({ failure }) => failure === 'unknown');
    expect(lost.length).toBeGreaterThan(0);
    expect(lost[0]?.error).toContain('may have been charged');
    expect(server.requests).toHaveLength(9);
    await runs([...argv, '--unknown', 'resend']);
    expect(read(await place.read('o.jsonl')).every(({ error }) => error === null)).toBe(true);
    expect(server.requests).toHaveLength(9 + lost.length);
  });

  it('an input that is no row has its line, and its place', async () => {
    await serve();
    await place.write('in.jsonl', '{"prompt":"a"}\nnonsense\n{"prompt":"b"}\n');
    const { err } = await runs(['text', '--input', 'in.jsonl', '--output', 'o.jsonl'], 1);
    expect(err).toContain('1 input could not be read: the output says why.');
    expect(read(await place.read('o.jsonl')).map(({ index, failure }) => [index, failure])).toEqual([
      [0, null],
      [1, 'bad_input'],
      [2, null],
    ]);
  });
});

describe('structured and story', () => {
  const SCHEMA = { type: 'object', properties: { score: { type: 'integer' } }, required: ['score'] };

  it('answers are JSON that fits; one that does not is asked for once more, then told', async () => {
    await serve();
    await place.write('s.json', JSON.stringify(SCHEMA));
    await place.write('in.txt', 'Rate this\nRate the wrong shape\n');
    const argv = ['structured', '--input', 'in.txt', '--schema', 's.json', '--output', 'o.jsonl'];
    await runs(argv, 1);
    const [good, bad] = read(await place.read('o.jsonl'));
    expect(good?.response).toEqual({ score: expect.any(Number) });
    expect(bad).toMatchObject({ response: null, failure: 'schema_mismatch' });
    expect(server.requests).toHaveLength(3);
    expect((await place.table('o.jsonl.run/results.csv'))[0]).toHaveProperty(['response.score']);
    // Another schema is another recipe.
    await place.write('s.json', JSON.stringify({ ...SCHEMA, required: [] }));
    const { err } = await runs(argv, 2);
    expect(err).toMatch(
      /holds a run with another recipe: schema\. Choose another --output, or send everything again with --no_resume\./,
    );
  });

  it('a story is a whole one, told by one of the voices', async () => {
    await serve();
    await runs(['story', '--prompt', 'A fox paints', '--voice_id_list', 'nova,onyx', '--output', 's.jsonl']);
    const [line] = read(await place.read('s.jsonl'));
    expect(line?.response).toMatchObject({ narrator_voice_id: 'nova', scene_list: expect.any(Array) });
  });
});

describe('what cannot be carried out is one sentence, and nothing is sent', () => {
  it.each<[readonly string[], RegExp]>([
    [['text', '--input', 'gone.csv', '--output', 'o'], /There is no file or folder "gone\.csv"/],
    [
      ['text', '--input', 'in.csv', '--output', 'o'],
      /"in\.csv" has no column "prompt"; it has city\. Name the column of prompts with --prompt_column\./,
    ],
    [
      ['text', '--input', 'in.csv', '--output', 'o', '--prompt_column', 'city', '--system', '{{tone}}'],
      /no column "tone"/,
    ],
    [
      ['structured', '--prompt', 'x', '--schema', 'bad.json'],
      /"bad\.json": The schema is not valid JSON: line 2, column 11: a value is missing\./,
    ],
    [
      ['structured', '--prompt', 'x', '--schema', 'odd.json'],
      /"odd\.json": The schema at \/properties\/a\/type is not valid/,
    ],
    [
      ['structured', '--prompt', 'x', '--schema', 'none.json'],
      /"none\.json" cannot be read: there is no such file/,
    ],
    [['text', '--prompt', 'x', '--system_file', 'none.txt'], /"none\.txt" cannot be read/],
    [
      ['text', '--prompt', 'x', '--model', 'gpt-image-2', '--provider', 'openai'],
      /gpt-image-2 makes pictures/,
    ],
    [
      ['text', '--prompt', 'x', '--output', 'mine.jsonl'],
      /mine\.jsonl exists, and no run of this library wrote it/,
    ],
  ])('%j', async (argv, sentence) => {
    await serve();
    await place.write('in.csv', 'city\nParis\n');
    await place.write('bad.json', '{\n  "type": ,\n}');
    await place.write('odd.json', '{"properties": {"a": {"type": "nothing"}}}');
    await place.write('mine.jsonl', 'not yours\n');
    const { out, err } = await runs(argv, 2);
    expect(out).toBe('');
    expect(err.trim().split('\n').at(-1)).toMatch(sentence);
    expect(server.requests).toHaveLength(0);
    expect(await place.read('mine.jsonl')).toBe('not yours\n');
    expect(existsSync(place.path('o'))).toBe(false);
  });

  it('--check reads every row', async () => {
    await serve();
    await place.write('in.csv', 'prompt,audio_path\nHear,gone.mp3\nSee <image>,\nFine,\n');
    const { out } = await runs(['text', '--input', 'in.csv', '--output', 'o.jsonl', '--check'], 2);
    expect(out).toContain('3 of 3 rows checked, 0 B of input media, 3 answers to get');
    expect(out).toMatch(/The audio file "gone\.mp3" does not exist/);
    expect(out).toMatch(/<image>/);
    expect(server.requests).toHaveLength(0);
  });
});
