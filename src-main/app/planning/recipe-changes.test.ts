import type { Recipe } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { recipeChanges } from './recipe-changes';

const recipe: Recipe = {
  task: 'edit',
  models: [{ provider: 'google_genai', model: 'm-1' }],
  instruction: '{{instruction}}',
  imageColumns: [],
  variants: 1,
};

describe('a changed recipe', () => {
  it('names what changed, and nothing else', () => {
    expect(recipeChanges(recipe, { ...recipe })).toEqual([]);
    expect(
      recipeChanges(recipe, { ...recipe, imageSize: '2K', models: [{ provider: 'openai', model: 'x' }] }),
    ).toEqual(['model (was google_genai/m-1, now openai/x)', 'image size (was none, now 2K)']);
  });

  it('names what a text run asks for otherwise, and no schema at length', () => {
    const answer = { kind: 'json', schema: '{}' } as const;
    const text: Recipe = { ...recipe, task: 'text', text: { system: '', generation: { topP: 1 }, answer } };
    const changed = (given: Partial<NonNullable<Recipe['text']>>): readonly string[] =>
      recipeChanges(text, { ...text, text: { system: '', generation: { topP: 1 }, answer, ...given } });
    expect(changed({})).toEqual([]);
    expect(changed({ system: 'Be kind.' })).toEqual(['system prompt (was none, now Be kind.)']);
    expect(changed({ generation: { seed: 1 } })).toEqual([
      'generation options (was {"topP":1}, now {"seed":1})',
    ]);
    expect(changed({ answer: { kind: 'json', schema: '{"type":"object"}' } })).toEqual(['schema']);
    expect(changed({ answer: { kind: 'story' } })).toEqual(['kind of answer (was json, now story)']);
  });
});
