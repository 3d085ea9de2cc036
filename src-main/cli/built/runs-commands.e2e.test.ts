/** `brushfleet runs` and `brushfleet library` on the library of real runs. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/demo-server';
import { type Ended, until, type Workplace, workplace } from './built-cli';

const ROWS = 8;
const EDIT = ['edit', '--backend', 'gemini', '--input', 'data.csv', '--max_global_workers', '2'];

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

const run = (line: string): Promise<Ended> => place.run(line.split(' '), env);

describe('brushfleet runs', () => {
  it('lists, shows, goes on, exports', async () => {
    await serve();
    expect((await place.run([...EDIT, '--canary', '2'], env)).code).toBe(0);
    const listed = await run('runs list');
    expect(listed.out).toMatch(
      /^ID +DONE +TOTAL[^\n]*\n +1 +2 +8 +0 +0 +6 +\$\S+ +normal +paused +data +\S+output\n$/,
    );
    const shown = JSON.parse((await run('runs show 1 --json')).out);
    expect(shown).toMatchObject({ id: 1, state: 'paused', done: 2, pending: 6, requests: 2, canary: 2 });

    // With the keys it was sent with so far: those of the environment.
    const resumed = await run('runs resume 1');
    expect(resumed.code, resumed.err).toBe(0);
    expect(resumed.err).toMatch(/Sending: key …key1|Sending: key/);
    expect(resumed.out).toMatch(/^8 done, 0 failed of 8 /);
    expect(server.requests).toHaveLength(ROWS);

    const exported = await run('runs export 1 --format jsonl --output copy.jsonl');
    expect([exported.code, exported.out]).toEqual([0, `${place.path('copy.jsonl')}\n`]);
    expect((await readFile(place.path('copy.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(ROWS);
  });

  it('shows a session that is over, which is listed where not all went well, or when it is asked for', async () => {
    await serve();
    const keys = { GEMINI_BASE_URL: String(env['DG_GEMINI_BASE_URL']), GEMINI_API_KEY: 'key1' };
    const streamed = await place.start(['stream'], keys, undefined, '{"prompt": "Hello"}\n').ended;
    expect(streamed.code, streamed.err).toBe(0);
    expect((await run('runs list --json')).out.trim()).toBe('[]');
    expect(JSON.parse((await run('runs list --sessions --json')).out)).toMatchObject([{ id: 1, done: 1 }]);
    const shown = await run('runs show 1 --json');
    expect(shown.code, shown.err).toBe(0);
    expect(JSON.parse(shown.out)).toMatchObject({ id: 1, state: 'finished', done: 1, requests: 1 });
    const blocked = await place.start(['stream'], keys, undefined, '{"prompt": "forbidden"}\n').ended;
    expect(blocked.code, blocked.err).toBe(1);
    expect(JSON.parse((await run('runs list --json')).out)).toMatchObject([{ failed: 1 }]);
    expect((await run('runs show 2')).err).toContain('There is no run 2: the library holds none yet.');
  });

  it('cancels what is pending, and sends it after all when told to', async () => {
    await serve();
    await place.run([...EDIT, '--canary', '2'], env);
    const cancelled = await run('runs cancel 1');
    expect([cancelled.code, cancelled.out]).toEqual([0, '6 jobs of run 1 cancelled.\n']);
    const idle = await run('runs resume 1');
    expect([idle.code, server.requests.length], idle.err).toEqual([1, 2]);
    expect(idle.err).toContain('To send its cancelled jobs again, give --cancelled.');
    const resumed = await run('runs resume 1 --cancelled');
    expect(resumed.code, resumed.err).toBe(0);
    expect(server.requests).toHaveLength(ROWS);
  });

  it('failed rows: exported alone, sent again only when told to', async () => {
    await serve({
      script: ({ attempt, prompt }) => (/row 3"?$/.test(prompt) && attempt === 1 ? { status: 500 } : null),
    });
    expect((await place.run(EDIT, env)).code).toBe(1);
    expect((await run('runs export 1 --format failures --output failed.csv')).code).toBe(0);
    const failed = await place.table('failed.csv');
    expect(failed).toEqual([
      expect.objectContaining({ instruction: 'Make it grey, row 3', failure: 'overloaded' }),
    ]);
    expect((await run('runs show 1')).out).toMatch(/\n +1 +overloaded +3 /);
    const resumed = await run('runs resume 1 --failed');
    expect(resumed.code, resumed.err).toBe(0);
    expect(server.requests).toHaveLength(ROWS + 1);
  });

  it('Ctrl-C of a resume drains and pauses', async () => {
    await serve({ latencyMs: 150 });
    // More than can be sent before the signal arrives, however slow the machine.
    const many = Array.from({ length: 2000 }, (_, row) => `a.png,"Make it grey, row ${row}"`);
    await place.write('data.csv', `image_url,instruction\n${many.join('\n')}\n`);
    await place.run([...EDIT, '--canary', '1'], env);
    const { child, ended } = place.start(['runs', 'resume', '1'], env);
    await until(() => server.requests.filter(({ status }) => status === 200).length >= 3);
    child.kill('SIGINT');
    const { code, err } = await ended;
    expect(code, err).toBe(130);
    expect(err).toContain('Interrupted: run brushfleet runs resume 1 to continue where it stopped.');
    const { done, pending, unknown, state } = JSON.parse((await run('runs show 1 --json')).out);
    expect([done + pending, unknown, state]).toEqual([many.length, 0, 'paused']);
    expect(done).toBe(server.requests.length);
  });

  it('refuses ids that are none in one sentence', async () => {
    await serve();
    const { code, err } = await run('runs pause 5');
    expect([code, err]).toEqual([2, 'brushfleet: There is no run 5: the library holds none yet.\n']);
  });
});

describe('brushfleet library', () => {
  it('checks the database, and takes the backup back without losing the damaged file', async () => {
    await serve();
    expect((await run('library check')).code).toBe(2);
    expect((await run('library restore')).err).toMatch(/^brushfleet: There is no library yet: /);
    expect((await place.run(EDIT, env)).code).toBe(0);
    expect(await run('library check')).toMatchObject({ code: 0, out: 'The database is sound.\n' });

    const database = place.path('library', 'brushfleet.db');
    const damaged = await readFile(database);
    damaged.fill(0xab, 4096, 3 * 4096);
    await writeFile(database, damaged);
    const checked = await run('library check');
    expect(checked.code, checked.err).toBe(1);
    expect(checked.out).toMatch(/brushfleet\.db is damaged .*brushfleet library restore/);
    const listed = await run('runs list');
    expect([listed.code, listed.out]).toEqual([1, '']);
    expect(listed.err).toMatch(
      /^brushfleet: \S+brushfleet\.db is damaged .*brushfleet library restore"\.\n$/,
    );

    const restored = await run('library restore');
    expect(restored.code, restored.err).toBe(0);
    const kept = /kept as (\S+?\.db)/.exec(restored.out)?.[1] ?? '';
    expect(await readFile(kept)).toEqual(damaged);
    expect(JSON.parse((await run('runs list --json')).out)).toEqual([
      expect.objectContaining({ id: 1, done: ROWS }),
    ]);
  });

  it('is refused while another process has the library open', async () => {
    await serve({ script: () => ({ hang: true }) });
    const { child, ended } = place.start(EDIT, env);
    await until(() => server.inFlight > 0);
    for (const line of ['library check', 'library restore']) {
      const { code, err } = await run(line);
      expect([code, err]).toEqual([2, expect.stringMatching(/^brushfleet: The library \S+ is in use by /)]);
    }
    child.kill('SIGKILL');
    await ended;
  });
});
