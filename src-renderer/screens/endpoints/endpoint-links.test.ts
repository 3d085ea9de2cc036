import { describe, expect, it } from 'vitest';
import { baseUrlProblem, otherProtocol } from './endpoint-links';

describe('base URLs', () => {
  it.each([
    ['https://relay.example/v1/chat/completions', 'google_genai', 'openai'],
    ['https://relay.example/v1/images/edits/', 'google_genai', 'openai'],
    ['https://api.openai.com/v1', 'google_genai', 'openai'],
    ['https://generativelanguage.googleapis.com/v1beta/openai', 'google_genai', 'openai'],
    ['https://generativelanguage.googleapis.com/v1beta/openai', 'openai', null],
    ['https://generativelanguage.googleapis.com/v1beta', 'openai', 'google_genai'],
    ['https://relay.example/v1beta/models/m:generateContent', 'openai', 'google_genai'],
    ['https://relay.example/v1', 'google_genai', null],
    ['https://relay.example/v1', 'openai', null],
    ['', 'google_genai', null],
  ] as const)('%s, taken for %s, looks like %s', (url, chosen, other) => {
    expect(otherProtocol(url, chosen)).toBe(other);
  });

  it('wants http or https', () => {
    expect(baseUrlProblem('relay.example')).toContain('https://');
    expect(baseUrlProblem('ftp://relay.example')).toContain('https://');
    expect(baseUrlProblem('')).toBeUndefined();
    expect(baseUrlProblem('https://relay.example/v1')).toBeUndefined();
  });
});
