import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEnd } from './engine-port';
import { JOB, runWith } from './testing/fixtures';
import { FINISHED, invokeMain, KEY, type Scene as WholeScene } from './testing/invoke-main';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cli-'));
  writeFileSync(join(cwd, 'data.csv'), 'image_url,instruction\na.png,red\n');
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

type Scene = Omit<WholeScene, 'cwd'>;

const EDIT = 'edit --backend google_genai --input data.csv';

const invoke = (argv: string, scene: Scene = {}) => invokeMain(argv, { ...scene, cwd });

describe('what the engine is asked for', () => {
  it('the whole request, by defaults', async () => {
    const { requests, code, err, closed } = await invoke(EDIT);
    expect(requests).toEqual([
      expect.objectContaining({
        name: 'data',
        task: 'edit',
        source: { kind: 'file', path: join(cwd, 'data.csv'), format: 'csv' },
        recipe: {
          task: 'edit',
          models: [{ provider: 'google_genai', model: 'gemini-current' }],
          instruction: '{{instruction}}',
          imageColumns: [],
          variants: 1,
        },
        options: {
          filterRows: '',
          concurrency: 16,
          autoConcurrency: false,
          workers: 4,
          maxRetries: 0,
          retryDelayMs: 1000,
          allowPrivateUrls: false,
          waitForQuota: 'minutes',
          unknown: 'keep',
        },
        outputDir: join(cwd, 'output'),
        resume: true,
      }),
    ]);
    expect(requests[0]?.fleet?.keys.map((key) => key.secret.reveal())).toEqual([KEY]);
    expect(err).toContain('Model: gemini-current (the default)\n');
    expect(err).toContain('Sending: key …0001 -> generativelanguage.googleapis.com\n');
    expect([code, closed()]).toEqual([0, 1]);
  });

  it('flags over environment over .env', async () => {
    writeFileSync(
      join(cwd, '.env'),
      'DG_GEMINI_TIMEOUT=7\nDG_GEMINI_MAX_RETRIES=7\nDG_GEMINI_RETRY_DELAY=7\n',
    );
    const { requests } = await invoke(`${EDIT} --timeout 5`, {
      env: { GEMINI_API_KEY: KEY, DG_GEMINI_TIMEOUT: '6', DG_GEMINI_MAX_RETRIES: '6' },
    });
    expect(requests[0]?.fleet?.endpoints[0]?.timeoutMs).toBe(5000);
    expect(requests[0]?.options).toMatchObject({ maxRetries: 6, retryDelayMs: 7000 });
  });

  it('the ratio: flag, then width and height, then the environment', async () => {
    const env = { GEMINI_API_KEY: KEY, DG_GEMINI_ASPECT_RATIO: '16:9' };
    const recipe = async (flags: string) => (await invoke(`${EDIT} ${flags}`, { env })).requests[0]?.recipe;
    expect(await recipe('')).toMatchObject({ aspectRatio: '16:9' });
    expect(await recipe('--aspect_ratio 1:1')).toMatchObject({ aspectRatio: '1:1' });
    expect(await recipe('--width 100 --height 100')).toMatchObject({ width: 100, height: 100 });
    expect(await recipe('--width 100 --height 100')).not.toHaveProperty('aspectRatio');
  });

  it('a prompt of its own, and fewer threads than requests when there are few', async () => {
    const { requests } = await invoke('t2i --backend gemini --prompt "a red cat" --max_global_workers 2');
    expect(requests[0]).toMatchObject({
      source: { kind: 'prompts', prompts: ['a red cat'] },
      recipe: { instruction: '{{prompt}}' },
      options: { concurrency: 2, workers: 2 },
    });
  });

  it('the demo needs no key', async () => {
    const { requests, code } = await invoke('demo --output_dir pictures', { env: {} });
    expect(code).toBe(0);
    expect(requests[0]).toMatchObject({
      source: { kind: 'sample' },
      outputDir: join(cwd, 'pictures'),
      fleet: { endpoints: [{ demo: true }], keys: [] },
    });
  });

  it('tells once what it ignores', async () => {
    const { err } = await invoke(`${EDIT} --device cuda --num_gpus 2 --batch_size 4`);
    expect(err.match(/^Ignored: --device, --num_gpus \(.*\); --batch_size \(.*\)\.$/gm)).toHaveLength(1);
  });
});

describe('refusals: one sentence on stderr, exit 2, nothing asked of the engine', () => {
  it.each<[string, Scene, RegExp]>([
    ['edit --backend google_genai --input missing.csv', {}, /"missing\.csv"/],
    [`${EDIT} --instruction_key how`, {}, /has no column "how"; it has image_url, instruction/],
    [
      EDIT,
      { env: {} },
      /none of DG_GEMINI_API_KEYS, .* and the library has no key that can serve gemini-current/,
    ],
    [EDIT, { env: { GEMINI_API_KEY: KEY, DG_GEMINI_TIMEOUT: 'x' } }, /DG_GEMINI_TIMEOUT is not a number/],
    [`${EDIT} --env_file nowhere.env`, {}, /nowhere\.env: there is no such file/],
    [`${EDIT} --aspect_ratio 3:2`, {}, /gemini-current does not offer the ratio 3:2; it offers 1:1, 16:9/],
    [`${EDIT} --image_size 8K`, {}, /gemini-current does not offer the size 8K/],
    [EDIT, { env: { GEMINI_API_KEY: KEY, BRUSHFLEET_LOG_LEVEL: 'loud' } }, /BRUSHFLEET_LOG_LEVEL must be/],
    ['t2i --backend openai --prompt x', { env: { OPENAI_API_KEY: 'k' } }, /no current model of openai/],
    [
      EDIT,
      { opened: { kind: 'refused', sentence: 'Another Brushfleet owns it.' } },
      /Another Brushfleet owns it\./,
    ],
    ['edti', {}, /did you mean edit/],
  ])('%s %#', async (argv, scene, sentence) => {
    const { code, err, out, requests } = await invoke(argv, scene);
    expect([code, out, requests]).toEqual([2, '', []]);
    expect(err).toMatch(/^brushfleet: [^\n]+\n$/);
    expect(err).toMatch(sentence);
  });

  it('what the engine refuses is exit 2 as well', async () => {
    const { code, err, closed } = await invoke(EDIT, {
      play: async () => ({ kind: 'refused', sentence: 'Cannot write to /out.' }),
    });
    expect([code, closed()]).toEqual([2, 1]);
    expect(err).toMatch(/brushfleet: Cannot write to \/out\.\n$/);
  });
});

describe('the end of a run', () => {
  it.each<[RunEnd, number]>([
    [{ kind: 'finished', run: runWith({ done: 3 }) }, 0],
    [{ kind: 'finished', run: runWith({ done: 2, failed: 1 }, { failures: { blocked: 1 } }) }, 1],
    [{ kind: 'finished', run: runWith({ done: 2, unknown: 1 }) }, 1],
    [
      { kind: 'finished', run: runWith({ done: 2, pending: 1 }), sentence: 'Every key is out for the day.' },
      1,
    ],
  ])('exit code %#', async (end, code) => {
    expect((await invoke(EDIT, { play: async () => end })).code).toBe(code);
  });

  it('prints what became of the rows and where everything is', async () => {
    const run = runWith({ done: 2, failed: 1, pending: 4 }, { failures: { blocked: 1 }, costUsd: 0.1 });
    const { out, err } = await invoke(EDIT, {
      play: async () => ({ kind: 'finished', run, sentence: 'Every key is out.' }),
    });
    expect(out).toBe(
      `2 done, 1 failed (1 blocked), 4 still pending of 7 in 0:00, about $0.10\nOutput: /out\nTable:  ${join(cwd, 'output', 'results.csv')}\n`,
    );
    expect(err).toMatch(/brushfleet: Every key is out\.\n$/);
  });

  it('--json: one line per finished job and a summary on stdout, nothing else', async () => {
    const { out } = await invoke(`${EDIT} --json`, {
      play: async (request) => {
        request.onJob(JOB);
        request.onJob({
          ...JOB,
          index: 13,
          status: 'failed',
          outputImage: '',
          failure: 'blocked',
          error: 'no "way"\n',
        });
        request.onProgress(runWith({ done: 1, failed: 1 }));
        return { kind: 'finished', run: runWith({ done: 1, failed: 1 }, { failures: { blocked: 1 } }) };
      },
    });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      expect.objectContaining({
        type: 'job',
        index: 12,
        status: 'done',
        output_image: '000012.png',
        cost_usd: 0.04,
      }),
      expect.objectContaining({ type: 'job', index: 13, failure: 'blocked', error: 'no "way"\n' }),
      expect.objectContaining({
        type: 'summary',
        total: 2,
        done: 1,
        failed: 1,
        failures: { blocked: 1 },
        exit_code: 1,
      }),
    ]);
  });

  it('rows of the input that could not be read were not done: exit 1, with the way out', async () => {
    const reasons = ['line 4: A quote in this row is never closed.'];
    const scene = {
      play: async () => ({
        kind: 'finished' as const,
        run: runWith({ done: 3 }),
        unread: { count: 1, reasons },
      }),
    };
    const { code, out, err } = await invoke(EDIT, scene);
    expect(code).toBe(1);
    expect(out).toMatch(/^3 done, 0 failed of 3 in 0:00, 1 row of the input not read\n/);
    expect(err).toContain(
      'brushfleet: 1 input could not be read and was not sent (line 4: A quote in this row is never closed): ' +
        'correct the input, then give the same command again.\n',
    );
    const told = JSON.parse((await invoke(`${EDIT} --json`, scene)).out);
    expect(told).toMatchObject({ done: 3, failed: 0, unread: 1, unread_reasons: reasons, exit_code: 1 });
  });

  it('a bug is told without a key and without a stack, and the engine is closed', async () => {
    const { code, err, closed } = await invoke(EDIT, {
      play: async () => {
        throw new Error(`bad ${KEY}`);
      },
    });
    expect([code, closed()]).toEqual([1, 1]);
    expect(err).toMatch(/brushfleet: this should not have happened, the log has more: bad \[secret\]\n$/);
  });
});

describe('Ctrl-C', () => {
  it('the first lets requests in flight finish and keeps all: exit 130', async () => {
    const { code, out, err, exits, listeners } = await invoke(EDIT, {
      play: async (_, { interrupt, stopped }) => {
        interrupt();
        await stopped;
        return {
          kind: 'finished',
          run: runWith({ done: 1, pending: 5 }, { state: { kind: 'paused', reason: 'stopped' } }),
        };
      },
    });
    expect([code, exits, listeners]).toEqual([130, [], 0]);
    expect(err).toContain('Stopping: requests in flight finish and are kept.');
    expect(err).toContain('Interrupted: run the same command again to continue where it stopped.');
    expect(out).toContain('5 still pending');
  });

  it.each([
    ['it', true, 130],
    ['somebody else', false, 1],
  ])('while the file is read: %s stopped it, nothing was wrong with it', async (_who, isOwn, wanted) => {
    const { code, err } = await invoke(EDIT, {
      play: async (_, { interrupt, stopped }) => {
        if (isOwn) {
          interrupt();
          await stopped;
        }
        return { kind: 'refused', sentence: 'Stopped while it was being read.', isStopped: true };
      },
    });
    expect(code).toBe(wanted);
    expect(err).toContain('brushfleet: Stopped while it was being read.\n');
  });

  it('the second ends the process at once', async () => {
    const { exits } = await invoke(EDIT, {
      play: async (_, { interrupt }) => {
        interrupt();
        interrupt();
        return FINISHED;
      },
    });
    expect(exits).toEqual([130]);
  });
});

describe('a reader of --json that goes away', () => {
  const left = (counts: { done: number; pending?: number }, isPaused: boolean): Scene => ({
    async play(_, { leave, stopped }) {
      leave();
      await (isPaused ? stopped : null);
      const state = isPaused
        ? ({ kind: 'paused', reason: 'stopped' } as const)
        : ({ kind: 'finished' } as const);
      return { kind: 'finished', run: runWith(counts, { state }) };
    },
  });

  it('has nothing more sent for it: what is in flight is kept, and the rest is a command away', async () => {
    const { code, err, listeners } = await invoke(`${EDIT} --json`, left({ done: 2, pending: 5 }, true));
    expect([code, listeners]).toEqual([1, 0]);
    expect(err).toContain('Standard output was closed: nothing more is sent');
    expect(err).toContain(
      'brushfleet: Standard output was closed: run the same command again to send the rest.',
    );
  });

  it('after the last request, has lost nothing', async () => {
    expect((await invoke(`${EDIT} --json`, left({ done: 7 }, false))).code).toBe(0);
  });

  it('is not listened for where the lines are only the summary', async () => {
    const { code, err } = await invoke(EDIT, left({ done: 7 }, false));
    expect([code, err.includes('closed')]).toEqual([0, false]);
  });
});

describe('help and version', () => {
  it('go to stdout when asked for, to stderr when not', async () => {
    expect(await invoke('--version')).toMatchObject({ code: 0, out: '1.2.3\n', err: '' });
    expect(await invoke('')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage:') });
  });
});
