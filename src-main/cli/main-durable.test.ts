/** What is asked before anything is paid for, and what is said of requests that may have been. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEnd } from './engine-port';
import { owner } from './runs/testing/scripted-owner';
import { runWith } from './testing/fixtures';
import { invokeMain, KEY, type Scene } from './testing/invoke-main';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cli-'));
  writeFileSync(join(cwd, 'data.csv'), 'image_url,instruction\na.png,red\n');
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const EDIT = 'edit --backend google_genai --input data.csv';

const invoke = (argv: string, scene: Omit<Scene, 'cwd'> = {}) => invokeMain(argv, { ...scene, cwd });

describe('requests with an unknown outcome', () => {
  it.each<[number, RegExp]>([
    [
      1,
      /brushfleet: 1 request has an unknown outcome and may have been charged: send it again with --unknown resend, or leave it so \(--unknown keep, the default\)\.\n$/,
    ],
    [3, /brushfleet: 3 requests have an unknown outcome and may have been charged: send them again/],
  ])('%i: exit 1 with both ways in one sentence', async (unknown, sentence) => {
    const { code, err, requests } = await invoke(EDIT, {
      play: async () => ({ kind: 'finished', run: runWith({ done: 2, unknown }) }),
    });
    expect([code, requests[0]?.options.unknown]).toEqual([1, 'keep']);
    expect(err).toMatch(sentence);
    expect((await invoke(`${EDIT} --unknown resend`)).requests[0]?.options.unknown).toBe('resend');
  });
});

describe('a canary', () => {
  const paused = { kind: 'paused', reason: 'The first 2 rows are through.' } as const;
  const options = { ...runWith({}).options, canary: 2 };

  it.each<[string, RunEnd, number]>([
    ['all done', { kind: 'finished', run: runWith({ done: 2, pending: 5 }, { state: paused, options }) }, 0],
    ['one failed', { kind: 'finished', run: runWith({ done: 1, failed: 1 }, { state: paused, options }) }, 1],
    [
      'no key',
      {
        kind: 'finished',
        run: runWith({ pending: 7 }, { state: { ...paused, failure: 'invalid_key' }, options }),
      },
      1,
    ],
  ])('%s', async (_, end, code) => {
    const played = await invoke(`${EDIT} --canary 2`, {
      play: async () => ({ ...end, sentence: paused.reason }) as RunEnd,
    });
    expect(played.requests[0]?.options.canary).toBe(2);
    expect(played.code).toBe(code);
    expect(played.err).toMatch(/brushfleet: The first 2 rows are through\.\n$/);
  });

  it('caps on cost are refused for a model whose price nobody knows', async () => {
    const { requests, code, err } = await invoke(`${EDIT} --model_name unheard-of --max_cost 2`);
    expect([requests, code]).toEqual([[], 2]);
    expect(err).toContain('The price of unheard-of is not known, so --max_cost cannot be enforced:');
    expect((await invoke(`${EDIT} --model_name unheard-of --max_requests 2`)).requests).toHaveLength(1);
  });

  it.each([
    [9, 0.5, '--max_requests'],
    [5, 1.97, '--max_cost'],
  ])(
    'caps and priority go with the request; %i requests for $%d: exit 1 with the way on',
    async (...spent) => {
      const [requests, costUsd, flag] = spent;
      const caps = { costUsd: 2, requests: 9 };
      const state = { kind: 'paused', reason: 'x', failure: 'budget' } as const;
      const run = runWith(
        { done: 2, pending: 5 },
        { state, requests, costUsd, options: { ...options, caps } },
      );
      const {
        requests: asked,
        code,
        err,
      } = await invoke(`${EDIT} --max_cost 2 --max_requests 9 --priority low`, {
        play: async () => ({ kind: 'finished', run, sentence: 'The cap is reached.' }),
      });
      expect(asked[0]?.options).toMatchObject({ caps, priority: 'low' });
      expect(code).toBe(1);
      expect(err).toMatch(
        new RegExp(
          `brushfleet: The cap is reached\\. Run the same command with a higher ${flag} to continue\\.\\n$`,
        ),
      );
    },
  );
});

describe('--check', () => {
  const plan = { jobs: 3, blockers: [], costUsd: { low: 0.1, high: 0.2 }, seconds: { low: 60, high: 90 } };
  const report = { checked: 3, total: 3, inputBytes: 1_234_567, problems: [], done: true };
  const problems = [
    { message: 'a.png is not there', count: 25, rows: [1, 2] },
    { message: 'The instruction is blank', count: 1, rows: [7] },
  ];

  it('asks for no run, and says what it would do', async () => {
    const { code, out, requests, checks, closed } = await invoke(`${EDIT} --check --filter_rows 0:3`, {
      check: { kind: 'checked', plan, report },
    });
    expect([code, requests, closed()]).toEqual([0, [], 1]);
    expect(checks[0]).toMatchObject({ name: 'data', options: { filterRows: '0:3' } });
    expect(out).toBe(
      '3 of 3 rows checked, 1.2 MB of input images, 3 pictures to make, about $0.10 to $0.20, about 1:00 to 1:30.\n' +
        'Every row can be sent.\n',
    );
  });

  it('groups what would fail, with the rows, and ends with 2', async () => {
    const { code, out } = await invoke(`${EDIT} --check`, {
      check: { kind: 'checked', plan: { jobs: 3, blockers: [] }, report: { ...report, problems } },
    });
    expect(code).toBe(2);
    expect(out).toContain('26 problems, nothing was sent:\n');
    expect(out).toContain('  25  a.png is not there  (rows 1, 2 and 23 more)\n');
    expect(out).toContain('   1  The instruction is blank  (row 7)\n');
  });

  it('--json: one line', async () => {
    const { code, out } = await invoke(`${EDIT} --check --json`, {
      check: { kind: 'checked', plan, report: { ...report, problems } },
    });
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ type: 'check', checked: 3, problems, exit_code: 2 });
  });

  it('that did not come to all rows is no success', async () => {
    const { code, out } = await invoke(`${EDIT} --check --json`, {
      check: { kind: 'checked', plan, report: { ...report, checked: 2, done: false } },
    });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ checked: 2, done: false, exit_code: 1 });
  });

  it('Ctrl-C ends it with what it found so far: exit 130', async () => {
    const { code, out, err, listeners } = await invoke(`${EDIT} --check`, { check: 'stopped', isTTY: true });
    expect([code, listeners]).toEqual([130, 0]);
    expect(out).toContain('Stopped: 5 of 9 rows checked');
    expect(out).toContain('Every row so far can be sent.\n');
    expect(err).toContain('Checked 5 of 9 rows');
  });

  it('what the engine refuses is exit 2', async () => {
    const refused = { kind: 'refused', sentence: '"data.csv" cannot be read.' } as const;
    const { code, out, err } = await invoke(`${EDIT} --check`, { check: refused });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/brushfleet: "data\.csv" cannot be read\.\n$/);
  });

  it('what keeps the run from starting is exit 2 as well', async () => {
    const { code, out } = await invoke(`${EDIT} --check`, {
      check: { kind: 'checked', plan: { jobs: 3, blockers: ['No endpoint can serve it.'] }, report },
    });
    expect(code).toBe(2);
    expect(out).toContain('No endpoint can serve it.\n');
  });
});

describe('answers that are there and cannot be written down', () => {
  const TEXT = 'text --provider google_genai --model writer --prompt hello';
  const answersProblem = '"answers.jsonl" was not written: the disk is full.';
  const end: RunEnd = { kind: 'finished', run: runWith({ done: 1 }, { outputDir: '/out' }), answersProblem };

  it('are a run that ended, with the way to them: exit 1', async () => {
    const { code, out, err } = await invoke(`${TEXT} --output answers.jsonl`, { play: async () => end });
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/brushfleet: "answers\.jsonl" was not written: .*\n$/),
    ]);
    expect(out).toMatch(/^1 done, 0 failed of 1 in 0:00\nOutput: \/out\n/);
  });

  it('leave the folder of their run where they were to be printed', async () => {
    const { code, out, requests } = await invoke(`${TEXT} --output -`, { play: async () => end });
    expect([code, out]).toEqual([1, '']);
    const folder = dirname(requests[0]?.outputDir ?? '');
    expect(existsSync(folder)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});

describe('runs of a library that another process has open', () => {
  it('go on however often it changes hands, as long as each owner is heard of', async () => {
    const run = runWith({ pending: 1 }, { state: { kind: 'paused', reason: 'Stopped.' } });
    const leaving = Array.from({ length: 6 }, () => owner(run));
    leaving.forEach(({ leave }) => leave());
    const last = owner(run);
    const owners = [...leaving, last].map(({ port }) => port);
    const going = invoke('runs resume 1', { owners });
    await expect.poll(() => last.asked.length).toBe(1);
    last.change(1, { counts: runWith({ done: 1 }).counts, state: { kind: 'finished' } });
    expect((await going).code).toBe(0);
  });

  it('are asked of whoever has it next when that one ends', async () => {
    const { code, out, err, closed } = await invoke('runs list', { deadOwners: 2 });
    expect([code, closed()]).toEqual([0, 3]);
    expect(out).toMatch(/^No runs yet/);
    expect(err).toBe('The Brushfleet that had the library open ended: going on without it.\n'.repeat(2));
  });

  it('no key of the environment stands in what is told of a bug', async () => {
    const { code, err } = await invoke('runs list', { bug: `bad ${KEY}` });
    expect(code).toBe(1);
    expect(err).toMatch(/brushfleet: this should not have happened, the log has more: bad \[secret\]\n$/);
  });

  it('are not asked for ever', async () => {
    const { code, err, closed } = await invoke('runs list', { deadOwners: 1000 });
    expect([code, closed()]).toEqual([1, 5]);
    expect(err).toMatch(/brushfleet: The process that has the library open does not answer: [^\n]+\n$/);
  });
});
