import { describe, expect, it } from 'vitest';
import { parseCli } from '../parse-cli';

const parse = (...argv: readonly string[]) => parseCli(['tokens', ...argv], { version: '1' });

describe('brushfleet tokens', () => {
  it('is read whole', () => {
    expect(parse('list', '--json', '--library', 'lib')).toEqual({
      kind: 'tokens',
      act: { kind: 'list' },
      json: true,
      library: 'lib',
    });
    const caps = ['--max_cost', '20', '--max_requests', '500', '--concurrency', '4'];
    expect(parse('add', "Anna's laptop", ...caps)).toEqual({
      kind: 'tokens',
      act: { kind: 'add', name: "Anna's laptop", caps: { costUsd: 20, requests: 500 }, concurrency: 4 },
      json: false,
    });
    expect(parse('add', 'ci')).toMatchObject({ act: { kind: 'add', name: 'ci', caps: {} } });
    expect(parse('set', 'ci', '--max_requests', '9')).toMatchObject({
      act: { kind: 'set', token: 'ci', noCaps: false, caps: { requests: 9 } },
    });
    expect(parse('set', 'ci', '--no_caps')).toMatchObject({ act: { kind: 'set', noCaps: true, caps: {} } });
    expect(parse('revoke', 'ci', '3f2a')).toMatchObject({ act: { kind: 'revoke', tokens: ['ci', '3f2a'] } });
  });

  it('shows what it can do where nothing was asked of it', () => {
    expect(parse()).toMatchObject({ kind: 'show', text: expect.stringContaining('revoke') });
  });

  it.each([
    [['add', ' '], /The name of the token is blank/],
    [['add', 'x'.repeat(121)], /at most 120 characters/],
    [['add', 'ci', '--max_cost', '0'], /--max_cost must be a number from 0.01/],
    [['add', 'ci', '--concurrency', '0'], /--concurrency must be a whole number from 1 to 1024/],
    [['add', 'my', 'laptop'], /put quotes around one with spaces/],
    [['revoke'], /tokens/],
    [['set', 'ci'], /Say what to change/],
  ])('refuses %j with the way out', (argv, sentence) => {
    expect(parse(...argv)).toEqual({
      kind: 'refused',
      sentence: expect.stringMatching(sentence),
      exitCode: 2,
    });
  });
});
