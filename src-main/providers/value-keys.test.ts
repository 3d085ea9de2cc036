import { describe, expect, it } from 'vitest';
import { ValueKeys } from './value-keys';

/** Each string of the JSON text that is no name, with the name it was told by. */
function told(json: string): readonly (readonly [key: string, value: string])[] {
  const keys = new ValueKeys();
  return json.split('"').flatMap((between) => {
    const { key } = keys;
    keys.close(between);
    return /^v\d/.test(between) ? [[key, between] as const] : [];
  });
}

describe('the name of a value', () => {
  it.each([
    ['a field', { a: 'v1', b: 'v2', c: { d: 'v3' } }, ['a', 'b', 'd']],
    ['a list', { a: ['v1', 'v2'], b: ['v3'] }, ['a', 'a', 'b']],
    ['a list of lists', { a: [['v1', 'v2']] }, ['a', 'a']],
    ['what stands behind an object in a list', { a: [{ b: 'v1' }, 'v2'] }, ['b', '']],
    ['what stands behind a list', { a: [{ b: ['v1'] }, 'v2'], c: 'v3' }, ['b', '', 'c']],
    ['other values between', { a: 'v1', n: 5, l: [1, { x: null }], b: 'v2' }, ['a', 'b']],
    ['a text like a colon', { a: ':', b: [':', 'v1'] }, ['b']],
    ['no field', ['v1', 'v2'], ['', '']],
  ])('is known for %s', (_what, document, names) => {
    for (const indent of [0, 2]) {
      expect(told(JSON.stringify(document, null, indent)).map(([key]) => key)).toEqual(names);
    }
  });

  it('is not taken from within a text', () => {
    expect(told(JSON.stringify({ a: 'they said "data":"v1" and left' }))).not.toContainEqual(['data', 'v1']);
    expect(told(JSON.stringify({ a: 'x "data":"' }) + '"v1"').map(([key]) => key)).not.toContain('data');
  });
});
