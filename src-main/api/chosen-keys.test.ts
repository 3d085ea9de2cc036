import { describe, expect, it } from 'vitest';
import { chosenKeys } from './chosen-keys';

const ENV = {
  GEMINI_API_KEY: 'a',
  GEMINI_API_KEY_1: 'one',
  GEMINI_API_KEY_2: ' two ',
  GEMINI_API_KEY_10: 'ten',
  GEMINI_API_KEY_3: '',
  OPENAI_API_KEY: 'other',
  MINE: 'own',
  GEMINI_BASE_URL: 'http://relay',
};

function keysOf(keys: Parameters<typeof chosenKeys>[0]): readonly (string | undefined)[] | string {
  const chosen = chosenKeys(keys, 'google_genai', ENV);
  if (chosen.kind === 'refused') {
    return chosen.sentence;
  }
  expect(chosen.env).toMatchObject({ GEMINI_BASE_URL: 'http://relay', OPENAI_API_KEY: 'other' });
  return Object.entries(chosen.env)
    .filter(([name]) => name.startsWith('GEMINI_API_KEY'))
    .map(([, value]) => value);
}

describe('keys by their names', () => {
  it('are all, so many, a range, one, or a list', () => {
    expect(keysOf('all')).toEqual(['a', 'one', 'two', 'ten']);
    expect(keysOf(2)).toEqual(['one', 'two']);
    expect(keysOf('2')).toEqual(['one', 'two']);
    expect(keysOf('2-15')).toEqual(['two', 'ten']);
    expect(keysOf('MINE')).toEqual(['own']);
    expect(keysOf(['MINE', 'GEMINI_API_KEY_2'])).toEqual(['own', 'two']);
  });

  it('that are not there are told, and those that cannot be', () => {
    expect(keysOf(['MINE', 'GEMINI_API_KEY_3'])).toBe(
      'No valid API keys found: GEMINI_API_KEY_3 is not set.',
    );
    expect(keysOf('5-9')).toContain('No valid API keys found');
    expect(keysOf('9-5')).toContain("keys: 9-5 names no keys; write 'all'");
    expect(keysOf(0)).toContain('names no keys');
  });

  it('are told by the variable that they came from', () => {
    const chosen = chosenKeys(['MINE'], 'google_genai', ENV);
    expect(chosen.kind === 'ok' && chosen.nameOf('own')).toBe('MINE');
  });
});
