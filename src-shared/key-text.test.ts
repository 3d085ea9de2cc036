import { describe, expect, it } from 'vitest';
import { isUnlikeKey, namedKey } from './key-text';

describe('keys in text', () => {
  it.each([
    ['team=sk-proj-BBBBBBBBBB2222', { label: 'team', rest: 'sk-proj-BBBBBBBBBB2222' }],
    ['team a: sk-proj-BBBBBBBBBB2222', { label: 'team a', rest: 'sk-proj-BBBBBBBBBB2222' }],
    [
      'production-account-number-2=sk-proj-BBBBBBBBBB2222',
      { label: 'production-account-number-2', rest: 'sk-proj-BBBBBBBBBB2222' },
    ],
    ['b3a1c2d4-1111-2222-3333-444455556666:0123456789abcdef0123456789abcdef', null],
    ['sk-relay-AAAAAAAAAA1111:0123456789abcdef', null],
    ['a0123456789abcdef0123456789:0123456789abcdef', null],
    ['https://relay.example/v1', null],
    ['sk-proj-BBBBBBBBBB2222', null],
  ])('%j has the name %j', (line, named) => {
    expect(namedKey(line)).toEqual(named);
  });

  it.each([
    ['sk-proj-BBBBBBBBBB2222', false],
    ['https://relay.example/v1', true],
    ['key', true],
  ])('%j is unlike a key: %s', (text, expected) => {
    expect(isUnlikeKey(text)).toBe(expected);
  });
});
