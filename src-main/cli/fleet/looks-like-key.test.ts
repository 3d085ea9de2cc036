import { expect, it } from 'vitest';
import { looksLikeKey } from './looks-like-key';

it.each(['sk-proj-abcdefgh12', 'AIzaSyD-1234567890abcd', 'label,sk-abcdefgh', '--key=gsk_1234567890abcdef'])(
  '%s looks like a key',
  (word) => expect(looksLikeKey(word)).toBe(true),
);

it.each(['Relay', '3f2a', 'desk-lamp', 'sk-1', 'keys.txt'])('%s does not', (word) =>
  expect(looksLikeKey(word)).toBe(false),
);
