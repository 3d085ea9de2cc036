import { describe, expect, it } from 'vitest';
import { FAILURES, type FailureKind, mayBeCharged } from './failure';

const KINDS = Object.keys(FAILURES) as FailureKind[];

describe('a failure', () => {
  it.each(KINDS)('of kind %s was not charged where nothing had left', (kind) => {
    expect(mayBeCharged({ kind, message: 'No.', bodySent: false })).toBe(false);
  });

  it('of a request that had left is what its kind says', () => {
    const charged = KINDS.filter((kind) => mayBeCharged({ kind, message: 'No.', bodySent: true }));
    expect(charged).toEqual([
      'network',
      'timeout',
      'malformed',
      'blocked',
      'no_image',
      'schema_mismatch',
      'token_limit',
      'storage',
    ]);
  });
});
