/** Two command lines on one library: one owns it, the other sends through it, and goes on when the owner ends. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer, type DemoServerOptions } from '../../demo/demo-server';
import { moment } from '../../demo/testing/moment';
import { connectDoor } from '../../local-door/connect-door';
import { openStoreInProcess } from '../../store/sqlite-store';
import { readVersion } from '../../version';
import { type RunningCli, until, type Workplace, workplace } from './built-cli';

const ROWS = 12;
const LAST = ROWS - 1;
/** What an answer waits for, row by row: no test rests on how long another process takes to begin. */
type Held = (name: string, row: number) => Promise<void> | undefined;

let place: Workplace;
let server: DemoServer;
let env: Readonly<Record<string, string>>;

async function serve(held: Held = () => undefined, options: DemoServerOptions = {}): Promise<void> {
  server = createDemoServer({
    latencyMs: 50,
    script({ prompt }) {
      const [, name = '', row] = / (one|two) (\d+)/.exec(prompt) ?? [];
      const until = held(name, Number(row));
      return until === undefined ? null : { until };
    },
    ...options,
  });
  env = { DG_GEMINI_BASE_URL: (await server.start()).url, DG_GEMINI_API_KEYS: 'key1' };
}

beforeEach(async () => {
  place = await workplace();
  await place.picture('a.png', 'red');
  for (const name of ['one', 'two']) {
    const rows = Array.from({ length: ROWS }, (_, row) => `a.png,"Make it grey, ${name} ${row}"`);
    await place.write(`${name}.csv`, `image_url,instruction\n${rows.join('\n')}\n`);
  }
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

function begin(name: string, more: readonly string[] = []): RunningCli {
  const argv = ['edit', '--backend', 'gemini', '--input', `${name}.csv`, '--output_dir', `out-${name}`];
  return place.start([...argv, '--max_global_workers', '2', '--num_processes', '1', ...more], env);
}

const sent = (name: string): string[] =>
  server.requests.flatMap(({ prompt }) => (prompt?.includes(` ${name} `) === true ? [prompt] : []));
const answered = (name: string): number =>
  server.requests.filter(({ prompt, status }) => prompt?.includes(` ${name} `) === true && status === 200)
    .length;
/** Of a run of the library that another process has open, which is asked. */
async function stateOfRun(runId: number): Promise<string> {
  const owner = await connectDoor(place.path('library'), readVersion('.'));
  if (owner.kind !== 'ok') {
    throw new Error(`Nobody has the library open: ${owner.kind}`);
  }
  const { state } = await owner.client.app.runs.get({ runId });
  await owner.close();
  return state.kind;
}

/** What it has said so far. */
function saidBy({ child }: RunningCli): () => string {
  let said = '';
  child.stderr?.on('data', (text: string) => (said += text));
  return () => said;
}

const statuses = async (name: string): Promise<readonly (string | undefined)[]> =>
  (await place.table(`out-${name}/results.csv`)).map(({ status }) => status);

describe('a second command line', () => {
  it('sends through the first, into one journal, and tells of its run as if it were alone', async () => {
    const { come, now } = moment();
    await serve((name, row) => (name === 'one' && row === LAST ? come : undefined));
    const first = begin('one');
    await until(() => answered('one') >= 1);
    const two = await begin('two', ['--json']).ended;
    now();
    const one = await first.ended;
    expect(one.code, one.err).toBe(0);
    expect(two.code, two.err).toBe(0);
    expect(two.err).toContain('Sending through the Brushfleet that has the library open');
    const lines = two.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type?: string; status?: string });
    expect(lines.filter(({ status }) => status === 'done')).toHaveLength(ROWS);
    for (const name of ['one', 'two']) {
      expect(new Set(sent(name)).size).toBe(ROWS);
      expect(sent(name)).toHaveLength(ROWS);
      expect(await statuses(name)).toEqual(Array.from({ length: ROWS }, () => 'done'));
    }
    const store = openStoreInProcess({ libraryDir: place.path('library') });
    const runs = await store.runs();
    expect(runs.map(({ counts, requests }) => [counts.done, requests])).toEqual([
      [ROWS, ROWS],
      [ROWS, ROWS],
    ]);
    await store.close();
  });

  it('shares the limits of the first', async () => {
    await serve(undefined, { latencyMs: 10 });
    env = { ...env, DG_GEMINI_RATE_LIMITS: '6' };
    const first = begin('one');
    await until(() => answered('one') >= 6);
    const second = begin('two');
    // Both wait for the same minute: of the second nothing was sent.
    await until(async () => (await stat(place.path('out-two')).catch(() => null)) !== null);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(sent('two')).toEqual([]);
    first.child.kill('SIGINT');
    second.child.kill('SIGINT');
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one.code, two.code]).toEqual([130, 130]);
  });

  it('is stopped by its own Ctrl-C alone, and keeps what was in flight', async () => {
    const [isHeard, isOver] = [moment(), moment()];
    await serve((name, row) =>
      name === 'two' ? (row >= 2 ? isHeard.come : undefined) : row === LAST ? isOver.come : undefined,
    );
    const first = begin('one');
    await until(() => answered('one') >= 1);
    const second = begin('two');
    await until(() => answered('two') >= 2 && sent('two').length === 4);
    second.child.kill('SIGINT');
    await until(async () => (await stateOfRun(2)) === 'draining');
    isHeard.now();
    const two = await second.ended;
    isOver.now();
    expect(two.code, two.err).toBe(130);
    const done = (await statuses('two')).filter((status) => status === 'done').length;
    expect(done).toBe(sent('two').length);
    expect(done).toBeLessThan(ROWS);
    const one = await first.ended;
    expect(one.code, one.err).toBe(0);
    expect((await statuses('one')).every((status) => status === 'done')).toBe(true);
  });

  it('has its run paused when it is killed, by the first, which goes on', async () => {
    const isOver = moment();
    await serve((name, row) => {
      // The second stands still until its going was noticed: of what it asked for, nothing more is sent.
      const isHeld = name === 'two' ? row >= 2 : row === LAST;
      return isHeld ? isOver.come : undefined;
    });
    const first = begin('one');
    await until(() => answered('one') >= 1);
    const second = begin('two');
    await until(() => answered('two') >= 2 && sent('two').length === 4);
    second.child.kill('SIGKILL');
    await second.ended;
    await until(async () => (await stateOfRun(2)) === 'draining');
    isOver.now();
    const one = await first.ended;
    expect(one.code, one.err).toBe(0);
    expect(sent('two').length).toBeLessThan(ROWS);
    const again = await begin('two').ended;
    expect(again.code, again.err).toBe(0);
    expect(sent('two')).toHaveLength(ROWS);
  });
});

describe('an owner that ends', () => {
  it('by a kill is replaced at once: the other goes on, and nothing is sent twice', async () => {
    const isKilled = moment();
    await serve((name, row) => (row >= (name === 'two' ? 2 : LAST) ? isKilled.come : undefined));
    const first = begin('one');
    await until(() => answered('one') >= 1);
    const second = begin('two');
    await until(() => answered('two') >= 2 && sent('two').length === 4);
    first.child.kill('SIGKILL');
    await first.ended;
    isKilled.now();
    const two = await second.ended;
    expect(two.err).toContain('has ended: this one goes on');
    const found = await statuses('two');
    const unknown = found.filter((status) => status === 'unknown').length;
    expect(found.filter((status) => status === 'done')).toHaveLength(ROWS - unknown);
    // Two are in flight at once, and as many again may be on their way to disk.
    expect(unknown).toBeLessThanOrEqual(6);
    expect(two.code, two.err).toBe(unknown === 0 ? 0 : 1);
    expect(new Set(sent('two')).size).toBe(sent('two').length);
    // One that was about to leave when its process was killed is unknown, too, and never arrived.
    expect(sent('two').length).toBeGreaterThanOrEqual(ROWS - unknown);
  });

  it('by Ctrl-C hands over in order: nothing is unknown', async () => {
    const isHeard = moment();
    await serve((name, row) => (row >= (name === 'two' ? 2 : 1) ? isHeard.come : undefined));
    const first = begin('one', ['--filter_rows', '0:11', '--max_global_workers', '1']);
    const told = saidBy(first);
    await until(() => answered('one') >= 1);
    const second = begin('two', ['--max_global_workers', '1']);
    await until(() => answered('two') >= 2 && sent('two').length === 3);
    first.child.kill('SIGINT');
    await until(() => told().includes('Stopping: requests in flight finish'));
    isHeard.now();
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect(one.code).toBe(130);
    expect(two.code, two.err).toBe(0);
    expect(two.err).toContain('has ended: this one goes on');
    expect(sent('two')).toHaveLength(ROWS);
    expect(await statuses('two')).toEqual(Array.from({ length: ROWS }, () => 'done'));
  });

  it('because it is done stays until the other is done, too', async () => {
    const [hasOther, isDone] = [moment(), moment()];
    await serve((name, row) =>
      name === 'two' ? (row >= 1 ? isDone.come : undefined) : row === LAST ? hasOther.come : undefined,
    );
    const first = begin('one', ['--filter_rows', '0:1,11']);
    const told = saidBy(first);
    await until(() => answered('one') >= 1);
    const second = begin('two', ['--max_global_workers', '1']);
    await until(() => answered('two') >= 1);
    hasOther.now();
    await until(() => told().includes('Another command line sends through this one'));
    isDone.now();
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect(one.code, one.err).toBe(0);
    expect(one.err).toContain('Another command line sends through this one');
    expect(two.code, two.err).toBe(0);
    expect(two.err).not.toContain('has ended');
    expect(sent('two')).toHaveLength(ROWS);
  });
});

describe('the socket', () => {
  it('is for its user alone, and gone with its owner', async () => {
    const isSeen = moment();
    await serve((_, row) => (row === LAST ? isSeen.come : undefined));
    const first = begin('one');
    await until(() => answered('one') >= 1);
    const address = await readFile(place.path('library', 'engine.address'), 'utf8');
    // eslint-disable-next-line no-bitwise -- permission bits
    expect((await stat(address)).mode & 0o777).toBe(0o600);
    isSeen.now();
    await first.ended;
    await expect(stat(address)).rejects.toThrow(/ENOENT/);
  });

  it('of an owner that died does not keep anybody out', async () => {
    await serve((name) => (name === 'one' ? moment().come : undefined));
    const first = begin('one');
    await until(() => sent('one').length === 2);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await begin('two').ended;
    expect(second.code, second.err).toBe(0);
    expect(second.err).not.toContain('Sending through');
  });

  it('of something else is answered with a sentence, not with a crash', async () => {
    await serve();
    const first = begin('one', ['--filter_rows', '0:1']);
    expect((await first.ended).code).toBe(0);
    await writeFile(place.path('library', 'engine.address'), place.path('one.csv'));
    const second = await begin('two').ended;
    expect(second.code, second.err).toBe(0);
  });
});
