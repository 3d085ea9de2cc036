/** What a run leaves in its folder: pictures under their names, tables with every input column, and what a second run makes of it. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/demo-server';
import { refusal } from '../../demo/refusals';
import { until, type Workplace, workplace } from './built-cli';

const OURS =
  'output_image,status,failure,error,model,endpoint,attempts,seconds,width,height,cost_usd,own_instruction';
const EDIT = ['edit', '--backend', 'gemini', '--input', 'data.csv'];

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
  await place.picture('a.png', 'red');
  await place.picture('b.jpg', 'blue');
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

async function runs(argv: readonly string[], code = 0): Promise<string> {
  const ended = await place.run(argv, env);
  expect(ended.code, ended.err).toBe(code);
  return ended.out;
}

describe('the tables', () => {
  it('hold all input columns unchanged and in their order, then ours; a name that is taken gets a prefix', async () => {
    await serve();
    const cells = 'a.png,"Make it grey, please"," padded ",007,"two\nlines",mine';
    await place.write(
      'data.csv',
      `image_url,instruction,note,code,text,status\n${cells}\nb.jpg,forbidden,,1,"say ""hi""",yours\n`,
    );
    await runs(EDIT, 1);
    const text = await place.read('output/results.csv');
    const ours = OURS.replace('status', 'brushfleet_status');
    expect(text.split(/\r?\n/)[0]).toBe(`image_url,instruction,note,code,text,status,${ours}`);
    expect(text).toContain(`${cells},000000.png,done,,,`);
    const [first, second] = await place.table();
    expect(first).toMatchObject({
      note: ' padded ',
      code: '007',
      text: 'two\nlines',
      status: 'mine',
      brushfleet_status: 'done',
    });
    expect(first).toMatchObject({
      output_image: '000000.png',
      failure: '',
      attempts: '1',
      width: '48',
      height: '32',
    });
    expect(second).toMatchObject({
      status: 'yours',
      brushfleet_status: 'failed',
      failure: 'blocked',
      output_image: '',
    });
    expect(second?.['error']).not.toBe('');
    const lines = (await place.read('output/results.jsonl'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toHaveLength(2);
    expect(Object.keys(lines[0] ?? {}).slice(0, 6)).toEqual([
      'image_url',
      'instruction',
      'note',
      'code',
      'text',
      'status',
    ]);
  });

  it('results.jsonl grows while the run goes on', async () => {
    await serve({ script: ({ prompt }) => (prompt === 'last' ? { hang: true } : null) });
    await place.write('data.csv', 'image_url,instruction\na.png,one\na.png,two\na.png,last\n');
    const { child, ended } = place.start([...EDIT, '--timeout', '60'], env);
    await until(
      async () => (await place.read('output/results.jsonl').catch(() => '')).split('\n').length === 3,
    );
    expect(existsSync(place.path('output/results.csv'))).toBe(false);
    child.kill('SIGKILL');
    await ended;
  });

  it('--json prints a line for each job and a summary, and nothing else, on stdout', async () => {
    await serve();
    await place.write('data.csv', 'image_url,instruction\na.png,grey\na.png,forbidden\n');
    const lines = (await runs([...EDIT, '--json'], 1))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type)).toEqual(['job', 'job', 'summary']);
    expect(
      lines
        .slice(0, 2)
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['done', 'failed']);
    expect(lines[2]).toMatchObject({
      total: 2,
      done: 1,
      failed: 1,
      failures: { blocked: 1 },
      exit_code: 1,
      output_dir: place.path('output'),
    });
  });
});

describe('the same command again', () => {
  beforeEach(async () => {
    await serve();
    await place.write('data.csv', 'image_url,instruction\na.png,one\na.png,two\na.png,three\n');
    await runs(EDIT);
    server.clear();
  });

  it('sends nothing when all is done', async () => {
    await runs(EDIT);
    expect(server.requests).toEqual([]);
    expect((await place.table()).map(({ status }) => status)).toEqual(['done', 'done', 'done']);
  });

  it('sends what is gone or damaged on disk again', async () => {
    await rm(place.path('output', '000000.png'));
    const bytes = await readFile(place.path('output', '000002.png'));
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    await writeFile(place.path('output', '000002.png'), bytes);
    await runs(EDIT);
    expect(server.requests.map(({ prompt }) => prompt).sort()).toEqual(['one', 'three']);
    // Whether a fault of the disk or somebody changed it, nobody knows: it is kept.
    expect(await place.pictures()).toEqual(['000000.png', '000001.png', '000002.changed.png', '000002.png']);
    expect(await readFile(place.path('output', '000002.changed.png'))).toEqual(bytes);
  });

  it('sends only the rows of this session’s filter, also when the run was planned for more', async () => {
    await server.close();
    await serve({
      script: ({ prompt, protocol }) => (prompt === 'blocked' ? refusal('blocked', protocol) : null),
    });
    const rows = ['one', 'blocked', 'three', 'blocked'].map((prompt) => `a.png,${prompt}`).join('\n');
    await place.write('data.csv', `image_url,instruction\n${rows}\n`);
    const filtered = [...EDIT, '--output_dir', 'filtered'];
    await runs([...filtered, '--filter_rows', '0:2'], 1);
    await runs([...filtered, '--filter_rows', '2:3'], 1);
    expect(server.requests.map(({ prompt }) => prompt).toSorted()).toEqual(['blocked', 'one', 'three']);
    // Planned whole, then narrowed: what is left out stays pending and is no failure.
    await runs(filtered, 1);
    server.clear();
    await runs([...filtered, '--filter_rows', '0:1'], 1);
    expect(server.requests).toEqual([]);
  });

  it('--no_resume keeps an old picture until its successor is whole', async () => {
    const before = await readFile(place.path('output', '000001.png'));
    await server.close();
    await serve({
      script: ({ prompt, protocol }) => (prompt === 'two' ? refusal('blocked', protocol) : null),
    });
    await runs([...EDIT, '--no_resume'], 1);
    expect(server.requests).toHaveLength(3);
    expect(await readFile(place.path('output', '000001.png'))).toEqual(before);
    expect((await place.table()).map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
  });
});

describe('names', () => {
  it('come from the index; a second row with one gets a name of its own', async () => {
    await serve();
    await place.write('data.csv', 'index,image_url,instruction\n7,a.png,one\n7,a.png,two\n12,b.jpg,three\n');
    await runs(EDIT);
    expect((await place.table()).map((line) => line['output_image'])).toEqual([
      '000007.png',
      '000007_r000001.png',
      '000012.jpg',
    ]);
  });

  it('several images of one prompt, and a column of names', async () => {
    await serve();
    await place.write('p.csv', 'prompt,name\nA cat,cat\nA dog,dog\n');
    await runs(['t2i', '--backend', 'gemini', '--prompts_file', 'p.csv', '--num_images_per_prompt', '2']);
    expect(await place.pictures()).toEqual([
      '000000_00.png',
      '000000_01.png',
      '000001_00.png',
      '000001_01.png',
    ]);
    await runs([
      't2i',
      '--backend',
      'gemini',
      '--prompts_file',
      'p.csv',
      '--output_name_column',
      'name',
      '--output_dir',
      'named',
    ]);
    expect(await place.pictures('named')).toEqual(['cat.png', 'dog.png']);
  });
});

describe('relays and slow endpoints', () => {
  it.each(['textDataUrl', 'textUrl'] as const)('a picture that comes as %s is saved', async (shape) => {
    await serve({ script: () => ({ shape }) });
    await place.write('data.csv', 'image_url,instruction\na.png,grey\n');
    await runs(EDIT);
    expect(await place.table()).toMatchObject([{ status: 'done', output_image: '000000.png', width: '48' }]);
    await runs(['edit', '--backend', 'openai', '--input', 'data.csv', '--output_dir', 'other']);
    expect(await place.table('other/results.csv')).toMatchObject([{ status: 'done', width: '48' }]);
  });

  it('--timeout ends a request that is never answered, and it is not sent again unasked', async () => {
    await serve({ script: () => ({ hang: true }) });
    await place.write('data.csv', 'image_url,instruction\na.png,grey\n');
    await runs([...EDIT, '--timeout', '0.3'], 1);
    expect(await place.table()).toMatchObject([{ status: 'failed', failure: 'timeout', attempts: '1' }]);
    expect(server.requests).toHaveLength(1);
  });
});

const OLDER_NODE = '/usr/bin/node';
const older = existsSync(OLDER_NODE)
  ? spawnSync(OLDER_NODE, ['--version'], { encoding: 'utf8' }).stdout.trim()
  : '';

it.skipIf(!/^v2[0-3]\./.test(older))(`runs with the system’s Node ${older}`, async () => {
  await serve();
  await place.write('data.csv', 'image_url,instruction\na.png,grey\n');
  const ended = await place.start(EDIT, env, [OLDER_NODE]).ended;
  expect(ended.code, ended.err).toBe(0);
  expect(await place.pictures()).toEqual(['000000.png']);
});
