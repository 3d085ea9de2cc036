/** `brushfleet runs` while another process has the library open: it is looked at, changed and paused through that one. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDemoServer, type DemoServer } from '../../demo/demo-server';
import { type Ended, type RunningCli, until, type Workplace, workplace } from './built-cli';

/** More than can be sent while these tests last, however slow the machine. */
const ROWS = 5000;
const EDIT = ['edit', '--backend', 'gemini', '--input', 'data.csv', '--max_global_workers', '2'];

// Several processes one after the other, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

let place: Workplace;
let server: DemoServer;
let env: Readonly<Record<string, string>>;
let owner: RunningCli;

beforeEach(async () => {
  place = await workplace();
  await place.picture('a.png', 'red');
  const rows = Array.from({ length: ROWS }, (_, row) => `a.png,"Make it grey, row ${row}"`);
  await place.write('data.csv', `image_url,instruction\n${rows.join('\n')}\n`);
  server = createDemoServer({ latencyMs: 200 });
  env = { DG_GEMINI_BASE_URL: (await server.start()).url, DG_GEMINI_API_KEYS: 'key1' };
  owner = place.start(EDIT, env);
  await until(() => server.requests.length > 2);
});
afterEach(async () => {
  owner.child.kill('SIGKILL');
  await owner.ended;
  await server.close();
  await place.remove();
});

const run = (line: string): Promise<Ended> => place.run(line.split(' '), {});

describe('beside another command line', () => {
  it('lists, changes, exports and pauses its run; nothing is sent twice', async () => {
    const [listed] = JSON.parse((await run('runs list --json')).out);
    expect(listed).toMatchObject({ id: 1, state: 'running', total: ROWS, unknown: 0 });

    expect(await run('runs set 1 --priority low --max_cost 9')).toMatchObject({ code: 0 });
    expect(JSON.parse((await run('runs show 1 --json')).out)).toMatchObject({ priority: 'low', max_cost: 9 });

    const exported = await run('runs export 1 --format csv --output copy.csv');
    expect([exported.code, exported.out]).toEqual([0, `${place.path('copy.csv')}\n`]);
    expect((await readFile(place.path('copy.csv'), 'utf8')).trimEnd().split('\n')).toHaveLength(ROWS + 1);

    const paused = await run('runs pause 1');
    expect([paused.code, paused.out], paused.err).toEqual([
      0,
      'Paused run 1: brushfleet runs resume 1 resumes it.\n',
    ]);
    const { code, err, out } = await owner.ended;
    expect(code, err).toBe(1);
    expect(out).toMatch(/^\d+ done, 0 failed, \d+ still pending of 5000 /);
    expect(server.inFlight).toBe(0);
    expect(new Set(server.requests.map(({ prompt }) => prompt)).size).toBe(server.requests.length);
  });

  it('cancels what is in flight, too: it may be charged, and is not called done', async () => {
    const cancelled = await run('runs cancel 1 --in_flight');
    expect(cancelled.code, cancelled.err).toBe(0);
    expect(cancelled.out).toMatch(
      /^\d+ jobs of run 1 cancelled(, \d cut off with an unknown outcome, .*)?\.\n$/,
    );
    expect((await owner.ended).code).toBe(1);
    const { done, cancelled: gone, unknown, pending } = JSON.parse((await run('runs show 1 --json')).out);
    expect([done + gone + unknown, pending]).toEqual([ROWS, 0]);
  });

  it('does not go on with a run that was sent with keys the owner does not have', async () => {
    await run('runs pause 1');
    await owner.ended;
    owner = place.start(
      [
        't2i',
        '--backend',
        'gemini',
        '--prompt',
        'A slow cat',
        '--output_dir',
        'other',
        '--num_images_per_prompt',
        '100',
        '--max_global_workers',
        '1',
      ],
      env,
    );
    await until(() => server.requests.some(({ prompt }) => prompt === 'A slow cat') || server.inFlight > 0);
    const { code, err } = await run('runs resume 1');
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^brushfleet: Run 1 cannot go on: it was sent with keys of the environment/),
    ]);
  });
});

describe('a resume through another process', () => {
  it('goes on by itself when that one is killed; what was done stays done', async () => {
    owner.child.kill('SIGINT');
    await owner.ended;
    const demo = (name: string): RunningCli => place.start(['demo', '--output_dir', name]);
    const made = async (name: string): Promise<readonly string[]> =>
      (await place.pictures(name).catch(() => [])).filter((file) => !file.endsWith('.part'));
    const first = demo('one');
    await until(async () => (await made('one')).length > 1);
    first.child.kill('SIGINT');
    await first.ended;
    const before = await Promise.all((await made('one')).map((name) => readFile(place.path('one', name))));

    owner = demo('two');
    await until(async () => (await made('two')).length > 0);
    const resumed = place.start(['runs', 'resume', '2']);
    await until(async () => (await made('one')).length > before.length);
    owner.child.kill('SIGKILL');
    const { code, err } = await resumed.ended;
    // Some of its rows fail on purpose.
    expect(code, err).toBe(1);
    const counts = JSON.parse((await run('runs show 2 --json')).out);
    expect([counts.pending, counts.state]).toEqual([0, 'finished']);
    expect(counts.done).toBe((await made('one')).length);
    const names = (await made('one')).slice(0, before.length);
    expect(names).toHaveLength(before.length);
    // Nobody wrote them a second time.
    expect(await Promise.all(names.map((name) => readFile(place.path('one', name))))).toEqual(before);
  });
});
