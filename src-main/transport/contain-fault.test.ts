import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../engine/ports';
import { containFault, UNSENT } from './contain-fault';

const FAULT = new TypeError('undefined is not a function');

async function faulty(
  carry: (leaving: () => void) => Promise<AttemptOutcome>,
  mayLeave: Promise<boolean> = Promise.resolve(true),
) {
  const faults: unknown[] = [];
  const outcome = await containFault(carry, { mayLeave, onFault: (fault) => faults.push(fault) });
  expect(faults).toEqual([FAULT]);
  return outcome;
}

describe('a fault', () => {
  it('before the provider is asked has cost nothing', async () => {
    expect(await faulty(() => Promise.reject(FAULT))).toBe(UNSENT);
  });

  it('while the provider is asked leaves nobody knowing what became of the request', async () => {
    const carry = async (leaving: () => void): Promise<never> => {
      leaving();
      await new Promise((resolve) => setImmediate(resolve));
      throw FAULT;
    };
    expect(await faulty(carry)).toEqual({ kind: 'lost' });
  });

  it('of what may not leave yet has cost nothing', async () => {
    const carry = async (leaving: () => void): Promise<never> => {
      leaving();
      await new Promise((resolve) => setImmediate(resolve));
      throw FAULT;
    };
    expect(await faulty(carry, new Promise(() => undefined))).toBe(UNSENT);
  });
});
