import { describe, expect, it } from 'vitest';
import { providerOfName } from './provider-of-name';

describe('the provider a name tells', () => {
  it.each([
    ['gemini-9-flash', 'google_genai'],
    ['models/gemma-4', 'google_genai'],
    ['nano-banana-3', 'google_genai'],
    ['gpt-7', 'openai'],
    ['ft:gpt-4o:me', 'openai'],
    ['dall-e-4', 'openai'],
    ['o3', 'openai'],
    ['o3-mini', 'openai'],
    ['o3x', undefined],
    ['flux-2', undefined],
    ['', undefined],
  ])('%s: %s', (name, provider) => {
    expect(providerOfName(name)).toBe(provider);
  });
});
