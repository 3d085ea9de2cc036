/** A window and a command line on one library: one engine, whoever was there first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Relay, startRelay } from './relay';
import { expect, openStudio, test } from './studio';

/** Enough that a window opens, or is closed, amid them on a slow machine. */
const ROWS = 60;
const SLOW_MS = 400;
const QUICK_MS = 5;

/** One pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

let relay: Relay;
let home = '';
/** How long an answer takes just now. */
let paceMs: number;
test.beforeEach(async () => {
  paceMs = SLOW_MS;
  home = await mkdtemp(join(tmpdir(), 'brushfleet-e2e-'));
  relay = await startRelay({ png: PNG, keys: ['key1'], until: () => sleep(paceMs) });
  const rows = Array.from({ length: ROWS }, (_, row) => `"A drawing of cat number ${row}"`);
  await writeFile(join(home, 'cats.csv'), `prompt\n${rows.join('\n')}\n`);
});
test.afterEach(() => relay.close());

interface Command {
  readonly child: ChildProcess;
  err(): string;
  readonly code: Promise<number | null>;
}

function startCommand(): Command {
  const argv = ['t2i', '--backend', 'gemini', '--input', 'cats.csv', '--max_global_workers', '1'];
  const child = spawn(process.execPath, [join(process.cwd(), 'out', 'main', 'cli.js'), ...argv], {
    cwd: home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      BRUSHFLEET_HOME: join(home, 'library'),
      DG_GEMINI_BASE_URL: relay.url,
      DG_GEMINI_API_KEYS: 'key1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  return { child, err: () => err, code: once(child, 'close').then(([code]) => code as number | null) };
}

const sent = (): string[] => relay.requests.map(({ text }) => text);

async function expectWhole({ code, err }: Command): Promise<void> {
  expect(await code, err()).toBe(0);
  expect(new Set(sent()).size).toBe(ROWS);
  expect(sent()).toHaveLength(ROWS);
  const table = await readFile(join(home, 'output', 'results.csv'), 'utf8');
  expect(table.match(/,done,/g)).toHaveLength(ROWS);
}

test('a command line beside the window sends through it, and its run is seen there', async () => {
  const { studio, close } = await openStudio({ home });
  const command = startCommand();
  await expect.poll(() => sent().length).toBeGreaterThan(1);
  expect(command.err()).toContain('Sending through the Brushfleet that has the library open');
  await expect(studio.page.getByText('cats', { exact: false }).first()).toBeVisible();
  paceMs = QUICK_MS;
  await expectWhole(command);
  await close();
});

test('a window takes the library over from a command line, whose run goes on through it', async () => {
  const command = startCommand();
  await expect.poll(() => sent().length).toBeGreaterThan(1);
  const { close } = await openStudio({ home });
  paceMs = QUICK_MS;
  await expectWhole(command);
  expect(command.err()).toContain('The window has taken the library over');
  expect(command.err()).toContain('Sending through the Brushfleet that has the library open');
  await close();
});

test('a command line goes on by itself when the window beside it is closed', async () => {
  const { studio } = await openStudio({ home });
  const command = startCommand();
  await expect.poll(() => sent().length).toBeGreaterThan(1);
  await studio.electron.close();
  paceMs = QUICK_MS;
  await expectWhole(command);
  expect(command.err()).toContain('has ended: this one goes on');
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});
