import { describe, expect, it } from 'vitest';
import { givenGeneration } from './generation';

describe('generation options of a program', () => {
  it('may be in snake or camel case; what an item says wins over what holds for all', () => {
    expect(
      givenGeneration(
        { temperature: 0.1, topP: 0.5 },
        { temperature: 0.9, top_k: 40, max_output_tokens: 1000, candidate_count: 1 },
        { thinkingConfig: { thinking_budget: 0 } },
      ),
    ).toEqual({
      kind: 'ok',
      generation: {
        temperature: 0.9,
        topP: 0.5,
        topK: 40,
        maxOutputTokens: 1000,
        candidateCount: 1,
        thinkingBudget: 0,
      },
    });
  });

  it("may hold what the SDK's own configuration holds besides", () => {
    const schema = { type: 'object' };
    expect(
      givenGeneration({
        system_instruction: 'Be brief.',
        response_mime_type: 'application/json',
        response_json_schema: schema,
      }),
    ).toEqual({ kind: 'ok', generation: {}, system: 'Be brief.', schema });
  });

  it("has stop sequences and safety settings by the SDK's names, too", () => {
    const safety = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }];
    expect(
      givenGeneration({ stop_sequences: ['a', 'b'], safety_settings: safety, presence_penalty: -1 }),
    ).toEqual({ kind: 'ok', generation: { stop: ['a', 'b'], safety, presencePenalty: -1 } });
    expect(givenGeneration({ stop: 'END' })).toEqual({ kind: 'ok', generation: { stop: ['END'] } });
  });

  it('that cannot be used are refused by their names', () => {
    expect(givenGeneration({ mood: 'good' })).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining(
        'generation_config.mood is not an option here; these are: temperature',
      ),
    });
    expect(givenGeneration({ temperature: 'hot' })).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('generation_config.temperature cannot be used'),
    });
  });
});
