/** What was cut off, capped, tried first or made elsewhere: nothing is sent twice unasked, and the way on is always said. */
import { existsSync } from 'node:fs';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/demo-server';
import { type Ended, until, type Workplace, workplace } from './built-cli';

const ROWS = 12;
const ARGV = [
  'edit',
  '--backend',
  'gemini',
  '--input',
  'data.csv',
  '--max_global_workers',
  '2',
  '--num_processes',
  '1',
];

// Several processes one after the other, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

let place: Workplace;
let server: DemoServer;
let env: Readonly<Record<string, string>>;

async function serve(options: DemoServerOptions = {}): Promise<void> {
  server = createDemoServer({ latencyMs: 10, ...options });
  env = { DG_GEMINI_BASE_URL: (await server.start()).url, DG_GEMINI_API_KEYS: 'key1' };
}

beforeEach(async () => {
  place = await workplace();
  await place.picture('a.png', 'red');
  const rows = Array.from({ length: ROWS }, (_, row) => `a.png,"Make it grey, row ${row}"`);
  await place.write('data.csv', `image_url,instruction\n${rows.join('\n')}\n`);
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

const run = (...flags: readonly string[]): Promise<Ended> => place.run([...ARGV, ...flags], env);
const sent = (): number => server.requests.length;
const rows = (): readonly number[] =>
  server.requests
    .map(({ prompt }) => Number(/row (\d+)/.exec(prompt ?? '')?.[1] ?? -1))
    .sort((a, b) => a - b);
const statuses = async (): Promise<readonly (string | undefined)[]> =>
  (await place.table()).map(({ status }) => status);
/** What is said to a person at the end. */
const said = ({ err }: Ended): string => /^brushfleet: (.*)$/m.exec(err)?.[1] ?? '';

describe('a kill', () => {
  it('leaves unknown outcomes: kept with a sentence and exit 1, sent again with --unknown resend', async () => {
    let hangs = true;
    await serve({
      script: ({ prompt }) => (hangs && /row [45]"?$/.test(prompt) ? { hang: true } : null),
    });
    const { child, ended } = place.start(ARGV, env);
    await until(() => server.inFlight === 2 && rows().includes(5));
    await until(async () => (await place.pictures()).filter((file) => file.endsWith('.png')).length === 4);
    child.kill('SIGKILL');
    await ended;
    hangs = false;
    server.clear();

    const kept = await run();
    expect(kept.code, kept.err).toBe(1);
    expect(said(kept)).toBe(
      '2 requests have an unknown outcome and may have been charged: send them again with --unknown resend, ' +
        'or leave them so (--unknown keep, the default).',
    );
    expect(rows()).toEqual([6, 7, 8, 9, 10, 11]);

    server.clear();
    const resent = await run('--unknown', 'resend');
    expect(resent.code, resent.err).toBe(0);
    expect(rows()).toEqual([4, 5]);
    expect(new Set(await statuses())).toEqual(new Set(['done']));
  });
});

describe('caps', () => {
  it('--max_requests: drains, exit 1, and goes on with a higher one', async () => {
    await serve();
    const capped = await run('--max_requests', '5');
    expect(capped.code, capped.err).toBe(1);
    expect(said(capped)).toMatch(/cap of 5 requests\..*--max_requests/);
    expect(sent()).toBe(5);
    expect((await statuses()).filter((status) => status === 'done')).toHaveLength(5);

    const again = await run('--max_requests', '5');
    expect([again.code, sent()]).toEqual([1, 5]);
    const whole = await run('--max_requests', '40');
    expect(whole.code, whole.err).toBe(0);
    expect(sent()).toBe(ROWS);
    expect(new Set(rows()).size).toBe(ROWS);
  });

  it('--max_cost: what was charged stays within the cap', async () => {
    await serve();
    const capped = await run('--max_cost', '0.2', '--json');
    expect(capped.code, capped.err).toBe(1);
    expect(said(capped)).toMatch(/cap of \$0\.20?:.*--max_cost/);
    const summary = JSON.parse(capped.out.trimEnd().split('\n').at(-1) ?? '');
    expect(summary.done).toBeGreaterThan(0);
    expect(summary.pending).toBeGreaterThan(0);
    expect(summary.cost_usd).toBeLessThanOrEqual(0.2);
    expect((await run()).code).toBe(0);
    expect(sent()).toBe(ROWS);
  });
});

describe('--canary', () => {
  it('sends the first rows alone; the same command without it goes on', async () => {
    await serve();
    const first = await run('--canary', '3');
    expect(first.code, first.err).toBe(0);
    expect(said(first)).toMatch(/first 3 rows/);
    expect(rows()).toEqual([0, 1, 2]);

    const rest = await run();
    expect(rest.code, rest.err).toBe(0);
    expect(rows()).toEqual(Array.from({ length: ROWS }, (_, row) => row));
  });
});

describe('--check', () => {
  it('reads every row and sends nothing', async () => {
    await serve();
    await place.write('torn.png', (await readFile(place.path('a.png'))).subarray(0, 4));
    await place.write(
      'data.csv',
      'image_url,instruction\na.png,grey\ngone.png,grey\ntorn.png,grey\ngone.png,grey\na.png,\n',
    );
    const { code, out, err } = await run('--check');
    expect(code, err).toBe(2);
    expect(sent()).toBe(0);
    expect(out).toMatch(/^5 of 5 rows checked, /);
    expect(out).toMatch(/ {2}2 {2}The image .* does not exist.*\(rows 1, 3\)\n/);
    expect(out).toMatch(/ {2}1 {2}.*torn\.png.*\(row 2\)\n/);
    expect(existsSync(place.path('output'))).toBe(false);

    await place.write('data.csv', 'image_url,instruction\na.png,grey\n');
    const sound = await run('--check');
    expect(sound.code, sound.err).toBe(0);
    expect(sent()).toBe(0);
    expect((await run()).code).toBe(0);
  });
});

describe('the folder of an earlier tool', () => {
  const foreign = ['000000.png', '000003.png', '000007.png'];

  beforeEach(async () => {
    await mkdir(place.path('output'), { recursive: true });
    const whole = await readFile(place.path('a.png'));
    await Promise.all(foreign.map((name) => writeFile(place.path('output', name), whole)));
    // A write that was cut off: it has a final name and half its bytes.
    await writeFile(place.path('output', '000005.png'), whole.subarray(0, whole.length - 20));
  });

  it('is refused until --adopt says that its pictures are done', async () => {
    await serve();
    const refused = await run();
    expect(refused.code, refused.err).toBe(2);
    expect(said(refused)).toMatch(/--adopt.*--no_resume|--no_resume.*--adopt/);
    expect(said(refused)).toMatch(/\b[34] pictures/);
    expect(sent()).toBe(0);
    const checked = await run('--check');
    expect(checked.code, checked.err).toBe(2);
    expect(checked.out).toContain('holds 3 intact pictures without a record, and 1 incomplete one: --adopt');

    const before = await Promise.all(foreign.map((name) => readFile(place.path('output', name))));
    const adopted = await run('--adopt');
    expect(adopted.code, adopted.err).toBe(0);
    expect(rows()).toEqual([1, 2, 4, 5, 6, 8, 9, 10, 11]);
    expect(await Promise.all(foreign.map((name) => readFile(place.path('output', name))))).toEqual(before);
    const table = await place.table();
    expect(table.map(({ status }) => status)).toEqual(Array.from({ length: ROWS }, () => 'done'));
    expect(table[3]).toMatchObject({ output_image: '000003.png', width: '48', height: '32' });

    server.clear();
    expect((await run()).code).toBe(0);
    expect(sent()).toBe(0);
  });

  it('a changed recipe is named, and nothing is sent', async () => {
    await serve();
    expect((await run('--adopt')).code).toBe(0);
    server.clear();
    const changed = await run('--image_size', '2K');
    expect(changed.code, changed.err).toBe(2);
    expect(said(changed)).toMatch(/another recipe: .*2K/);
    expect(sent()).toBe(0);
  });
});
