import { describe, expect, it } from 'vitest';
import type { Never, Wait } from '../pool/pool';
import { Verdicts } from './verdicts';

const BUSY: Wait = { kind: 'wait', until: 100, reason: 'rate', keys: 0, dayOutUntil: null, allOut: false };
const OUT: Wait = { ...BUSY, until: 200, reason: 'quota', keys: 1, allOut: true };
const NEVER: Never = { kind: 'never', reason: 'no_key', sentence: 'No key.' };

function said(...verdicts: readonly (Wait | Never | null)[]): Verdicts {
  const made = new Verdicts(verdicts.length);
  for (const [choice, verdict] of verdicts.entries()) {
    made.note(choice, verdict);
  }
  return made;
}

describe('verdicts', () => {
  it.each([
    ['the first when nothing was said', said(null, null), 0, 0],
    ['none while the first is only busy, however free the second', said(BUSY, null), null, 0],
    ['the second when the first is out', said(OUT, null), 1, 1],
    ['the second when the first can never serve', said(NEVER, null), 1, 1],
    ['the third when both before it are out', said(NEVER, OUT, null), 2, 2],
    ['none while the second is busy', said(OUT, BUSY, null), null, 1],
    ['none when all are out', said(OUT, NEVER), null, 0],
  ])('ask for %s', (_name, verdicts, choice, inUse) => {
    expect(verdicts.nextChoice(99)).toBe(choice);
    expect(verdicts.inUse(99)).toBe(inUse);
  });

  it('ask for the first again as soon as its wait is over, whatever serves meanwhile', () => {
    const verdicts = said(OUT, null);
    expect([verdicts.nextChoice(199.9), verdicts.nextChoice(200)]).toEqual([1, 0]);
    verdicts.note(1, BUSY);
    expect([verdicts.nextChoice(99), verdicts.nextChoice(100), verdicts.nextChoice(200)]).toEqual([
      null,
      1,
      0,
    ]);
  });

  it('name what holds the lane back, and nothing behind one that may still serve', () => {
    expect(said(NEVER, OUT, BUSY, NEVER).holding()).toEqual([NEVER, OUT, BUSY]);
    expect(said(BUSY, NEVER).holding()).toEqual([BUSY]);
    expect(said(NEVER, null, NEVER).holding()).toEqual([NEVER]);
  });

  it('are forgotten together', () => {
    const verdicts = said(NEVER, NEVER);
    verdicts.forget();
    expect([verdicts.nextChoice(0), verdicts.holding()]).toEqual([0, []]);
  });
});
