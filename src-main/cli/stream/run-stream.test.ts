/** `brushfleet stream` from argv to exit code, over a real app and the demo endpoint. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brushfleetAt } from '../../api/brushfleet';
import { createDemoServer, type DemoServer } from '../../demo/demo-server';
import type { FaultScript } from '../../demo/script';
import { systemClock } from '../../system-clock';
import { heldBytes } from '../../testing/collect-garbage';
import { main } from '../main';
import { resultSink } from '../result-sink';
import type { ResultSink } from '../streams';
import { recordingSink } from '../testing/fixtures';

let folder: string;
let demo: DemoServer;
let url: string;
let script: FaultScript;
beforeEach(async () => {
  script = () => null;
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-stream-'));
  demo = createDemoServer({ latencyMs: 0, script: (request) => script(request) });
  ({ url } = await demo.start());
});
afterEach(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

interface Scene {
  readonly lines: AsyncIterable<string> | Iterable<string>;
  readonly env?: Record<string, string>;
  readonly onInterrupts?: (interrupt: () => void) => void;
  /** Lines of results that are taken; any more are lost. */
  readonly taken?: number;
}

/** As standard output is when its reader goes away after so many lines. */
function readUpTo(taken: number): ResultSink & { readonly text: string } {
  let text = '';
  let left = taken;
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      left -= 1;
      text += left < 0 ? '' : String(chunk);
      done(left < 0 ? new Error('EPIPE') : null);
    },
  });
  return {
    ...resultSink(stdout),
    get text() {
      return text;
    },
  };
}

async function stream(flags: readonly string[], { lines, env, onInterrupts, taken }: Scene) {
  const out = taken === undefined ? recordingSink() : readUpTo(taken);
  const err = recordingSink();
  const cannot = (): never => {
    throw new Error('Nothing else is opened here.');
  };
  const code = await main({
    argv: ['stream', ...flags],
    env: env ?? { GEMINI_API_KEY: 'AIza-first-key-0001', GEMINI_BASE_URL: url },
    cwd: folder,
    version: '1.2.3',
    streams: { out, err },
    clock: systemClock,
    onInterrupt: (listener) => {
      onInterrupts?.(listener);
      return () => undefined;
    },
    exitNow: cannot,
    input: { isTTY: false, readAll: async () => '', askHidden: async () => null },
    openEngine: cannot,
    openFleet: cannot,
    openTokens: cannot,
    openRuns: cannot,
    openServed: cannot,
    openLibrary: cannot,
    stream: {
      lines: async function* () {
        yield* lines;
      },
      open: (options, { logLevel }) =>
        brushfleetAt(
          { resourcesDir: resolve('resources'), version: '1.2.3', logLevel },
          { ...options, libraryDir: join(folder, 'library') },
        ),
    },
  });
  const told = out.text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, err: err.text, summary: told.at(-1), results: told.slice(0, -1) };
}

describe('brushfleet stream', () => {
  it('answers each line with its metadata, and says what became of all', async () => {
    const { code, results, summary } = await stream(['--ordered'], {
      lines: [
        '{"prompt": "say \\"one\\"", "metadata": {"id": 7, "tags": ["a"]}}',
        '',
        '"say \\"two\\""',
        'no json',
        '{"prompt": "forbidden", "metadata": {"id": 9}}',
      ],
    });
    expect(results.slice(0, 2)).toEqual([
      {
        type: 'result',
        index: 0,
        metadata: { id: 7, tags: ['a'] },
        response: 'one',
        error: null,
        failure: null,
      },
      { type: 'result', index: 1, metadata: {}, response: 'two', error: null, failure: null },
    ]);
    expect(results[2]).toMatchObject({
      index: 2,
      response: null,
      error: expect.stringContaining('not valid JSON'),
      failure: { kind: 'bad_input' },
    });
    expect(results[3]).toMatchObject({ index: 3, metadata: { id: 9 }, failure: { kind: 'blocked' } });
    expect(summary).toEqual({ type: 'summary', total: 4, done: 2, failed: 2 });
    expect(code).toBe(1);
    expect(demo.requests.map(({ prompt }) => prompt)).toHaveLength(3);
  });

  it('tells answers as they come, or in the order of the lines', async () => {
    script = ({ prompt }) => (prompt.includes('first') ? { latencyMs: 700 } : null);
    const lines = ['first', 'second', 'third'].map((word) => JSON.stringify({ prompt: `say "${word}"` }));
    const asTheyCome = await stream([], { lines });
    expect(asTheyCome.results.map(({ response }) => response).at(-1)).toBe('first');
    expect(asTheyCome.code).toBe(0);
    const ordered = await stream(['--ordered'], { lines });
    expect(ordered.results.map(({ response }) => response)).toEqual(['first', 'second', 'third']);
  });

  it('ends with what is in flight when it is interrupted, and sends no more', async () => {
    let interrupt = (): void => undefined;
    script = () => {
      setTimeout(() => interrupt(), 0);
      return { latencyMs: 300 };
    };
    const { code, results, summary } = await stream(['--concurrency', '1'], {
      onInterrupts: (listener) => {
        let isFirst = true;
        interrupt = () => {
          if (isFirst) {
            isFirst = false;
            listener();
          }
        };
      },
      lines: (async function* () {
        yield '{"prompt": "say \\"sent\\""}';
        yield '{"prompt": "say \\"waits\\""}';
        await new Promise(() => undefined);
      })(),
    });
    expect(code).toBe(130);
    expect(results.map(({ response }) => response).toSorted()).toEqual([null, 'sent']);
    expect(summary).toMatchObject({ total: 2, done: 1, failed: 1 });
    expect(demo.requests).toHaveLength(1);
  });

  it('tells every candidate, and where an answer was cut', async () => {
    const { results } = await stream(['--ordered'], {
      lines: [
        '{"prompt": "say \\"one\\"", "generation_config": {"candidate_count": 2}}',
        '{"prompt": "say \\"one two three four\\"", "generation_config": {"max_output_tokens": 2}}',
      ],
    });
    expect(results[0]).toMatchObject({ response: 'one', candidates: ['one', expect.any(String)] });
    expect(results[1]).toMatchObject({ error: null, finish: 'MAX_TOKENS' });
  });

  it('reads no more once nobody takes its results, and says where all answers are', async () => {
    const lines = Array.from({ length: 40 }, (_, at) => JSON.stringify({ prompt: `say "${at}"` }));
    const { code, err, summary } = await stream(['--concurrency', '1'], { lines, taken: 2 });
    expect(code).toBe(1);
    expect(demo.requests.length).toBeLessThan(10);
    expect(err.match(/Standard output was closed/g)).toHaveLength(1);
    expect(err).toContain('brushfleet runs list --sessions');
    expect(summary).toMatchObject({ type: 'result' });
    // The last line of all is as good as any.
    const unread = await stream([], { lines: lines.slice(0, 2), taken: 2 });
    expect(unread.code).toBe(1);
    expect(unread.err).toContain('Standard output was closed');
  });

  it('holds on to no line that it has read', async () => {
    let grown = 0;
    await stream([], {
      lines: (async function* () {
        const before = heldBytes();
        for (let at = 0; at < 100; at += 1) {
          yield Buffer.alloc(1024 ** 2, ' ').toString('latin1');
        }
        await new Promise((resolve) => setImmediate(resolve));
        grown = heldBytes() - before;
      })(),
    });
    expect(grown).toBeLessThan(50 * 1024 ** 2);
  });

  it('fits answers to a schema', async () => {
    const schema = { type: 'object', properties: { score: { type: 'integer' } }, required: ['score'] };
    await writeFile(join(folder, 'schema.json'), JSON.stringify(schema));
    const { code, results } = await stream(['--schema', 'schema.json'], { lines: ['{"prompt": "rate it"}'] });
    expect(results[0]?.['response']).toEqual({ score: expect.any(Number) });
    expect(code).toBe(0);
  });

  it('takes a file and a schema that begin with a byte order mark', async () => {
    await writeFile(join(folder, 'schema.json'), '\uFEFF{"type": "object"}');
    const { code, results } = await stream(['--schema', 'schema.json'], {
      lines: ['\uFEFF{"prompt": "rate it", "metadata": {"id": 1}}'],
    });
    expect([code, results[0]?.['metadata'], results[0]?.['error']]).toEqual([0, { id: 1 }, null]);
  });

  it('says why a schema cannot be read', async () => {
    await mkdir(join(folder, 'schemas'));
    const isFolder = await stream(['--schema', 'schemas'], { lines: [] });
    expect([isFolder.code, isFolder.err]).toEqual([2, expect.stringContaining('it is a folder')]);
    const missing = await stream(['--schema', 'none.json'], { lines: [] });
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('there is no such file')]);
  });

  it('refuses a wrong command, a schema that is none, and an environment without a key', async () => {
    const wrong = await stream(['--timeout', 'soon'], { lines: [] });
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--timeout')]);
    await writeFile(join(folder, 'broken.json'), '{');
    const broken = await stream(['--schema', 'broken.json'], { lines: [] });
    expect([broken.code, broken.err]).toEqual([2, expect.stringContaining('it is not valid JSON')]);
    const keyless = await stream([], { lines: ['{"prompt": "hello"}'], env: {} });
    expect([keyless.code, keyless.err]).toEqual([
      2,
      expect.stringContaining('Failed to initialize client: No valid API keys found'),
    ]);
    expect(demo.requests).toHaveLength(0);
  });
});
