import { describe, expect, it } from 'vitest';
import { resolveSize, type SizeQuestion } from './aspect-ratio';
import type { CatalogueModel } from './model/catalogue';
import { COMMON_RATIOS } from './ratio';

const BANANA = 'gemini-nano-banana-2.1';
const FLARE = 'gpt-image-2.5-flare';

type Offer = Pick<CatalogueModel, 'provider' | 'sizes' | 'ratios' | 'freeSize'>;

const GPT_SIZES = ['auto', '1024x1024', '1536x1024', '1024x1536'];
const OFFERS: Readonly<Record<string, Offer>> = {
  [BANANA]: { provider: 'google_genai', sizes: ['1K', '2K', '4K'], ratios: [...COMMON_RATIOS, '1:8', '8:1'] },
  'gemini-3-pro-image': { provider: 'google_genai', sizes: ['1K', '2K', '4K'], ratios: [...COMMON_RATIOS] },
  'gemini-3.1-flash-lite-image': { provider: 'google_genai', sizes: ['1K'], ratios: [...COMMON_RATIOS] },
  'gemini-2.5-flash-image': { provider: 'google_genai', sizes: [], ratios: [...COMMON_RATIOS] },
  [FLARE]: {
    provider: 'openai',
    sizes: GPT_SIZES,
    ratios: ['1:1', '3:2', '16:9'],
    freeSize: { multipleOf: 16, minPixels: 655_360, maxPixels: 8_294_400, maxSide: 3840, maxRatio: 3 },
  },
  'gpt-image-1.5': { provider: 'openai', sizes: GPT_SIZES, ratios: ['1:1', '3:2', '2:3'] },
  'dall-e-3': { provider: 'openai', sizes: ['1024x1024', '1792x1024', '1024x1792'], ratios: ['1:1'] },
};

/** A question about one of the models above, or about one the catalogue does not know. */
function ask(id: string, said: Partial<SizeQuestion>, provider?: SizeQuestion['provider']) {
  const offer = OFFERS[id];
  const model: CatalogueModel | undefined = offer && {
    id,
    label: id,
    state: 'current',
    tasks: ['edit'],
    mask: false,
    priceUsd: {},
    source: 'a test',
    ...offer,
  };
  return resolveSize({ provider: provider ?? model?.provider ?? 'google_genai', model, ...said });
}

describe('google_genai', () => {
  it.each<[string, string, Partial<SizeQuestion>, object]>([
    ['leaves everything to the model when nothing is said', BANANA, {}, {}],
    ['sends an explicit ratio', BANANA, { aspectRatio: '4:5' }, { aspectRatio: '4:5' }],
    ['reduces a ratio', BANANA, { aspectRatio: '32:18' }, { aspectRatio: '16:9' }],
    [
      'takes the nearest ratio of width and height',
      BANANA,
      { width: 1920, height: 1080 },
      { aspectRatio: '16:9' },
    ],
    [
      'takes the extreme ratios of the model that has them',
      BANANA,
      { width: 4000, height: 500 },
      { aspectRatio: '8:1' },
    ],
    [
      'and not of the one that lacks them',
      'gemini-3-pro-image',
      { width: 4000, height: 500 },
      { aspectRatio: '21:9' },
    ],
    [
      'lets a ratio win over width and height',
      BANANA,
      { aspectRatio: '1:1', width: 1920, height: 1080 },
      { aspectRatio: '1:1' },
    ],
    [
      'lets width and height win over the environment',
      BANANA,
      { width: 10, height: 10, envAspectRatio: '16:9' },
      { aspectRatio: '1:1' },
    ],
    ['uses the environment last', BANANA, { envAspectRatio: '9:16' }, { aspectRatio: '9:16' }],
    ['takes blanks for nothing said', BANANA, { aspectRatio: ' ', imageSize: '', envAspectRatio: '' }, {}],
    ['writes the size as the API wants it', BANANA, { imageSize: '2k' }, { imageSize: '2K' }],
    [
      'sends to an unknown model what was said',
      'banana-9',
      { aspectRatio: '5:7', imageSize: '8K' },
      { aspectRatio: '5:7', imageSize: '8K' },
    ],
    [
      'gives an unknown model a ratio all models have',
      'banana-9',
      { width: 1000, height: 700 },
      { aspectRatio: '3:2' },
    ],
  ])('%s', (_name, id, said, expected) => {
    expect(ask(id, said)).toEqual({ kind: 'ok', ...expected });
  });

  it.each<[string, string, Partial<SizeQuestion>, RegExp]>([
    ['one side alone', BANANA, { width: 1920 }, /width needs a height/],
    ['the other side alone', BANANA, { height: 1080, aspectRatio: '1:1' }, /height needs a width/],
    [
      'a ratio the model lacks',
      'gemini-3-pro-image',
      { aspectRatio: '1:8' },
      /gemini-3-pro-image does not offer the ratio 1:8; it offers 1:1, /,
    ],
    [
      'a ratio of the environment the model lacks',
      BANANA,
      { envAspectRatio: '5:7' },
      /does not offer the ratio 5:7/,
    ],
    ['what is no ratio', BANANA, { aspectRatio: 'wide' }, /"wide" is not an aspect ratio/],
    [
      'a size the model lacks',
      'gemini-3.1-flash-lite-image',
      { imageSize: '4K' },
      /does not offer the size 4K; it offers 1K\./,
    ],
    ['a size where none can be chosen', 'gemini-2.5-flash-image', { imageSize: '2K' }, /cannot be chosen/],
    ['a size of no pixels', BANANA, { width: 0, height: 5 }, /above 0/],
  ])('refuses %s in one sentence', (_name, id, said, sentence) => {
    const answer = ask(id, said);
    expect(answer.kind).toBe('refused');
    expect(answer.kind === 'refused' && answer.sentence).toMatch(sentence);
  });
});

describe('openai', () => {
  it.each<[string, string, Partial<SizeQuestion>, object]>([
    ['leaves everything to the model when nothing is said', FLARE, {}, {}],
    ['does not look at the Gemini environment', FLARE, { envAspectRatio: '16:9' }, {}],
    ['finds the exact size of a ratio', FLARE, { aspectRatio: '3:2' }, { imageSize: '1536x1024' }],
    [
      'makes one of a ratio without a size of its own',
      FLARE,
      { aspectRatio: '4:3' },
      { imageSize: '1344x1008' },
    ],
    [
      'rounds width and height to the grid of the model',
      FLARE,
      { width: 1920, height: 1080 },
      { imageSize: '1920x1088' },
    ],
    [
      'takes the nearest fixed size',
      'gpt-image-1.5',
      { width: 1920, height: 1080 },
      { imageSize: '1536x1024' },
    ],
    [
      'takes the nearest fixed size of an old model',
      'dall-e-3',
      { width: 1000, height: 1800 },
      { imageSize: '1024x1792' },
    ],
    ['sends a named size', FLARE, { imageSize: '1536x864' }, { imageSize: '1536x864' }],
    ['sends auto', FLARE, { imageSize: 'auto' }, { imageSize: 'auto' }],
    [
      'takes a size together with its own ratio',
      FLARE,
      { imageSize: '1536x1024', aspectRatio: '3:2' },
      { imageSize: '1536x1024' },
    ],
  ])('%s', (_name, id, said, expected) => {
    expect(ask(id, said)).toEqual({ kind: 'ok', ...expected });
  });

  it('sends an unknown model what was said', () => {
    expect(ask('my-model', { width: 1000, height: 700 }, 'openai')).toEqual({
      kind: 'ok',
      imageSize: '1000x700',
    });
    expect(ask('my-model', { imageSize: '2K' }, 'openai')).toEqual({ kind: 'ok', imageSize: '2K' });
    expect(ask('my-model', { aspectRatio: '2:3' }, 'openai')).toEqual({ kind: 'ok', imageSize: '1024x1536' });
  });

  it.each<[string, string, Partial<SizeQuestion>, RegExp]>([
    [
      'a ratio of a fixed-size model',
      'gpt-image-1.5',
      { aspectRatio: '16:9' },
      /does not offer the ratio 16:9; it offers 1:1, 3:2, 2:3/,
    ],
    ['a ratio beyond the bounds', FLARE, { aspectRatio: '8:1' }, /any up to 3:1/],
    ['a size off the grid', FLARE, { imageSize: '1000x1000' }, /in steps of 16/],
    [
      'a size against its ratio',
      FLARE,
      { imageSize: '1024x1024', aspectRatio: '16:9' },
      /give one of the two/,
    ],
    ['a Gemini size', FLARE, { imageSize: '2K' }, /does not offer the size 2K/],
  ])('refuses %s', (_name, id, said, sentence) => {
    const answer = ask(id, said);
    expect(answer.kind === 'refused' && answer.sentence).toMatch(sentence);
  });
});
