/** Two processes that stream on one library: one owns it, the other sends through it, and goes on when the owner dies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoServer, type DemoServer } from '../../demo/demo-server';
import type { FaultScript } from '../../demo/script';
import { moment } from '../../demo/testing/moment';
import { connectDoor } from '../../local-door/connect-door';
import { openStoreInProcess } from '../../store/sqlite-store';
import { readVersion } from '../../version';
import { until, type Workplace, workplace } from './built-cli';

/** Of a stream: so many are asked for while others are in flight (src-main/cli/stream/run-stream.ts). */
const LINES_PER_SLOT = 2;
const CLI = process.env['BRUSHFLEET_BUILT_CLI'] ?? resolve('out/main/cli.js');

let place: Workplace;
let demo: DemoServer;
let url: string;
let script: FaultScript;
let children: ChildProcess[];
beforeEach(async () => {
  place = await workplace();
  script = () => null;
  demo = createDemoServer({ latencyMs: 0, script: (request) => script(request) });
  ({ url } = await demo.start());
  children = [];
});
afterEach(async () => {
  const alive = children.filter((child) => child.exitCode === null && child.signalCode === null);
  const ends = alive.map((child) => once(child, 'exit'));
  alive.forEach((child) => child.kill('SIGKILL'));
  await Promise.all(ends);
  await demo.close();
  await place.remove();
});

interface Streaming {
  readonly child: ChildProcess;
  readonly results: Record<string, unknown>[];
  ask(...prompts: readonly string[]): void;
  /** No more lines; resolves with the exit code. */
  end(): Promise<number | null>;
}

function stream(key: string, flags: readonly string[] = []): Streaming {
  const child = spawn(process.execPath, [CLI, 'stream', ...flags], {
    cwd: place.folder,
    env: {
      PATH: process.env['PATH'],
      HOME: place.folder,
      BRUSHFLEET_HOME: place.path('library'),
      GEMINI_API_KEY: key,
      GEMINI_BASE_URL: url,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const results: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = JSON.parse(line) as Record<string, unknown>;
    if (told['type'] === 'result') {
      results.push(told);
    }
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    results,
    ask: (...prompts) => {
      prompts.forEach((prompt) => child.stdin.write(`${JSON.stringify({ prompt: `say "${prompt}"` })}\n`));
    },
    end() {
      child.stdin.end();
      return ended;
    },
  };
}

const answers = ({ results }: Streaming): readonly unknown[] =>
  results.map(({ response }) => response).toSorted();
const sentBy = (tail: string): number => demo.requests.filter(({ keyTail }) => keyTail === tail).length;

describe('a second brushfleet stream', () => {
  it('sends through the first with its own keys, into one library', async () => {
    const first = stream('AIza-first-key-0001');
    first.ask('a');
    await until(() => first.results.length === 1);
    const second = stream('AIza-second-key-0002');
    second.ask('b', 'c');
    await until(() => second.results.length === 2);
    expect(answers(second)).toEqual(['b', 'c']);
    expect([sentBy('0001'), sentBy('0002')]).toEqual([1, 2]);
    expect(await second.end()).toBe(0);
    first.ask('d');
    expect(await first.end()).toBe(0);
    expect(answers(first)).toEqual(['a', 'd']);
    const store = openStoreInProcess({ libraryDir: place.path('library') });
    expect((await store.runs()).reduce((sum, { counts }) => sum + counts.done, 0)).toBe(4);
    await store.close();
  });

  it('takes the library over when the first ends, and goes on', async () => {
    const first = stream('AIza-first-key-0001');
    first.ask('a');
    await until(() => first.results.length === 1);
    const second = stream('AIza-second-key-0002', ['--concurrency', '1']);
    second.ask('b');
    await until(() => second.results.length === 1);
    expect(await first.end()).toBe(0);
    second.ask('c', 'd');
    await until(() => second.results.length === 3);
    expect(await second.end()).toBe(0);
    expect(answers(second)).toEqual(['b', 'c', 'd']);
    expect(sentBy('0002')).toBe(3);
  });

  it('goes on when the first is killed: what never left is sent, and what had left is not sent again', async () => {
    const first = stream('AIza-first-key-0001');
    first.ask('a');
    await until(() => first.results.length === 1);
    const second = stream('AIza-second-key-0002', ['--concurrency', '1', '--max_retries', '0']);
    second.ask('b');
    await until(() => second.results.length === 1);
    // Of these one is in flight, one waits in the library, and the last is read when there is room for it.
    script = ({ prompt }) => (prompt.includes('lost') ? { hang: true } : null);
    second.ask('lost', 'kept', 'too');
    await until(() => sentBy('0002') === 2);
    await until(async () => (await waitingIn(place)) === 1);
    first.child.kill('SIGKILL');
    expect(await second.end()).toBe(1);
    expect(answers(second)).toEqual(['b', 'kept', 'too', null].toSorted());
    expect(second.results.find(({ response }) => response === null)).toMatchObject({
      error: expect.stringContaining('it may have been charged'),
    });
    expect(sentBy('0002')).toBe(4);
  });

  it('takes over beside a third, both with much under way, and each is killed once: nothing goes twice, nothing is lost', async () => {
    script = () => ({ latencyMs: 30 });
    const first = stream('AIza-first-key-0001');
    first.ask('a');
    await until(() => first.results.length === 1);
    const flags = ['--concurrency', '12', '--max_retries', '0'];
    const others = ['0002', '0003', '0004'].map((tail) => stream(`AIza-other-key-${tail}`, flags));
    const prompts = others.map((_, of) => Array.from({ length: 150 }, (__, at) => `p${of}-${at}`));
    others.forEach((one, of) => one.ask(...(prompts[of] ?? [])));
    await until(() => others.every(({ results }) => results.length > 20));
    first.child.kill('SIGKILL');
    await until(() => others.every(({ results }) => results.length > 70));
    const pid = await ownerOf(place);
    const [killed, ...left] = [...others].toSorted((one) => (one.child.pid === pid ? -1 : 1));
    expect(killed?.child.pid).toBe(pid);
    killed?.child.kill('SIGKILL');
    await Promise.all(left.map((one) => one.end()));
    const times = new Map<string, number>();
    for (const { prompt } of demo.requests) {
      const name = /"(.*)"/.exec(prompt ?? '')?.[1] ?? '';
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    expect([...times.values()].filter((count) => count > 1)).toEqual([]);
    for (const one of left) {
      const mine = prompts[others.indexOf(one)] ?? [];
      const told = one.results.filter(({ response }) => response !== null);
      const lost = one.results.filter(({ response }) => response === null);
      expect(one.results).toHaveLength(mine.length);
      expect(new Set(told.map(({ response }) => response)).size).toBe(told.length);
      expect(told.every(({ response }) => times.get(String(response)) === 1)).toBe(true);
      expect(lost.every(({ error }) => String(error).includes('it may have been charged'))).toBe(true);
      // Two owners died, each asked for at most so many at once, in flight or about to be.
      expect(lost.length).toBeLessThanOrEqual(2 * 12 * LINES_PER_SLOT);
    }
  });

  it('that is killed has what waits cancelled, and what is in flight kept', async () => {
    const first = stream('AIza-first-key-0001');
    first.ask('a');
    await until(() => first.results.length === 1);
    const isNoticed = moment();
    script = ({ prompt }) => (prompt.includes('slow') ? { until: isNoticed.come } : null);
    const second = stream('AIza-second-key-0002', ['--concurrency', '1']);
    second.ask('slow', 'never', 'neither');
    await until(() => sentBy('0002') === 1);
    await until(async () => (await waitingIn(place)) === 1);
    second.child.kill('SIGKILL');
    await until(async () => (await countsIn(place, 'cancelled')) === 1);
    isNoticed.now();
    await until(async () => (await countsIn(place, 'done')) === 2);
    expect(await first.end()).toBe(0);
    expect(sentBy('0002')).toBe(1);
  });
});

async function ownerOf({ path }: Workplace): Promise<number> {
  const owner = await connectDoor(path('library'), readVersion('.'));
  if (owner.kind !== 'ok') {
    throw new Error(`Nobody has the library open: ${owner.kind}`);
  }
  await owner.close();
  return owner.pid;
}

/** Another process has it open: it is asked. */
async function countsIn({ path }: Workplace, state: 'pending' | 'done' | 'cancelled'): Promise<number> {
  const owner = await connectDoor(path('library'), readVersion('.'));
  if (owner.kind !== 'ok') {
    throw new Error(`Nobody has the library open: ${owner.kind}`);
  }
  const runs = await Promise.all([1, 2].map((runId) => owner.client.app.runs.get({ runId })));
  await owner.close();
  return runs.reduce((sum, { counts }) => sum + counts[state], 0);
}

const waitingIn = (where: Workplace): Promise<number> => countsIn(where, 'pending');
