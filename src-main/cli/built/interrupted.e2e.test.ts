/** Runs that end early, by Ctrl-C, by a kill or for want of a key: nothing done is lost, nothing is done twice. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/demo-server';
import { refusal } from '../../demo/refusals';
import type { FaultScript } from '../../demo/script';
import { moment } from '../../demo/testing/moment';
import { until, type Workplace, workplace } from './built-cli';

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

let place: Workplace;
let server: DemoServer;
let env: Readonly<Record<string, string>>;

async function serve(options: DemoServerOptions, keys = 'key1'): Promise<void> {
  server = createDemoServer({ latencyMs: 30, ...options });
  env = { DG_GEMINI_BASE_URL: (await server.start()).url, DG_GEMINI_API_KEYS: keys };
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

const statuses = async (): Promise<readonly (string | undefined)[]> =>
  (await place.table()).map(({ status }) => status);
const prompts = (): readonly (string | null)[] => server.requests.map(({ prompt }) => prompt);
const answered = (): number => server.requests.filter(({ status }) => status === 200).length;

describe('Ctrl-C, or a terminal that is closed', () => {
  it.each(['SIGINT', 'SIGHUP'] as const)(
    'lets what is in flight finish and keeps it at %s; the same command goes on',
    async (signal) => {
      const isHeard = moment();
      const script: FaultScript = ({ prompt }) =>
        Number(/row (\d+)/.exec(prompt)?.[1]) >= 3 ? { until: isHeard.come } : null;
      await serve({ script });
      const { child, ended } = place.start(ARGV, env);
      let told = '';
      child.stderr?.on('data', (text: string) => (told += text));
      await until(() => answered() >= 3);
      child.kill(signal);
      await until(() => told.includes('Stopping: '));
      isHeard.now();
      const first = await ended;
      expect(first.code).toBe(130);
      expect(first.err).toContain('run the same command again to continue');
      const sent = prompts();
      expect(sent.length).toBeLessThan(ROWS);
      expect(await place.pictures()).toHaveLength(sent.length);
      expect((await statuses()).filter((status) => status === 'done')).toHaveLength(sent.length);
      expect((await statuses()).filter((status) => status === 'pending')).toHaveLength(ROWS - sent.length);

      server.clear();
      const second = await place.run(ARGV, env);
      expect(second.code, second.err).toBe(0);
      expect(server.requests).toHaveLength(ROWS - sent.length);
      expect(prompts().filter((prompt) => sent.includes(prompt))).toEqual([]);
      expect(await place.pictures()).toHaveLength(ROWS);
    },
  );
});

describe('a kill', () => {
  it('leaves what was in flight unknown: it may be paid for, and is not sent again unasked', async () => {
    await serve({
      script: ({ attempt, prompt }) =>
        /row (?:4|5)"?$/.test(prompt) && attempt === 1 ? { hang: true } : null,
    });
    const { child, ended } = place.start(ARGV, env);
    await until(() => server.inFlight === 2 && prompts().some((prompt) => prompt?.endsWith('row 5')));
    await until(async () => (await place.pictures()).filter((file) => file.endsWith('.png')).length === 4);
    child.kill('SIGKILL');
    await ended;
    const before = await Promise.all(
      [0, 1, 2, 3].map((row) => readFile(place.path('output', `00000${row}.png`))),
    );

    server.clear();
    const second = await place.run(ARGV, env);
    expect(second.code, second.err).toBe(1);
    expect(second.out + second.err).toContain('unknown');
    expect(server.requests).toHaveLength(ROWS - 6);
    expect(prompts().filter((prompt) => /row [0-5]$/.test(prompt ?? ''))).toEqual([]);
    const after = await statuses();
    expect(after.slice(4, 6)).toEqual(['unknown', 'unknown']);
    expect(after.filter((status) => status === 'done')).toHaveLength(ROWS - 2);
    expect(
      await Promise.all([0, 1, 2, 3].map((row) => readFile(place.path('output', `00000${row}.png`)))),
    ).toEqual(before);
    expect((await place.pictures()).filter((file) => file.endsWith('.part'))).toEqual([]);
  });
});

describe('keys that fail', () => {
  it('all of them: one sentence, exit 1, rows stay pending with the kind of their last failure', async () => {
    await serve({}, 'demo-invalid-1,demo-invalid-2');
    const { code, err } = await place.run(ARGV, env);
    expect(code).toBe(1);
    expect(err.split('\n').filter((line) => line.startsWith('brushfleet: '))).toHaveLength(1);
    expect(err).toMatch(/key/i);
    const table = await place.table();
    expect(new Set(table.map(({ status }) => status))).toEqual(new Set(['pending']));
    expect(new Set(table.map(({ failure }) => failure).filter((kind) => kind !== ''))).toEqual(
      new Set(['invalid_key']),
    );
    expect(server.requests).toHaveLength(2);
    expect(await place.pictures()).toEqual([]);
  });

  it('one of four: asked once, all rows done', async () => {
    await serve(
      { script: ({ key, protocol }) => (key === 'bad' ? refusal('invalid_key', protocol) : null) },
      'k1,bad,k2,k3',
    );
    const { code, err } = await place.run([...ARGV, '--max_global_workers', '4'], env);
    expect(code, err).toBe(0);
    expect(new Set(await statuses())).toEqual(new Set(['done']));
    expect(server.requests.filter(({ keyTail }) => keyTail === 'bad')).toHaveLength(1);
  });
});
