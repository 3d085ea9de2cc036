/**
 * Every command block of the earlier tool's documents, as it stands there but for the program's name, run by the built
 * command line. Hosts lead to loopback servers: the official ones through the SDKs' own variables, a proxy by its URL.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/demo-server';
import { refusal } from '../../demo/refusals';
import { commandsOf, type ShellCommand } from '../testing/shell-block';
import { type Ended, type Workplace, workplace } from './built-cli';

const BLOCKS = readFileSync(resolve('src-main/cli/testing/documented-commands.txt'), 'utf8')
  .split('\n----\n')
  .map((block) => block.trim());
const DOCUMENTS = resolve('../shared/reference');
/** Rows of each input file; small, so that no rate limit of the documents is reached. */
const ROWS = 6;

interface Trial {
  /** Where the block's first command ran. */
  readonly place: Workplace;
  /** `official`, and a server for each host named. */
  readonly servers: Readonly<Record<string, DemoServer>>;
  readonly ends: readonly Ended[];
}

const open: (() => Promise<void>)[] = [];
const used = new Set<string>();
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** The one block that has all of `words` and none of `without`. */
function block(words: readonly string[], without: readonly string[] = []): string {
  const found = BLOCKS.filter(
    (text) => words.every((word) => text.includes(word)) && !without.some((word) => text.includes(word)),
  );
  expect(found, words.join(' ')).toHaveLength(1);
  used.add(found[0] ?? '');
  return found[0] ?? '';
}

async function server(options: DemoServerOptions): Promise<{ demo: DemoServer; url: string }> {
  const demo = createDemoServer({ latencyMs: 15, ...options });
  const { url } = await demo.start();
  open.push(() => demo.close());
  return { demo, url };
}

async function inputs(place: Workplace): Promise<void> {
  const colours = ['red', 'green', 'blue', 'orange', 'purple', 'teal'];
  const rows = await Promise.all(
    colours.map(async (colour, row) => {
      await place.picture(`in-${row}.png`, colour);
      return `in-${row}.png,"Make it grey, row ${row}"`;
    }),
  );
  const csv = ['image_url,instruction', ...rows].join('\n');
  const prompts = colours.map((colour, row) => JSON.stringify({ prompt: `A ${colour} house, row ${row}` }));
  await Promise.all([
    place.write('data.csv', `${csv}\n`),
    place.write('large_dataset.csv', `${csv}\n`),
    place.write('prompts.jsonl', `${prompts.join('\n')}\n`),
    place.write('large_prompts.jsonl', `${prompts.join('\n')}\n`),
    place.write(
      'multi_image_data.csv',
      'image_url,instruction\n"in-2.png,in-0.png,in-1.png","Combine these"\n"in-3.png|in-4.png","Merge these"\n',
    ),
  ]);
}

async function filledPlace(): Promise<Workplace> {
  const place = await workplace();
  open.push(() => place.remove());
  await inputs(place);
  return place;
}

/** Runs the commands of a block one after the other, each in a new folder: they are examples, not one script. */
async function trial(text: string, options: DemoServerOptions = {}): Promise<Trial> {
  const hosts = [...new Set(text.match(/http:\/\/proxy\d?\.com/g) ?? [])];
  const started = await Promise.all(
    ['official', ...hosts].map(async (name) => [name, await server(options)] as const),
  );
  const urls = new Map(started.map(([name, { url }]) => [name, url]));
  const ends: Ended[] = [];
  const places: Workplace[] = [];
  for (const command of commandsOf(text)) {
    const place = await filledPlace();
    places.push(place);
    ends.push(await place.run(command.argv, environment(command, urls)));
  }
  return {
    place: places[0] as Workplace,
    ends,
    servers: Object.fromEntries(started.map(([name, { demo }]) => [name, demo])),
  };
}

/** What the documents set beforehand: the export of one key, unless the command brings keys of its own. */
function environment({ env }: ShellCommand, urls: ReadonlyMap<string, string>): Record<string, string> {
  const named = Object.entries(env).map(([name, value]): [string, string] => [
    name,
    value.replaceAll(/http:\/\/proxy\d?\.com/g, (host) => urls.get(host) ?? host),
  ]);
  const official = urls.get('official') ?? '';
  return {
    GEMINI_API_KEY: 'the-gemini-key',
    OPENAI_API_KEY: 'the-openai-key',
    GOOGLE_GEMINI_BASE_URL: official,
    OPENAI_BASE_URL: `${official}/v1`,
    ...Object.fromEntries(named),
  };
}

function succeeded({ ends }: Trial): void {
  for (const { code, err } of ends) {
    expect(code, err).toBe(0);
  }
}

async function wholeOutput({ place }: Trial, pictures: number, folder = 'output'): Promise<void> {
  const table = await place.table(`${folder}/results.csv`);
  expect(table.map(({ status }) => status)).toEqual(Array.from({ length: pictures }, () => 'done'));
  expect(await place.pictures(folder)).toHaveLength(pictures);
  expect(table.map((line) => line['output_image']).sort()).toEqual(await place.pictures(folder));
}

const officialOf = ({ servers }: Trial): DemoServer => servers['official'] as DemoServer;
/** Of the inputs of these rows. */
async function hashes(place: Workplace, rows: readonly number[]): Promise<readonly string[]> {
  const files = await Promise.all(rows.map((row) => readFile(place.path(`in-${row}.png`))));
  return files.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
}

const tails = (demos: readonly DemoServer[]): readonly (string | null)[] =>
  [...new Set(demos.flatMap((demo) => demo.requests.map(({ keyTail }) => keyTail)))].sort();

describe('the list of documented commands', () => {
  it.skipIf(!existsSync(DOCUMENTS))('is the documents’ own', () => {
    const files = readdirSync(DOCUMENTS)
      .filter((name) => /^00[013]_.*\.txt$/.test(name))
      .sort();
    const blocks = files.flatMap((name) =>
      [...readFileSync(join(DOCUMENTS, name), 'utf8').matchAll(/```bash\n([\s\S]*?)```/g)]
        .map(([, text = '']) => text.trim())
        .filter((text) => /\b(edit|t2i) --backend/.test(text)),
    );
    const program = /^(?:.*\s)?(\S+) edit --backend/m.exec(blocks[0] ?? '')?.[1] ?? '';
    expect(files).toHaveLength(3);
    expect(blocks.map((text) => text.replaceAll(`${program} `, 'brushfleet '))).toEqual(BLOCKS);
  });
});

describe.each([
  { task: 'edit', backend: 'google_genai', path: /:generateContent$/, prefix: 'GEMINI', key: '-key' },
  { task: 't2i', backend: 'google_genai', path: /:generateContent$/, prefix: 'GEMINI', key: '-key' },
  { task: 'edit', backend: 'openai', path: /\/images\/edits$/, prefix: 'OPENAI', key: '-key' },
])('$task with $backend', ({ task, backend, path, prefix, key }) => {
  const command = `brushfleet ${task} --backend ${backend}`;

  it('--timeout, retries, workers and processes as flags', async () => {
    const tried = await trial(block([command, '--num_processes 8']));
    succeeded(tried);
    await wholeOutput(tried, ROWS);
    const { requests } = officialOf(tried);
    expect(requests).toHaveLength(ROWS);
    expect(requests.every((request) => path.test(request.path) && request.keyTail === key)).toBe(true);
    expect(requests.map(({ prompt }) => prompt).join()).toContain('row 5');
  });

  it('several keys at one endpoint: each is used, its limit is not reached', async () => {
    const tried = await trial(block([command, 'key1,key2,key3', `${prefix}_RATE_LIMIT=60`]));
    succeeded(tried);
    await wholeOutput(tried, ROWS);
    expect(tails([officialOf(tried)])).toEqual(['key1', 'key2', 'key3']);
  });

  it('several endpoints with weights and limits: traffic 1 : 2, each key at each', async () => {
    const tried = await trial(block([command, 'proxy1.com', 'RATE_LIMITS=30,60']));
    succeeded(tried);
    await wholeOutput(tried, ROWS);
    const [first, second] = [
      tried.servers['http://proxy1.com'],
      tried.servers['http://proxy2.com'],
    ] as DemoServer[];
    expect([first?.requests.length, second?.requests.length]).toEqual([2, 4]);
    expect(officialOf(tried).requests).toEqual([]);
    expect(tails([first, second] as DemoServer[])).toEqual(['key1', 'key2']);
  });

  it('weights alone: traffic 1 : 2 with the one key there is', async () => {
    const tried = await trial(block([command, 'Endpoint 2 gets 2x traffic']));
    succeeded(tried);
    await wholeOutput(tried, ROWS);
    const counts = ['http://proxy1.com', 'http://proxy2.com'].map(
      (host) => tried.servers[host]?.requests.length,
    );
    expect(counts).toEqual([2, 4]);
  });

  it('MAX_RETRIES: a request that fails twice succeeds at its third attempt', async () => {
    // Their delay of 2 s is shortened: what is shown is the count, not the wait.
    const text = block([command, 'MAX_RETRIES=3']).replace('RETRY_DELAY=2.0', 'RETRY_DELAY=0.01');
    const tried = await trial(text, {
      script: ({ attempt, protocol }) => (attempt <= 2 ? refusal('overloaded', protocol) : null),
    });
    succeeded(tried);
    const rows = text.includes('--prompt ') ? 1 : ROWS;
    await wholeOutput(tried, rows);
    expect(officialOf(tried).requests).toHaveLength(rows * 3);
    const told = (await tried.place.table()).map(({ attempts }) => attempts);
    expect(told).toEqual(told.map(() => '3'));
    // So many failures in a row let the endpoint rest for some seconds, more than once.
  });

  it('MAX_WORKERS=8 with four keys: never more than eight in flight', async () => {
    const tried = await trial(block([command, 'key1,key2,key3,key4']), { latencyMs: 60 });
    succeeded(tried);
    const pictures = task === 't2i' ? ROWS * 4 : ROWS;
    await wholeOutput(tried, pictures);
    const demo = officialOf(tried);
    expect(demo.requests).toHaveLength(pictures);
    expect(demo.peakInFlight).toBeLessThanOrEqual(8);
    expect(tails([demo])).toEqual(['key1', 'key2', 'key3', 'key4']);
    if (task === 't2i') {
      expect((await tried.place.pictures()).slice(0, 5)).toEqual([
        '000000_00.png',
        '000000_01.png',
        '000000_02.png',
        '000000_03.png',
        '000001_00.png',
      ]);
    }
  });

  it('one limit of its own', async () => {
    const tried = await trial(block([command, 'requests per minute', `DG_${prefix}_RATE_LIMIT=`]));
    succeeded(tried);
    await wholeOutput(tried, ROWS);
    expect(officialOf(tried).requests).toHaveLength(ROWS);
  });
});

describe('edit', () => {
  it.each([
    { backend: 'google_genai', model: 'gemini-2.5-flash-image', dir: './edited' },
    { backend: 'openai', model: 'gpt-image-1', dir: './output' },
  ])('the basic command of $backend', async ({ backend, model, dir }) => {
    const tried = await trial(
      block([`edit --backend ${backend} \\\n    --model_name ${model}`, `--output_dir ${dir}`]),
    );
    succeeded(tried);
    await wholeOutput(tried, ROWS, dir);
    const { requests } = officialOf(tried);
    expect(new Set(requests.map((request) => request.model))).toEqual(new Set([model]));
    expect(requests.every(({ images }) => images.length === 1 && images[0]?.mimeType === 'image/png')).toBe(
      true,
    );
    expect((await tried.place.table(`${dir}/results.csv`)).map((line) => line['image_url'])).toEqual(
      Array.from({ length: ROWS }, (_, row) => `in-${row}.png`),
    );
  });

  it('GEMINI_API_KEY before the command', async () => {
    const tried = await trial(block(['GEMINI_API_KEY=your_key brushfleet edit']));
    succeeded(tried);
    await wholeOutput(tried, ROWS, './edited');
    expect(tails([officialOf(tried)])).toEqual(['_key']);
    expect(officialOf(tried).requests[0]?.keyFrom).toBe('x-goog-api-key');
  });

  it('openai with a model and no output folder', async () => {
    const tried = await trial(
      block(
        ['edit --backend openai \\\n    --model_name gpt-image-1 \\'],
        ['--output_dir', '--filter_rows', 'DG_'],
      ),
    );
    succeeded(tried);
    await wholeOutput(tried, ROWS);
    expect(tried.ends[0]?.out).toContain(tried.place.path('output'));
  });

  it('DG_GEMINI_ASPECT_RATIO goes out with every request', async () => {
    const tried = await trial(block(['DG_GEMINI_ASPECT_RATIO=16:9 brushfleet edit']));
    succeeded(tried);
    for (const { params } of officialOf(tried).requests) {
      expect(JSON.stringify(params)).toContain('"aspectRatio":"16:9"');
    }
    expect(officialOf(tried).requests).toHaveLength(ROWS);
  });

  it.each(['0:100', '0:50'])(
    '--filter_rows %s ends where the file ends, and sends only its rows',
    async (rows) => {
      const text = block([`--filter_rows ${rows}`]);
      const tried = await trial(text);
      succeeded(tried);
      await wholeOutput(tried, ROWS);
      const narrow = await trial(text.replace(rows, '2:4'));
      succeeded(narrow);
      expect(
        officialOf(narrow)
          .requests.map(({ prompt }) => prompt)
          .sort(),
      ).toEqual(['Make it grey, row 2', 'Make it grey, row 3']);
      expect(await narrow.place.pictures()).toEqual(['000002.png', '000003.png']);
    },
  );

  it('several images of one row go out in their order', async () => {
    const tried = await trial(block(['multi_image_data.csv']));
    succeeded(tried);
    await wholeOutput(tried, 2);
    const { requests } = officialOf(tried);
    const sent = (prompt: string) => requests.find((request) => request.prompt === prompt)?.images;
    expect(sent('Combine these')?.map(({ field, fileName }) => [field, fileName])).toEqual([
      ['image[]', expect.stringMatching(/\.png$/)],
      ['image[]', expect.stringMatching(/\.png$/)],
      ['image[]', expect.stringMatching(/\.png$/)],
    ]);
    expect(sent('Combine these')?.map(({ sha256 }) => sha256)).toEqual(await hashes(tried.place, [2, 0, 1]));
    expect(sent('Merge these')?.map(({ sha256 }) => sha256)).toEqual(await hashes(tried.place, [3, 4]));
  });

  it('Gemini’s numbered columns go out in their order, after the instruction', async () => {
    const place = await filledPlace();
    const { demo, url } = await server({});
    await place.write(
      'data.csv',
      'image_url,image_url_2,instruction\nin-3.png,in-1.png,"Combine these two images"\n',
    );
    const ended = await place.run(['edit', '--backend', 'google_genai', '--input', 'data.csv'], {
      GEMINI_API_KEY: 'k',
      GOOGLE_GEMINI_BASE_URL: url,
    });
    expect(ended.code, ended.err).toBe(0);
    expect(demo.requests[0]?.images.map(({ sha256 }) => sha256)).toEqual(await hashes(place, [3, 1]));
  });
});

describe('t2i', () => {
  it('the basic commands', async () => {
    const text = block(['A futuristic city at sunset']);
    const tried = await trial(text);
    succeeded(tried);
    const { requests } = officialOf(tried);
    expect(requests.map(({ prompt }) => prompt)).toEqual([
      'A futuristic city at sunset',
      'A serene mountain landscape',
      'A panoramic ocean view',
    ]);
    expect(requests[1]?.model).toBe('gemini-3-pro-image-preview');
    expect(requests.map(({ params }) => JSON.stringify(params).includes('"aspectRatio":"16:9"'))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('three ratios', async () => {
    const tried = await trial(block(['A cinematic landscape']));
    succeeded(tried);
    const ratios = officialOf(tried).requests.map(
      ({ params }) => /"aspectRatio":"([^"]+)"/.exec(JSON.stringify(params))?.[1],
    );
    expect(ratios).toEqual(['16:9', '9:16', '1:1']);
  });

  it('GEMINI_API_KEY before the command', async () => {
    const tried = await trial(block(['GEMINI_API_KEY=your_key brushfleet t2i']));
    succeeded(tried);
    await wholeOutput(tried, 1);
    expect(await tried.place.pictures()).toEqual(['000000.png']);
  });

  it('a blank endpoint is the official one', async () => {
    const tried = await trial(block(['DG_GEMINI_ENDPOINTS=,http://proxy.com']));
    succeeded(tried);
    await wholeOutput(tried, ROWS);
    const counts = ['official', 'http://proxy.com'].map((name) => tried.servers[name]?.requests.length);
    expect(counts).toEqual([3, 3]);
  });
});

it('every block was run by one of the tests above', () => {
  expect(BLOCKS).toHaveLength(used.size);
});
