/** What a browser may call is decided for each call of the contract, and for nothing else. */
import { isContractProcedure } from '@orpc/contract';
import { contract } from '@shared/contract';
import { describe, expect, it } from 'vitest';
import { ONLY_WINDOW, REACH, spends, whyNot } from './reach';

/** Of what is nested, as deep as it may be: a group in a group has no entry in the record. */
function callsOf(router: object, isCall: (value: unknown) => boolean, before = ''): string[] {
  return Object.entries(router).flatMap(([name, value]) =>
    isCall(value) ? [before + name] : callsOf(value, isCall, `${before}${name}.`),
  );
}

describe('the reach of a browser', () => {
  it('is told for exactly the calls of the contract', () => {
    const told = callsOf(REACH, (value) => typeof value === 'string');
    expect(told.toSorted()).toEqual(callsOf(contract, isContractProcedure).toSorted());
    expect(told.length).toBeGreaterThan(100);
  });

  it.each([[['keys', 'reveal']], [['keys']], [['toString']], [['system', 'constructor']], [[]]])(
    'ends at a call that is not told: %j',
    (path) => {
      expect(whyNot(path, {})).toBe(ONLY_WINDOW);
      expect(spends(path)).toBe(false);
    },
  );

  it('leaves the keys to the window, by their endpoint too', () => {
    expect(whyNot(['keys', 'reset'], { keyId: 'k' })).toBe(ONLY_WINDOW);
    expect(whyNot(['endpoints', 'reset'], { endpointId: 'e' })).toBe(ONLY_WINDOW);
    expect(whyNot(['endpoints', 'list'], undefined)).toBeNull();
  });

  it('names what spends, which any login may ask', () => {
    expect([spends(['studio', 'send']), whyNot(['studio', 'send'], {})]).toEqual([true, null]);
    expect(spends(['studio', 'trees'])).toBe(false);
  });

  it.each([
    ['runs', 'start'],
    ['runs', 'plan'],
    ['runs', 'preflight'],
    ['runs', 'setOptions'],
    ['text', 'describe'],
    ['text', 'judge'],
  ])('does not let it into the private network: %s.%s', (...path) => {
    expect(whyNot(path, { options: { allowPrivateUrls: true } })).toContain('private network');
    expect(whyNot(path, { options: { allowPrivateUrls: false, concurrency: 1 } })).toBeNull();
    expect(whyNot(path, { options: null })).toBeNull();
  });
});
