import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from './json-fault';

describe('where a text stops being JSON', () => {
  it.each([
    ['{"a": 1,\n "b": }', 'a value is missing', 2, 7],
    ['{"a": 1\n "b": 2}', 'a comma or "}" is missing', 2, 2],
    ['{"a": 1,}', 'a name in double quotes is missing', 1, 9],
    ['{a: 1}', 'a name in double quotes is missing', 1, 2],
    ['{"a" 1}', 'a colon is missing', 1, 6],
    ['{"a": [1, 2}', 'a comma or "]" is missing', 1, 12],
    ['{"a": 1', 'its last "}" is missing', 1, 8],
    ['', 'it ends too early', 1, 1],
    ['{} x', 'there is text after its end', 1, 4],
    ['["abc]', 'a text has no closing quote', 1, 2],
    ['["a\nb"]', 'a text has a line break or control character', 1, 4],
    [String.raw`["\q"]`, 'a backslash is before a character that must not have one', 1, 3],
    ['01', 'there is text after its end', 1, 2],
    ['['.repeat(5000), 'it is nested too deeply', 1, 1002],
  ])('%j', (text, reason, line, column) => {
    expect(jsonFault(text)).toEqual({ reason, line, column });
  });

  it('is found exactly where the engine finds that it is none', () => {
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '"', '{', ']', '\\', 'x', '0', '\t'),
        (text, at, more) => {
          const place = at % (text.length + 1);
          const changed = text.slice(0, place) + more + text.slice(place + (more === '' ? 1 : 0));
          expect(jsonFault(changed) === null).toBe(isJson(changed));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
