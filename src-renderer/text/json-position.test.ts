import { describe, expect, it } from 'vitest';
import { positionOf, positionOfPointer } from './json-position';

const SCHEMA = `{
  "type": "object",
  "properties": {
    "a/b": { "type": "strin" },
    "list": { "items": [ {"x": "}"}, { "type": 5 } ] }
  }
}`;

describe('positions in a JSON text', () => {
  it.each([
    ['', 1, 1],
    ['/type', 2, 3],
    ['/properties/a~1b/type', 4, 14],
    ['/properties/list/items/1/type', 5, 40],
    // Leads further than the text: the last part that is there.
    ['/properties/list/items/7', 5, 15],
  ])('finds %s', (pointer, line, column) => {
    expect(positionOfPointer(SCHEMA, pointer)).toMatchObject({ line, column });
  });

  it('knows nothing of what is no JSON', () => {
    expect(positionOfPointer('{ "a": ', '/a')).toBeNull();
  });

  it('finds a line and column, and stays within the text', () => {
    expect(SCHEMA.slice(positionOf(SCHEMA, 2, 3).offset)).toMatch(/^"type": "object"/);
    expect(positionOf(SCHEMA, 99, 99).offset).toBe(SCHEMA.length);
  });
});
