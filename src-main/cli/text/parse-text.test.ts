import { describe, expect, it } from 'vitest';
import { parseCli } from '../parse-cli';

const parse = (...argv: readonly string[]) => parseCli(argv, { version: '1.2.3' });

describe('brushfleet text, structured and story', () => {
  it('have these defaults', () => {
    expect(parse('text', '--prompt', 'a', '--prompt', 'b')).toEqual({
      kind: 'text',
      command: 'text',
      provider: 'google_genai',
      modelName: null,
      source: { kind: 'prompts', prompts: ['a', 'b'] },
      template: '{{prompt}}',
      output: '-',
      system: { kind: 'text', text: '' },
      generation: {},
      filterRows: '',
      fleetFlags: {},
      autoConcurrency: false,
      waitForQuota: 'minutes',
      workers: 4,
      resume: true,
      unknown: 'keep',
      check: false,
      allowPrivateUrls: false,
      json: false,
    });
  });

  it('read every flag', () => {
    const argv =
      'structured --input in.csv --output o.jsonl --prompt_column q --system_file s.txt --provider openai --model m ' +
      '--schema s.json --temperature 0.5 --top_p 0.9 --top_k 40 --max_output_tokens 100 --candidate_count 2 --seed -7 ' +
      '--thinking_budget -1 --stop END --stop ### --presence_penalty -0.5 --frequency_penalty 1.5 --num_workers 8 --num_processes 2 --timeout 5 --max_retries 3 --retry_delay 0.5 ' +
      '--wait_for_quota never --no_resume --unknown resend --max_cost 2 --max_requests 9 --canary 3 --priority high ' +
      '--allow_private_urls --check --env_file e --json --log_level debug --filter_rows 0:10';
    expect(parse(...argv.split(' '))).toEqual({
      kind: 'text',
      command: 'structured',
      provider: 'openai',
      modelName: 'm',
      source: { kind: 'file', path: 'in.csv' },
      template: '{{q}}',
      output: 'o.jsonl',
      system: { kind: 'file', path: 's.txt' },
      schemaFile: 's.json',
      generation: {
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        maxOutputTokens: 100,
        candidateCount: 2,
        seed: -7,
        stop: ['END', '###'],
        presencePenalty: -0.5,
        frequencyPenalty: 1.5,
        thinkingBudget: -1,
      },
      filterRows: '0:10',
      fleetFlags: { timeoutMs: 5000, maxRetries: 3, retryDelayMs: 500, maxWorkers: 8 },
      autoConcurrency: false,
      waitForQuota: 'never',
      workers: 2,
      resume: false,
      unknown: 'resend',
      caps: { costUsd: 2, requests: 9 },
      canary: 3,
      priority: 'high',
      check: true,
      allowPrivateUrls: true,
      json: true,
      envFile: 'e',
      logLevel: 'debug',
    });
    expect(parse('story', '--prompt', 'x', '--voice_id_list', 'a, b,')).toMatchObject({ voices: ['a', 'b'] });
    expect(parse('text', '--prompt', 'x', '--concurrency', 'auto')).toMatchObject({ autoConcurrency: true });
    expect(parse('text', '--prompt', 'x', '--model', 'gpt-5.5')).toMatchObject({ provider: 'openai' });
    expect(parse('text', '--input', 'f', '--template', 'T {{a}}', '--output', '-')).toMatchObject({
      template: 'T {{a}}',
      output: '-',
    });
  });

  it.each<[readonly string[], RegExp]>([
    [['text'], /^Say what to ask: brushfleet text --prompt "\.\.\.", or --input FILE\.$/],
    [
      ['text', '--input', 'f'],
      /^Say where the answers go: .*--output answers\.jsonl, or --output - for the screen\.$/,
    ],
    [['text', '--input', 'f', '--prompt', 'x'], /^--input and --prompt cannot be used together/],
    [['text', '--prompt', ' '], /^--prompt needs a value, and got a blank one\.$/],
    [
      ['text', '--prompt', 'x', '--prompt_column', 'c'],
      /^--prompt_column and --template are for the rows of a file/,
    ],
    [
      ['text', '--input', 'f', '--output', 'o', '--prompt_column', 'c', '--template', 't'],
      /^--prompt_column and --template cannot be used together/,
    ],
    [
      ['text', '--prompt', 'x', '--system', 'a', '--system_file', 'b'],
      /^--system and --system_file cannot be used together/,
    ],
    [
      ['text', '--prompt', 'x', '--concurrency', '2', '--num_workers', '3'],
      /^--concurrency and --num_workers cannot be used together/,
    ],
    [['text', '--prompt', 'x', '--json'], /^--json and the answers would mix/],
    [['text', '--prompt', 'x', '--schema', 's.json'], /^Unknown flag --schema/],
    [
      ['structured', '--prompt', 'x'],
      /^Say which shape the answers have: brushfleet structured --schema FILE\.json\.$/,
    ],
    [['story', '--prompt', 'x', '--voice_id_list', ','], /^--voice_id_list needs ids of voices/],
    [
      ['text', '--prompt', 'x', '--temperature', '3'],
      /^--temperature must be a number from 0 to 2, not "3"\.$/,
    ],
    [
      ['text', '--prompt', 'x', '--candidate_count', '9'],
      /^--candidate_count must be a whole number from 1 to 8/,
    ],
    [
      ['text', '--prompt', 'x', '--thinking_budget', '-2'],
      /^--thinking_budget must be a whole number from -1/,
    ],
    [
      ['text', '--prompt', 'x', '--provider', 'anthropic'],
      /^--provider must be google_genai \(or gemini\) or openai/,
    ],
    [
      ['text', '--prompt', 'x', '--num_workers', 'many'],
      /^--num_workers must be a whole number from 1 to 1024, or auto/,
    ],
    [
      ['text', '--prompt', 'x', '--api_key', 'AIzaSy-leaked'],
      /^--api_key is not a flag: other programs can read/,
    ],
    [['txt', '--prompt', 'x'], /^Unknown command "txt": did you mean text\?$/],
  ])('%j is one sentence', (argv, sentence) => {
    const answer = parse(...argv);
    expect(answer).toEqual({ kind: 'refused', sentence: expect.stringMatching(sentence), exitCode: 2 });
    expect(JSON.stringify(answer)).not.toContain('leaked');
  });
});
