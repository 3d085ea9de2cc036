import { describe, expect, it } from 'vitest';
import { parseCli } from '../parse-cli';

const parse = (line: string) => parseCli(line.split(' '), { version: '1.2.3' });

describe('what is understood', () => {
  it.each([
    ['runs list', { kind: 'list', sessions: false }],
    ['runs list --sessions', { kind: 'list', sessions: true }],
    ['runs show 3', { kind: 'show', runId: 3 }],
    [
      'runs resume 3',
      { kind: 'resume', runId: 3, terms: { unknown: 'keep', failed: false, cancelled: false, adopt: false } },
    ],
    [
      'runs resume 3 --unknown resend --failed --cancelled --adopt --max_cost 20 --max_requests 9 --priority high',
      {
        kind: 'resume',
        runId: 3,
        terms: {
          unknown: 'resend',
          failed: true,
          cancelled: true,
          adopt: true,
          caps: { costUsd: 20, requests: 9 },
          priority: 'high',
        },
      },
    ],
    ['runs set 3 --priority low', { kind: 'set', runId: 3, change: { priority: 'low' } }],
    [
      'runs set 3 --place 1 --max_global_workers 8 --max_requests 9',
      { kind: 'set', runId: 3, change: { place: 0, concurrency: 8, caps: { requests: 9 } } },
    ],
    ['runs set 3 --name Cats', { kind: 'set', runId: 3, change: { name: 'Cats' } }],
    ['runs pause 3', { kind: 'pause', runId: 3 }],
    ['runs cancel 3', { kind: 'cancel', runId: 3, which: 'pending' }],
    ['runs cancel 3 --in_flight', { kind: 'cancel', runId: 3, which: 'all' }],
    ['runs export 3 --format csv', { kind: 'export', runId: 3, format: 'csv' }],
    [
      'runs export 3 --format image_folder --only accepted --test 10 --embed_recipe --output d',
      {
        kind: 'exportPictures',
        runId: 3,
        format: 'imageFolder',
        filter: 'accepted',
        options: {
          embedRecipe: true,
          pairs: { verdicts: true, ratings: true },
          splits: { validation: 0, test: 10, seed: 1 },
        },
        output: 'd',
      },
    ],
    [
      'runs export 3 --format failures --output f.csv',
      { kind: 'export', runId: 3, format: 'failures', output: 'f.csv' },
    ],
  ])('%s', (line, act) => {
    expect(parse(line)).toEqual({ kind: 'runs', act, json: false });
    expect(parse(`${line} --json --library lib --env_file my.env --log_level debug`)).toEqual({
      kind: 'runs',
      act,
      json: true,
      library: 'lib',
      envFile: 'my.env',
      logLevel: 'debug',
    });
  });

  it.each(['check', 'restore'] as const)('library %s', (act) => {
    expect(parse(`library ${act}`)).toEqual({ kind: 'library', act, json: false });
    expect(parse(`library ${act} --json --library lib`)).toEqual({
      kind: 'library',
      act,
      json: true,
      library: 'lib',
    });
  });

  it.each([
    ['runs --help', 'brushfleet runs cancel 3 --in_flight'],
    ['runs resume --help', '--unknown <what>'],
    ['library --help', 'restore'],
  ])('%s', (line, text) => {
    expect(parse(line)).toMatchObject({ kind: 'show', exitCode: 0, text: expect.stringContaining(text) });
  });
});

describe('what is refused, in one sentence', () => {
  it.each([
    ['runs show', /^Say which run: brushfleet runs show --help shows how\.$/],
    ['runs show last', /^"last" is not a run id: ids are whole numbers, brushfleet runs list shows them\.$/],
    ['runs show 0', /is not a run id/],
    ['runs show -1', /^"-1" is not a run id/],
    ['runs resume 3 --unknown drop', /^--unknown must be keep or resend, not "drop"\.$/],
    ['runs resume 3 --max_cost free', /^--max_cost must be a number from/],
    ['runs set 3', /^Say what to change, such as --priority high: brushfleet runs set --help/],
    [`runs set 3 --name ${'x'.repeat(501)}`, /^--name takes up to 500 characters, not 501\.$/],
    ['runs set 3 --place 0', /^--place must be a whole number from 1 to/],
    [
      'runs export 3',
      /^Say in which form: --format csv, jsonl, spreadsheet, failures, reviewed, accepted, image_folder, parquet, zip or pairs\.$/,
    ],
    ['runs export 3 --format xls', /^--format must be csv, jsonl, .*, zip or pairs, not "xls"\.$/],
    [
      'runs export 3 --format csv --only accepted',
      /^--only goes with --format image_folder, parquet, zip, pairs/,
    ],
    [
      'runs export 3 --format zip --only best',
      /^--only must be results, accepted, rejected or unset, not "best"/,
    ],
    ['runs export 3 --format zip --seed 4', /^--seed goes with --validation or --test/],
    ['runs export 3 --format zip --test 50 --validation 45', /must leave at least 10 % for training/],
    ['runs remove 3', /^Unknown command "runs remove": (it is list|did you mean)/],
    ['runs pause 3 4', /^One value has no flag/],
    ['library burn', /^Unknown command "library burn": it is check or restore\.$/],
    ['run list', /^Unknown command "run": did you mean runs\?$/],
  ])('%s', (line, sentence) => {
    expect(parse(line)).toEqual({
      kind: 'refused',
      sentence: expect.stringMatching(sentence),
      exitCode: 2,
    });
  });
});
