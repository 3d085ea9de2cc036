import { describe, expect, it } from 'vitest';
import { costOfText, costOfUsage, estimateCost, estimateText, highestCost } from './cost';
import type { CatalogueModel } from './model/catalogue';

const base = {
  mask: false,
  ratios: [],
  tasks: ['edit' as const],
  state: 'current' as const,
  source: 'a test',
};
const banana: CatalogueModel = {
  ...base,
  id: 'banana',
  label: 'Banana',
  provider: 'google_genai',
  sizes: ['1K', '2K', '4K'],
  priceUsd: { '1K': 0.0336, '2K': 0.0504, '4K': 0.113 },
  tokenPriceUsd: { textIn: 1.5, imageIn: 1.5, textOut: 7.5, imageOut: 30 },
};
const gpt: CatalogueModel = {
  ...base,
  id: 'gpt',
  label: 'GPT',
  provider: 'openai',
  sizes: ['auto', '1024x1024', '1536x1024'],
  priceUsd: { '1024x1024': 0.05, '1536x1024': 0.04, '*': 0.05 },
  priceRangeUsd: { '1024x1024': { low: 0.01, high: 0.2 }, '*': { low: 0.005, high: 0.21 } },
};

describe('estimateCost', () => {
  it('takes the named size, else the default one of the model', () => {
    expect(estimateCost(banana, '4K')).toEqual({ low: 0.113, high: 0.113 });
    expect(estimateCost(banana)).toEqual({ low: 0.0336, high: 0.0336 });
  });

  it('answers a range where the provider picks the quality', () => {
    expect(estimateCost(gpt, '1024x1024')).toEqual({ low: 0.01, high: 0.2 });
    expect(estimateCost(gpt)).toEqual({ low: 0.005, high: 0.21 });
  });

  it('takes a size without a price of its own for the nearest that has one', () => {
    expect(estimateCost(gpt, '1040x1040')).toEqual({ low: 0.01, high: 0.2 });
  });

  it('says nothing of a price nobody knows', () => {
    expect(estimateCost(undefined, '1K')).toBeUndefined();
    expect(estimateCost({ ...banana, priceUsd: {} }, '1K')).toBeUndefined();
  });
});

describe('costOfUsage', () => {
  const file = { width: 2048, height: 2048 };

  it('believes what a relay says it charged, also nothing', () => {
    expect(costOfUsage(banana, { costUsd: 0, outputTokens: 1120 }, file)).toBe(0);
    expect(costOfUsage(undefined, { costUsd: 0.3 }, file)).toBe(0.3);
  });

  it('prices the reported tokens', () => {
    const usage = { inputTokens: 1_000_000, outputTokens: 1_100_000, imageTokens: 1_000_000 };
    expect(costOfUsage(banana, usage, file)).toBeCloseTo(1.5 + 30 + 0.75, 9);
    expect(costOfUsage(banana, { outputTokens: 1120 }, file)).toBeCloseTo(0.0336, 9);
  });

  it('falls back to the list price of the delivered size', () => {
    expect(costOfUsage(banana, {}, file)).toBe(0.0504);
    expect(costOfUsage(gpt, { outputTokens: 500 }, { width: 1536, height: 1024 })).toBe(0.04);
    expect(costOfUsage({ ...gpt, priceUsd: { '*': 0.039 } }, {}, file)).toBe(0.039);
  });

  it('says nothing of a model it does not know', () => {
    expect(costOfUsage(undefined, { outputTokens: 1120 }, file)).toBeUndefined();
  });
});

const gemini: CatalogueModel = {
  ...base,
  id: 'flash',
  label: 'Flash',
  provider: 'google_genai',
  tasks: ['text'],
  sizes: [],
  priceUsd: {},
  tokenPriceUsd: { textIn: 1, textOut: 10 },
};

describe('a text request', () => {
  it('costs its characters, and an answer between a short one and the longest that is allowed', () => {
    const range = estimateText(gemini, 4_000_000, { maxOutputTokens: 100_000 });
    expect(range?.low).toBeCloseTo(1 + 0.0005, 9);
    expect(range?.high).toBeCloseTo(1 + 1, 9);
    expect(estimateText(gemini, 0, {})?.high).toBeCloseTo(0.01, 9);
    expect(estimateText(gemini, 0, { candidateCount: 3, thinkingBudget: 1000 })?.high).toBeCloseTo(0.06, 9);
    expect(estimateText(gemini, 0, { maxOutputTokens: 10 })).toEqual({ low: 0.0001, high: 0.0001 });
  });

  it('is priced by the tokens that were reported, or by what a relay charged', () => {
    expect(costOfText(gemini, { inputTokens: 1_000_000, outputTokens: 100_000 })).toBe(2);
    expect(costOfText(gemini, { costUsd: 0.5, inputTokens: 1 })).toBe(0.5);
    expect(costOfText(gemini, {})).toBeUndefined();
    expect(costOfText({ ...gemini, tokenPriceUsd: { textIn: 1 } }, { inputTokens: 1 })).toBeUndefined();
    expect(estimateText(undefined, 10)).toBeUndefined();
  });

  it('at its highest follows the recipe', () => {
    const text = { system: '', generation: { maxOutputTokens: 1000 }, answer: { kind: 'text' as const } };
    expect(highestCost(gemini, { text, instruction: '' })).toBeCloseTo(0.01, 9);
    expect(highestCost(banana, { instruction: '', imageSize: '4K' })).toBe(0.113);
    expect(highestCost(undefined, { text, instruction: '' })).toBeNull();
  });
});
