import { describe, expect, it } from 'vitest';
import { besideAnswer } from './beside-answer';

const text = (more: object) => besideAnswer({ text: 'one', mimeType: 'text/plain', ...more });

describe('what is told beside an answer', () => {
  it.each(['STOP', 'stop', 'completed', undefined])('nothing of one that ended by itself (%s)', (finish) =>
    expect(text({ finish })).toEqual({}),
  );

  it.each(['MAX_TOKENS', 'length', 'max_output_tokens', 'LANGUAGE'])('that it was cut: %s', (finish) =>
    expect(text({ finish })).toEqual({ finish }),
  );

  it('every candidate, JSON as values', () => {
    expect(text({ more: ['two'] })).toEqual({ candidates: ['one', 'two'] });
    expect(
      besideAnswer({ text: '{"a":1}', mimeType: 'application/json', more: ['{"a":2}', '{"a":'] }),
    ).toEqual({ candidates: [{ a: 1 }, { a: 2 }, '{"a":'] });
  });
});
