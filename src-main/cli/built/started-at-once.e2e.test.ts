/** Command lines that start, end and are interrupted at the same moment on one library: nobody's key reaches another's server. */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/demo-server';
import type { FaultScript } from '../../demo/script';
import { moment } from '../../demo/testing/moment';
import { acquireLibrary } from '../../library';
import { connectDoor } from '../../local-door/connect-door';
import { meetingPlace } from '../../meeting-place';
import { readVersion } from '../../version';
import { type RunningCli, until, type Workplace, workplace } from './built-cli';

const ROWS = 4;
/** More than is done while another process starts, however slowly. */
const LONG = 160;
const NAMES = ['one', 'two', 'three'];

let place: Workplace;
let servers: ReadonlyMap<string, DemoServer>;

async function serve(options: DemoServerOptions = {}): Promise<void> {
  servers = new Map(NAMES.map((name) => [name, createDemoServer({ latencyMs: 20, ...options })]));
  for (const [name, server] of servers) {
    const { url } = await server.start();
    await place.write(`${name}.env`, `DG_GEMINI_BASE_URL=${url}\nDG_GEMINI_API_KEYS=key-of-${name}\n`);
  }
}

beforeEach(async () => {
  place = await workplace();
  await place.picture('a.png', 'red');
  const rows = Array.from({ length: LONG }, (_, row) => `a.png,"Make it grey, row ${row}"`);
  await place.write('data.csv', `image_url,instruction\n${rows.slice(0, ROWS).join('\n')}\n`);
  await place.write('long.csv', `image_url,instruction\n${rows.join('\n')}\n`);
});
afterEach(async () => {
  await Promise.all([...servers.values()].map((server) => server.close()));
  await place.remove();
});

/** Each has an endpoint and a key of its own; the file of rows is the same. */
function begin(
  name: string,
  { folder = `out-${name}`, input = 'data.csv', env = {}, more = [] }: Partial<Began> = {},
): RunningCli {
  const argv = ['edit', '--backend', 'gemini', '--input', input, '--output_dir', folder];
  return place.start(
    [...argv, '--env_file', `${name}.env`, '--max_global_workers', '2', '--num_processes', '1', ...more],
    env,
  );
}

interface Began {
  readonly folder: string;
  readonly input: string;
  readonly more: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** From that row on nothing is answered before. */
const heldFrom =
  (row: number, until: Promise<void>): FaultScript =>
  ({ prompt }) =>
    Number(/row (\d+)/.exec(prompt)?.[1]) >= row ? { until } : null;

const received = (name: string) => servers.get(name)?.requests ?? [];
const rowsAt = (name: string): readonly number[] =>
  received(name)
    .map(({ prompt }) => Number(/row (\d+)/.exec(prompt ?? '')?.[1] ?? -1))
    .sort((a, b) => a - b);
const allRows = Array.from({ length: ROWS }, (_, row) => row);
const someRows = Array.from({ length: 40 }, (_, row) => row);

describe('three at the same moment', () => {
  it('all complete, each with its own key at its own endpoint', async () => {
    await serve();
    for (let round = 0; round < 2; round += 1) {
      const ended = await Promise.all(NAMES.map((name) => begin(name, { folder: `${round}-${name}` }).ended));
      for (const { code, err } of ended) {
        expect(code, err).toBe(0);
      }
      for (const name of NAMES) {
        expect(rowsAt(name)).toEqual(allRows);
        expect(new Set(received(name).map(({ keyTail }) => keyTail))).toEqual(
          new Set([`key-of-${name}`.slice(-4)]),
        );
        servers.get(name)?.clear();
      }
    }
  });
});

describe('the same command twice at the same moment', () => {
  it('is carried out once: the other says that it is under way, or finds nothing left to do', async () => {
    await serve({ latencyMs: 300 });
    const ended = await Promise.all([
      begin('one', { folder: 'same' }).ended,
      begin('one', { folder: 'same' }).ended,
    ]);
    const codes = ended.map(({ code }) => code).sort();
    expect(
      [
        [0, 0],
        [0, 2],
      ],
      ended.map(({ err }) => err).join('\n---\n'),
    ).toContainEqual(codes);
    for (const { code, err } of ended) {
      if (code === 2) {
        expect(err).toMatch(/^brushfleet: The run in .* is under way already/m);
      }
    }
    expect(rowsAt('one')).toEqual(allRows);
    expect((await place.table('same/results.csv')).map(({ status }) => status)).toEqual(
      allRows.map(() => 'done'),
    );
  });
});

describe('Ctrl-C in both at once', () => {
  it('ends both in order, with the exit code of an interruption', async () => {
    await serve({ latencyMs: 300 });
    const first = begin('one', { input: 'long.csv' });
    await until(() => received('one').length > 0);
    const second = begin('two', { input: 'long.csv' });
    await until(() => received('two').length > 0);
    first.child.kill('SIGINT');
    second.child.kill('SIGINT');
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one.code, two.code], one.err + two.err).toEqual([130, 130]);
    for (const name of ['one', 'two']) {
      const table = await place.table(`out-${name}/results.csv`);
      expect(table.filter(({ status }) => status === 'done')).toHaveLength(received(name).length);
      expect(table.filter(({ status }) => status === 'unknown')).toEqual([]);
    }
  });
});

describe('a library whose path is too long for a socket', () => {
  it('is served from a private folder elsewhere, and what a killed owner left there is replaced', async () => {
    await serve({ latencyMs: 300 });
    const home = place.path('l'.repeat(90), 'library');
    const env = { BRUSHFLEET_HOME: home, TMPDIR: place.path('tmp') };
    await mkdir(place.path('tmp'));
    const first = begin('one', { env, input: 'long.csv' });
    await until(() => received('one').length > 0);
    const address = (await readFile(`${home}/engine.address`, 'utf8')).trim();
    // Not where TMPDIR says: whoever has another one must find it, too.
    expect(dirname(address)).toBe(meetingPlace());
    expect((await stat(address)).mode % 0o1000).toBe(0o600);
    expect((await stat(address.slice(0, address.lastIndexOf('/')))).mode % 0o1000).toBe(0o700);
    const second = begin('two', { env });
    await until(() => received('two').length > 0);
    first.child.kill('SIGKILL');
    const two = await second.ended;
    expect([0, 1], two.err).toContain(two.code);
    expect(rowsAt('two')).toEqual(allRows);
    expect(received('three')).toEqual([]);
  });
});

describe('a request that the owner cannot carry out', () => {
  it('is told once: it is not asked for again and again', async () => {
    await serve({ latencyMs: 300 });
    const first = begin('one', { input: 'long.csv' });
    await until(() => received('one').length > 0);
    // A file in place of the folder that results.jsonl is to be.
    await mkdir(place.path('out-two', 'results.jsonl'), { recursive: true });
    const { code, err } = await begin('two').ended;
    expect([1, 2], err).toContain(code);
    expect(err.split('\n').filter((line) => line.includes('this one goes on'))).toEqual([]);
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
  });
});

describe('asked for the library by the window', () => {
  /** What the window does: it asks, waits, and has the library alone for a while. */
  async function takeLibrary(isAsking: () => void): Promise<void> {
    const library = place.path('library');
    const connection = await connectDoor(library, readVersion(resolve('.')));
    if (connection.kind !== 'ok') {
      throw new Error(connection.kind);
    }
    const handed = connection.client.door.handOver();
    isAsking();
    expect(await handed).toBe(true);
    await connection.close();
    for (;;) {
      const claim = await acquireLibrary(library);
      if (claim.kind === 'owned') {
        await new Promise((done) => setTimeout(done, 1500));
        return claim.release();
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  it('a run lets go of it in order, and goes on when it can', async () => {
    const isAsked = moment();
    await serve({ latencyMs: 50, script: heldFrom(8, isAsked.come) });
    const one = begin('one', { input: 'long.csv', more: ['--filter_rows', '0:40'] });
    await until(() => received('one').length > 5);
    await takeLibrary(isAsked.now);
    const { code, err } = await one.ended;
    expect(code, err).toBe(0);
    expect(err).toContain('The window has taken the library over: this run goes on through it.');
    expect(rowsAt('one')).toEqual(someRows);
  });

  it('a run that is gone on with does, too', async () => {
    const isAsked = moment();
    await serve({ latencyMs: 50, script: heldFrom(8, isAsked.come) });
    const canary = begin('one', { input: 'long.csv', more: ['--filter_rows', '0:40', '--canary', '1'] });
    expect((await canary.ended).code).toBe(0);
    const one = place.start(['runs', 'resume', '1', '--env_file', 'one.env']);
    await until(() => received('one').length > 5);
    await takeLibrary(isAsked.now);
    const { code, err } = await one.ended;
    expect(code, err).toBe(0);
    expect(rowsAt('one')).toEqual(someRows);
  });
});
