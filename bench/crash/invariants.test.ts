/** Each invariant sees what it is there to see: a witness that was tampered with is named. */
import { describe, expect, it } from 'vitest';
import {
  acknowledgedIsKept,
  callsAreCounted,
  exportIsInOrder,
  finalNamesAreWhole,
  ledgerIsCharged,
  noDuplicates,
  rateIsKept,
} from './invariants.mjs';

const PRICE = 39_000;
const ROW = 500;

const call = (changes = {}) => ({
  call: 0,
  row: ROW,
  endpoint: 'a',
  at: 0,
  sha256: 'one',
  answered: true,
  ...changes,
});
const attempt = (state: string, costMicroUsd: number | null = null) => ({ state, costMicroUsd });

/** One row, done with the only call there was. */
function sound() {
  const job = {
    row: ROW,
    idx: 0,
    state: 'done',
    fileName: '000000.png',
    sha256: 'one',
    attempts: [attempt('done', PRICE)],
  };
  return {
    remains: {
      integrity: 'ok',
      run: {
        pending: 0,
        leased: 0,
        sent: 0,
        done: 1,
        failed: 0,
        unknown: 0,
        cancelled: 0,
        cost_micro_usd: PRICE,
      },
      jobs: [job],
      files: new Map([['000000.png', 'one']]),
      jsonl: '{"index":0}\n{"ind',
      csv: null,
    },
    firstRow: ROW,
    ledger: [call()],
    promised: new Map([[ROW, '000000.png']]),
    known: new Map([[ROW, 'one']]),
    chosen: new Map<number, number>(),
    indexes: [0],
    priceMicroUsd: PRICE,
  };
}

const CHECKS = {
  acknowledgedIsKept,
  callsAreCounted,
  finalNamesAreWhole,
  ledgerIsCharged,
  exportIsInOrder,
  noDuplicates,
};

type Scene = ReturnType<typeof sound>;
const onlyJob = ({ remains }: Scene) => remains.jobs[0] as Scene['remains']['jobs'][number];

describe('a library that lost nothing', () => {
  it.each(Object.entries(CHECKS))('has nothing to say to %s', (_name, check) => {
    const { looked, broken } = check(sound());
    expect(looked).toBeGreaterThan(0);
    expect(broken).toEqual([]);
  });
});

const TAMPERED: readonly (readonly [string, keyof typeof CHECKS, (scene: Scene) => void])[] = [
  ['a promise without its job', 'acknowledgedIsKept', (scene) => (onlyJob(scene).state = 'pending')],
  ['a promise with another file', 'acknowledgedIsKept', (scene) => scene.promised.set(ROW, '000000.jpg')],
  ['done without a file', 'acknowledgedIsKept', (scene) => scene.remains.files.clear()],
  ['done with other bytes', 'acknowledgedIsKept', (scene) => scene.remains.files.set('000000.png', 'two')],
  ['what was done, done again', 'acknowledgedIsKept', (scene) => scene.known.set(ROW, 'before')],
  ['a damaged database', 'acknowledgedIsKept', (scene) => (scene.remains.integrity = 'row missing')],
  ['a call nobody wrote down', 'callsAreCounted', (scene) => scene.ledger.push(call())],
  ['a call for no job', 'callsAreCounted', (scene) => scene.ledger.push(call({ row: 9 }))],
  ['an answer nobody gave', 'callsAreCounted', (scene) => (scene.ledger = [])],
  ['a counter that is off', 'callsAreCounted', (scene) => (scene.remains.run.done = 2)],
  ['half a picture', 'finalNamesAreWhole', (scene) => scene.remains.files.set('000000.png', 'half')],
  ['another row’s picture', 'finalNamesAreWhole', (scene) => scene.remains.files.set('000001.png', 'one')],
  ['a charge that is not noted', 'ledgerIsCharged', (scene) => scene.ledger.push(call())],
  [
    'a note of what was not charged',
    'ledgerIsCharged',
    (scene) => onlyJob(scene).attempts.push(attempt('done', PRICE)),
  ],
  ['a sum that is off', 'ledgerIsCharged', (scene) => (scene.remains.run.cost_micro_usd = 0)],
  ['a torn line in the middle', 'exportIsInOrder', (scene) => (scene.remains.jsonl = '{"a\n{"b":1}\n')],
  ['inputs out of order', 'exportIsInOrder', (scene) => (scene.indexes = [1])],
  ['an input without a line', 'exportIsInOrder', (scene) => (scene.indexes = [])],
  ['a row asked for twice', 'noDuplicates', (scene) => scene.ledger.push(call())],
];

describe('a witness that was tampered with', () => {
  it.each(TAMPERED)('%s: %s names it', (_what, name, tamper) => {
    const scene = sound();
    tamper(scene);
    expect(CHECKS[name](scene).broken).not.toEqual([]);
  });

  it('a row asked for twice by choice is as it should be', () => {
    const scene = sound();
    scene.ledger.push(call());
    scene.chosen.set(ROW, 1);
    expect(noDuplicates(scene).broken).toEqual([]);
  });

  it('what a lost attempt cost may be unknown, and no more than that', () => {
    const scene = sound();
    scene.ledger.push(call());
    onlyJob(scene).attempts.push(attempt('lost'));
    expect(ledgerIsCharged(scene).broken).toEqual([]);
    scene.ledger.push(call());
    expect(ledgerIsCharged(scene).broken).toHaveLength(1);
  });
});

describe('the rate of an endpoint', () => {
  const calls = (...times: readonly number[]) => times.map((at) => call({ at }));

  it('is looked at in every window of a minute, not from minute to minute', () => {
    expect(rateIsKept(calls(0, 59_000, 60_000), 2).broken).toEqual([]);
    expect(rateIsKept(calls(0, 59_000, 59_999), 2).broken).toHaveLength(1);
    expect(rateIsKept(calls(30_000, 50_000, 89_999), 2).broken).toHaveLength(1);
  });

  it('is its own', () => {
    const [one, two, three] = calls(0, 1, 2);
    expect(rateIsKept([one, two, { ...three, endpoint: 'b' }] as ReturnType<typeof calls>, 2).broken).toEqual(
      [],
    );
  });
});
