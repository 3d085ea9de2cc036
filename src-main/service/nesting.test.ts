/** Bodies that are nested too deep for what is made of them. */
import { describe, expect, it } from 'vitest';
import { isTooDeep, MOST_LEVELS } from './nesting';
import { readBody } from './read-body';
import { chatBatchSchema, chatRequestSchema } from './shapes';

const nested = (levels: number): unknown =>
  JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;

describe('a body', () => {
  it('is too deep beyond so many levels, and at none of them does it overflow', () => {
    expect(isTooDeep(nested(MOST_LEVELS))).toBe(false);
    expect(isTooDeep(nested(MOST_LEVELS + 1))).toBe(true);
    expect(isTooDeep(nested(500_000))).toBe(true);
    expect(isTooDeep('text')).toBe(false);
  });

  it('is refused before anything of it is sent: its echo could not be written', () => {
    const deep = { prompt: 'x', metadata: nested(20_000) };
    expect(() => readBody(chatRequestSchema, deep)).toThrow(
      expect.objectContaining({ status: 422, message: expect.stringContaining('nested too deep') }),
    );
    expect(() => readBody(chatBatchSchema, { requests: [{ prompt: 'a' }, deep] })).toThrow('nested too deep');
    expect(readBody(chatRequestSchema, { prompt: 'x', metadata: nested(900) })).toMatchObject({
      prompt: 'x',
    });
  });

  it('with very many unknown names is told a few of them', () => {
    const names = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`name${at}`, at]));
    expect(() => readBody(chatRequestSchema, { prompt: 'x', ...names })).toThrow(
      expect.objectContaining({
        message:
          'name0, name1, name2, name3, name4 and 9995 more is not known here, and would do nothing: see /docs.',
      }),
    );
  });
});
