import { describe, expect, it } from 'vitest';
import { parseCli } from '../parse-cli';
import type { FleetAct } from './fleet-request';

const parse = (line: string) => parseCli(line.split(' '), { version: '1.2.3' });

function act(line: string): FleetAct {
  const request = parse(line);
  if (request.kind !== 'fleet') {
    throw new Error(JSON.stringify(request));
  }
  return request.act;
}

const LIMITS = '--rpm 10 --rpd 200 --tpm 9000 --concurrency 3 --min_interval 1.5';
const READ_LIMITS = {
  requestsPerMinute: 10,
  requestsPerDay: 200,
  tokensPerMinute: 9000,
  concurrency: 3,
  minIntervalMs: 1500,
};

describe('keys', () => {
  it.each<[string, FleetAct]>([
    ['keys list', { kind: 'keysList' }],
    ['keys usage', { kind: 'keysUsage', days: 30 }],
    ['keys usage --days 366', { kind: 'keysUsage', days: 366 }],
    ['keys add', { kind: 'keysAdd', terms: {} }],
    [
      `keys add --endpoint Relay --group Account --tier free ${LIMITS}`,
      {
        kind: 'keysAdd',
        terms: { endpoint: 'Relay', group: 'Account', tier: 'free', limits: READ_LIMITS },
      },
    ],
    ['keys import a.txt --tier paid', { kind: 'keysImport', file: 'a.txt', terms: { tier: 'paid' } }],
    ['keys test --all', { kind: 'keysTest', keys: 'all' }],
    ['keys test 3f 9c', { kind: 'keysTest', keys: ['3f', '9c'] }],
    ['keys remove 3f 9c', { kind: 'keysRemove', keys: ['3f', '9c'] }],
  ])('%s', (line, wanted) => expect(act(line)).toEqual(wanted));
});

describe('endpoints', () => {
  it.each<[string, FleetAct]>([
    ['endpoints list', { kind: 'endpointsList' }],
    [
      'endpoints add Relay --provider gemini',
      { kind: 'endpointsAdd', name: 'Relay', provider: 'google_genai', change: {} },
    ],
    [
      `endpoints set Relay --base_url https://a/v1 --weight 2.5 --adaptive ceiling --timeout 60 --enabled off --reset_zone UTC --name B ${LIMITS}`,
      {
        kind: 'endpointsSet',
        endpoint: 'Relay',
        change: {
          name: 'B',
          baseUrl: 'https://a/v1',
          weight: 2.5,
          adaptive: 'ceiling',
          timeoutMs: 60_000,
          enabled: false,
          resetZone: 'UTC',
          limits: READ_LIMITS,
        },
      },
    ],
    [
      'endpoints set Relay --rpm 0',
      { kind: 'endpointsSet', endpoint: 'Relay', change: { limits: { requestsPerMinute: 0 } } },
    ],
    ['endpoints test Relay', { kind: 'endpointsTest', endpoints: ['Relay'] }],
  ])('%s', (line, wanted) => expect(act(line)).toEqual(wanted));

  it('a blank URL means the official one', () => {
    expect(parseCli(['endpoints', 'set', 'Relay', '--base_url', ''], { version: '1' })).toMatchObject({
      act: { change: { baseUrl: '' } },
    });
  });
});

it('what all of them take', () => {
  expect(parse('keys list --json --library other --env_file other.env --log_level debug')).toEqual({
    kind: 'fleet',
    act: { kind: 'keysList' },
    json: true,
    library: 'other',
    envFile: 'other.env',
    logLevel: 'debug',
  });
});

describe('what cannot be used is one sentence', () => {
  it.each<[string, RegExp]>([
    ['keys lst', /^Unknown command "keys lst": did you mean list\?$/],
    [
      'keys paint',
      /^Unknown command "keys paint": it is list, add, import, test, pause, resume, reset or remove\.$/,
    ],
    ['endpoints forget', /^Unknown command "endpoints forget": it is list, add, set, remove or test\.$/],
    ['keys add --endpont Relay', /^Unknown flag --endpont: did you mean --endpoint\?$/],
    ['keys add --xyzzy', /^Unknown flag --xyzzy: brushfleet keys add --help lists all flags\.$/],
    ['keys add --tier gold', /^--tier must be free or paid, not "gold"\.$/],
    ['keys add --rpm -1', /^--rpm must be a whole number/],
    ['keys test', /^Say which keys: ids \(brushfleet keys list\), or --all\.$/],
    ['keys test 3f --all', /^--all means every one/],
    ['keys remove', /^Say which keys: brushfleet keys remove --help shows how\.$/],
    ['keys import', /^Say which file/],
    ['endpoints add Relay', /^Say which protocol it speaks: --provider google_genai/],
    [
      'endpoints add Relay --provider other',
      /^--provider must be google_genai \(or gemini\) or openai, not "other"\.$/,
    ],
    ['endpoints add --provider openai', /^Say which endpoint/],
    ['keys usage --days 0', /^--days must be a whole number from 1 to 366, not "0"\.$/],
    ['endpoints set Relay', /^Say what to change, such as --weight 2/],
    ['endpoints set Relay --weight -2', /^--weight must be a number from 0 to 10000, not "-2"\.$/],
    ['endpoints set Relay --adaptive maybe', /^--adaptive must be off, on or ceiling, not "maybe"\.$/],
    ['endpoints set Relay --enabled yes', /^--enabled must be on or off, not "yes"\.$/],
    ['endpoints set Relay --base_url ftp://a', /^--base_url "ftp:\/\/a" is not a URL: write it as https/],
    ['endpoints set Relay --base_url https://me:pw@a', /^--base_url holds a user name or password/],
    ['endpoints set Relay --reset_zone Mars/Base', /^--reset_zone "Mars\/Base" is not a time zone/],
  ])('%s', (line, sentence) => {
    expect(parse(line)).toEqual({
      kind: 'refused',
      sentence: expect.stringMatching(sentence),
      exitCode: 2,
    });
  });

  it.each([
    'keys add sk-leaked-thing-1234',
    'keys add leaked-thing',
    'keys add --key leaked-thing',
    'keys add --api_key=leaked-thing',
    'keys import AIzaSy-leaked-thing-1234567890',
    'keys remove sk-leaked-thing-1234',
    'keys sk-leaked-thing-1234',
    'endpoints add sk-leaked-thing-1234 --provider openai',
    'endpoints set Relay --base_url https://a/?key=AIzaSy-leaked-thing-1234567890',
  ])('a key in the arguments is refused and not repeated: %s', (line) => {
    const request = parse(line);
    expect(request).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('never taken from the command line'),
    });
    expect(JSON.stringify(request)).not.toContain('leaked-thing');
  });
});

describe('help', () => {
  it.each([
    ['keys --help', 'brushfleet keys import .env'],
    ['keys add --help', '--min_interval'],
    ['keys import --help', '<file>'],
    ['keys test --help', '--all'],
    ['keys test --help', '--library <folder>'],
    ['keys remove --help', '<ids...>'],
    ['keys list --help', '--json'],
    ['endpoints --help', 'endpoints set Relay'],
    ['endpoints add --help', '--provider'],
    ['endpoints set --help', '--adaptive'],
    ['endpoints test --help', '--all'],
  ])('%s', (line, words) => {
    expect(parse(line)).toMatchObject({ kind: 'show', exitCode: 0, text: expect.stringContaining(words) });
  });

  it.each(['keys', 'endpoints'])('%s alone shows it, as a mistake', (line) => {
    expect(parse(line)).toMatchObject({ kind: 'show', exitCode: 2, text: expect.stringContaining('Usage:') });
  });
});
