/** What is known of an endpoint before and after somebody has asked it. */
import { describe, expect, it } from 'vitest';
import { endpoint, failure, key } from '../testing/fleet-samples';
import { ask, ok, setUp, trusted } from './testing/pool-scene';

function scene() {
  const { pool } = setUp([endpoint('e')], [key('k', ['e'])]);
  return { pool, proof: () => pool.health()[0]?.proof };
}

describe('whether an endpoint works', () => {
  it('is not known until something has shown it', () => {
    const { pool, proof } = scene();
    expect(proof()).toBeUndefined();
    // Which of its endpoints a key was proven at is not said.
    trusted(pool, 'k');
    expect(proof()).toBeUndefined();
    const answer = ask(pool);
    if (answer.kind === 'granted') {
      ok(pool, answer.lease);
    }
    expect(proof()).toEqual({ kind: 'answered' });
  });

  it('is what the last test call found, unless only its key was refused', () => {
    const { pool, proof } = scene();
    const refused = failure('network');
    pool.testFailed('k', 'e', refused);
    expect(proof()).toEqual({ kind: 'testFailed', failure: refused });
    pool.clearKey('k', { proven: true, at: 'e' });
    expect(proof()).toEqual({ kind: 'answered' });
    pool.testFailed('k', 'e', failure('invalid_key', { httpStatus: 401 }));
    expect(proof()).toEqual({ kind: 'answered' });
  });

  it('is not known at a new address, and a failed test is forgotten with a reset', () => {
    const { pool, proof } = scene();
    pool.testFailed('k', 'e', failure('network'));
    pool.resetEndpoint('e');
    expect(proof()).toBeUndefined();
    pool.clearKey('k', { proven: true, at: 'e' });
    pool.setFleet([endpoint('e', { baseUrl: 'https://other.example' })], [key('k', ['e'])]);
    expect(proof()).toEqual({ kind: 'moved' });
  });

  it('is not shown at its new address by what the old one answers late', () => {
    const { pool, proof } = scene();
    trusted(pool, 'k');
    const answer = ask(pool);
    const moved = endpoint('e', { baseUrl: 'https://other.example' });
    pool.setFleet([moved], [key('k', ['e'])]);
    expect(answer.kind).toBe('granted');
    if (answer.kind === 'granted') {
      ok(pool, answer.lease);
    }
    expect(proof()).toEqual({ kind: 'moved' });
  });
});
