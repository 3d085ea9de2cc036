import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fleetFromEnv } from '../fleet-env/fleet-from-env';
import type { RunCliRequest } from './cli-request';
import { EXPLAINED_FLAGS, ignoredNote } from './explained-flags';
import { parseCli } from './parse-cli';
import { commandsOf } from './testing/shell-block';

const parse = (...argv: string[]) => parseCli(argv, { version: '1.2.3' });

function run(...argv: string[]): RunCliRequest {
  const request = parse(...argv);
  if (request.kind !== 'run') {
    throw new Error(JSON.stringify(request));
  }
  return request;
}

const EDIT = ['edit', '--backend', 'google_genai', '--input', 'data.csv'];
const TEXT = ['t2i', '--backend', 'openai', '--prompt', 'a cat'];

const BLOCKS = readFileSync(new URL('./testing/documented-commands.txt', import.meta.url), 'utf8').split(
  '\n----\n',
);

describe('every documented command', () => {
  it('is here', () => expect(BLOCKS).toHaveLength(33));

  it.each(BLOCKS.flatMap(commandsOf).map((command, at) => [at, command] as const))(
    '%i is understood',
    (_, command) => {
      expect(command.program).toBe('brushfleet');
      const request = run(...command.argv);
      const flag = (name: string): string | undefined => command.argv[command.argv.indexOf(`--${name}`) + 1];
      const has = (name: string): boolean => command.argv.includes(`--${name}`);
      expect(request.task).toBe(command.argv[0]);
      expect(request.provider).toBe(flag('backend'));
      expect(request.modelName).toBe(has('model_name') ? flag('model_name') : null);
      expect(request.source).toEqual(
        has('prompt')
          ? { kind: 'prompts', prompts: [flag('prompt')] }
          : { kind: 'file', path: flag(has('input') ? 'input' : 'prompts_file') },
      );
      expect(request.outputDir).toBe(has('output_dir') ? flag('output_dir') : './output');
      expect(request.filterRows).toBe(has('filter_rows') ? flag('filter_rows') : '');
      expect(request.fleetFlags.timeoutMs).toBe(has('timeout') ? Number(flag('timeout')) * 1000 : undefined);
      expect(request.ignoredFlags).toEqual([]);

      const env = { GEMINI_API_KEY: 'k', OPENAI_API_KEY: 'k', ...command.env };
      const fleet = fleetFromEnv({ provider: request.provider, env, flags: request.fleetFlags });
      expect(fleet.kind).toBe('ok');
    },
  );
});

describe('values', () => {
  it('has the documented defaults', () => {
    expect(run(...EDIT)).toEqual({
      kind: 'run',
      task: 'edit',
      provider: 'google_genai',
      modelName: null,
      source: { kind: 'file', path: 'data.csv' },
      instruction: { kind: 'column', name: 'instruction' },
      outputDir: './output',
      filterRows: '',
      variants: 1,
      size: {},
      fleetFlags: {},
      autoConcurrency: false,
      waitForQuota: 'minutes',
      workers: 4,
      resume: true,
      unknown: 'keep',
      adopt: false,
      check: false,
      allowPrivateUrls: false,
      json: false,
      ignoredFlags: [],
    });
  });

  it('reads every flag', () => {
    const flags =
      '--model_name m --output_dir out --output_csv t.csv --instruction_key how --filter_rows 0:100,205 ' +
      '--output_name_column name --num_images_per_prompt 3 --width 1920 --height 1080 --aspect_ratio 16:9 ' +
      '--image_size 2K --image_cache_dir cache --timeout 1.5 --api_max_retries 2 --retry_delay 0.5 ' +
      '--max_global_workers 64 --wait_for_quota always --num_processes 8 --no_resume --env_file my.env --allow_private_urls --json --log_level debug ' +
      '--unknown resend --max_cost 12.50 --max_requests 40 --canary 3 --priority high --check';
    expect(run(...EDIT, ...flags.split(' '))).toEqual({
      kind: 'run',
      task: 'edit',
      provider: 'google_genai',
      modelName: 'm',
      source: { kind: 'file', path: 'data.csv' },
      instruction: { kind: 'column', name: 'how' },
      outputDir: 'out',
      outputCsv: 't.csv',
      outputNameColumn: 'name',
      filterRows: '0:100,205',
      variants: 3,
      size: { width: 1920, height: 1080, aspectRatio: '16:9', imageSize: '2K' },
      imageCacheDir: 'cache',
      fleetFlags: { timeoutMs: 1500, maxRetries: 2, retryDelayMs: 500, maxWorkers: 64 },
      autoConcurrency: false,
      waitForQuota: 'always',
      workers: 8,
      resume: false,
      unknown: 'resend',
      adopt: false,
      caps: { costUsd: 12.5, requests: 40 },
      canary: 3,
      priority: 'high',
      check: true,
      envFile: 'my.env',
      allowPrivateUrls: true,
      json: true,
      logLevel: 'debug',
      ignoredFlags: [],
    });
  });

  it('--adopt takes what lies in the folder', () => {
    expect(run(...EDIT, '--adopt')).toMatchObject({ adopt: true, resume: true });
  });

  it('one cap alone', () => {
    expect(run(...EDIT, '--max_cost', '5').caps).toEqual({ costUsd: 5 });
    expect(run(...EDIT, '--max_requests', '5').caps).toEqual({ requests: 5 });
  });

  it('--max_global_workers auto follows limits and latency', () => {
    expect(run(...EDIT, '--max_global_workers', 'auto')).toMatchObject({
      autoConcurrency: true,
      fleetFlags: {},
    });
  });

  it('takes gemini for google_genai, and a value that begins with a dash', () => {
    expect(run('t2i', '--backend=gemini', '--prompt', '--a dash--')).toMatchObject({
      provider: 'google_genai',
      source: { kind: 'prompts', prompts: ['--a dash--'] },
    });
  });

  it('--prompt wins over --prompts_file', () => {
    expect(run(...TEXT, '--prompts_file', 'p.txt').source).toEqual({ kind: 'prompts', prompts: ['a cat'] });
    expect(run(...TEXT, '--prompt', 'a dog').source).toEqual({
      kind: 'prompts',
      prompts: ['a cat', 'a dog'],
    });
    expect(parse(...EDIT, '--prompt', 'red', '--prompt', 'blue')).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('give it once'),
    });
  });

  it('an edit may have one instruction for all rows', () => {
    expect(run(...EDIT, '--prompt', 'make it {{colour}}').instruction).toEqual({
      kind: 'template',
      text: 'make it {{colour}}',
    });
  });

  it('accepts every explained flag, and explains it in one sentence', () => {
    const flags = EXPLAINED_FLAGS.flatMap(({ flag, takesValue }) => (takesValue ? [flag, '1'] : [flag]));
    const request = run(...EDIT, ...flags, '--num_nodes', '1');
    expect(request.ignoredFlags).toHaveLength(EXPLAINED_FLAGS.length);
    expect(ignoredNote(request.ignoredFlags)).toMatch(/^Ignored: --device, .*--enable_compile.*\.$/);
    expect(ignoredNote([])).toBeNull();
  });
});

describe('a mistake is one sentence and exit 2', () => {
  it.each<[string[], RegExp]>([
    [[...EDIT, '--modle_name', 'x'], /^Unknown flag --modle_name: did you mean --model_name\?$/],
    [[...EDIT, '--xyzzy'], /^Unknown flag --xyzzy: brushfleet edit --help lists all flags\.$/],
    [
      [...EDIT, '--api_key=sk-leaked-thing'],
      /^--api_key is not a flag: other programs can read a command line/,
    ],
    [[...EDIT, '--unknown_thing=sk-leaked-thing'], /^Unknown flag --unknown_thing: /],
    [[...EDIT, '--json=1'], /^--json takes no value\.$/],
    [['edti'], /^Unknown command "edti": did you mean edit\?$/],
    [
      ['render', '--mode', 't2i'],
      /^Unknown command "render": it is edit, t2i, text, structured, story, stream, serve, demo, runs, keys, endpoints, tokens or library\.$/,
    ],
    [['tokens', 'drop', 'ci'], /^Unknown command "tokens drop": it is add, list, set or revoke\.$/],
    [['tokens', 'add'], /^Say which token: brushfleet tokens add --help shows how\.$/],
    [['tokens', 'revoke'], /^Say which token: brushfleet tokens revoke --help shows how\.$/],
    [[...EDIT, 'extra'], /^One value has no flag/],
    [['edit', '--backend'], /^--backend needs a value\.$/],
    [['edit', '--input', 'a.csv'], /^Say which provider: brushfleet edit --backend google_genai/],
    [['edit', '--backend', 'diffusers', '--input', 'a.csv'], /^--backend diffusers is not offered here/],
    [['edit', '--backend', 'constructor', '--input', 'a.csv'], /^--backend constructor is not offered here/],
    [['edit', '--backend', 'openai'], /^Say what to edit/],
    [['t2i', '--backend', 'openai'], /^Say what to draw/],
    [['edit', '--backend', 'openai', '--input', ''], /^--input needs a value, and got a blank one\.$/],
    [[...EDIT, '--prompt', 'x', '--instruction_key', 'y'], /cannot be used together/],
    [[...EDIT, '--resume', '--no_resume'], /^--resume and --no_resume cannot be used together/],
    [[...EDIT, '--adopt', '--no_resume'], /^--adopt and --no_resume cannot be used together/],
    [[...EDIT, '--unknown', 'drop'], /^--unknown must be keep or resend, not "drop"\.$/],
    [[...EDIT, '--max_cost', '0'], /^--max_cost must be a number from 0\.01 to 1000000, not "0"\.$/],
    [[...EDIT, '--max_requests', 'many'], /^--max_requests must be a whole number from 1 to/],
    [[...EDIT, '--canary', '0'], /^--canary must be a whole number from 1 to 1000, not "0"\.$/],
    [[...EDIT, '--priority', 'urgent'], /^--priority must be high, normal or low, not "urgent"\.$/],
    [[...EDIT, '--width', '100'], /^--width needs --height/],
    [[...EDIT, '--height', '100'], /^--height needs --width/],
    [
      [...EDIT, '--width', 'wide', '--height', '1'],
      /^--width must be a whole number from 1 to 100000, not "wide"\.$/,
    ],
    [[...EDIT, '--aspect_ratio', 'wide'], /^--aspect_ratio must be two numbers such as 16:9, not "wide"\.$/],
    [[...EDIT, '--filter_rows', '0:10:2'], /row filter does not understand "0:10:2"/],
    [[...EDIT, '--timeout', '0'], /^--timeout must be a number of seconds/],
    [[...EDIT, '--timeout', 'soon'], /not "soon"\.$/],
    [[...EDIT, '--api_max_retries', '-1'], /^--api_max_retries must be a whole number from 0 to 100/],
    [[...EDIT, '--max_global_workers', '0'], /^--max_global_workers must be/],
    [
      [...EDIT, '--wait_for_quota', 'soon'],
      /^--wait_for_quota must be never, minutes, always, not "soon"\.$/,
    ],
    [[...EDIT, '--num_images_per_prompt', '1.5'], /^--num_images_per_prompt must be/],
    [[...EDIT, '--num_nodes', '2'], /^--num_nodes splits no work here/],
    [[...EDIT, '--log_level', 'loud'], /^--log_level must be error, warning, info, debug, not "loud"\.$/],
  ])('%j', (argv, sentence) => {
    const request = parse(...argv);
    expect(request).toEqual({ kind: 'refused', sentence: expect.stringMatching(sentence), exitCode: 2 });
    expect(JSON.stringify(request)).not.toContain('leaked-thing');
  });
});

describe('help and version', () => {
  it('shows them on demand', () => {
    expect(parse('--version')).toEqual({ kind: 'show', text: '1.2.3\n', exitCode: 0 });
    expect(parse('--help')).toMatchObject({
      kind: 'show',
      exitCode: 0,
      text: expect.stringContaining('brushfleet demo'),
    });
    const help = parse('edit', '--help');
    expect(help).toMatchObject({
      kind: 'show',
      exitCode: 0,
      text: expect.stringContaining('--instruction_key'),
    });
    expect(JSON.stringify(help)).not.toContain('--num_gpus');
  });

  it('shows help when nothing is asked, as a mistake', () => {
    expect(parse()).toMatchObject({
      kind: 'show',
      exitCode: 2,
      text: expect.stringContaining('Usage: brushfleet'),
    });
  });

  it('reads demo, whose folder is no other run’s by default', () => {
    expect(parse('demo')).toEqual({
      kind: 'demo',
      outputDir: './output/demo',
      unknown: 'keep',
      json: false,
    });
    expect(parse('demo', '--output_dir', 'x', '--json', '--unknown', 'resend')).toEqual({
      kind: 'demo',
      outputDir: 'x',
      unknown: 'resend',
      json: true,
    });
  });
});
