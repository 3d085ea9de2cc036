import { describe, expect, it } from 'vitest';
import { holdsVariables, parseKeyLines } from './key-lines';

const read = (text: string) => parseKeyLines(text).map(({ label, secret }) => [label, secret.reveal()]);

describe('keys as lines', () => {
  it.each([
    [
      'one a line',
      'sk-one\nsk-two\n',
      [
        ['', 'sk-one'],
        ['', 'sk-two'],
      ],
    ],
    [
      'with labels',
      'work,sk-one\n"a, b",sk-two',
      [
        ['work', 'sk-one'],
        ['a, b', 'sk-two'],
      ],
    ],
    [
      'with names, as a window takes them; a key with an equals sign of its own stays whole',
      'team=sk-one-of-this-test\nc2VjcmV0LWtleS1vZg==',
      [
        ['team', 'sk-one-of-this-test'],
        ['', 'c2VjcmV0LWtleS1vZg=='],
      ],
    ],
    ['a table with its head', 'label,key\r\nwork,sk-one\r\n', [['work', 'sk-one']]],
    ['comments, blanks and a byte order mark', '\uFEFF# mine\n\n  sk-one  \n', [['', 'sk-one']]],
    [
      'the same twice: who adds them counts',
      'sk-one\nsk-one',
      [
        ['', 'sk-one'],
        ['', 'sk-one'],
      ],
    ],
  ])('%s', (_what, text, keys) => {
    expect(read(text)).toEqual(keys);
  });

  it.each([
    ['a line of a .env', 'GEMINI_API_KEY=AIza-secret', 'is a line of a .env'],
    ['a label without a key', 'work,', 'a label and no key'],
    ['a character that no key has', 'sk-öne', 'holds a character that no API key has'],
    ['an address', 'https://relay.example/v1', 'like an address'],
    ['a label that is too long', `${'x'.repeat(121)},sk-one`, 'a label of more than 120'],
  ])('refuses %s by its line number, and never repeats it', (_what, line, sentence) => {
    expect(() => read(`sk-fine\n${line}`)).toThrow(`Line 2`);
    expect(() => read(line)).toThrow(sentence);
    expect(() => read(line)).not.toThrow('secret');
  });

  it('tells a .env from a list', () => {
    expect(holdsVariables('# x\nexport DG_OPENAI_API_KEYS=a,b')).toBe(true);
    expect(holdsVariables('work,sk-one')).toBe(false);
  });
});
