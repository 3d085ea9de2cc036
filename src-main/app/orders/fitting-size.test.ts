import type { SizeQuestion } from '@shared/aspect-ratio';
import type { CatalogueModel } from '@shared/model/catalogue';
import { describe, expect, it } from 'vitest';
import { fittingSize } from './fitting-size';

const base = {
  label: 'M',
  state: 'current',
  tasks: ['edit', 't2i'],
  mask: false,
  priceUsd: {},
  source: 'test',
} as const;
const gemini: CatalogueModel = {
  ...base,
  tasks: [...base.tasks],
  id: 'gemini',
  provider: 'google_genai',
  sizes: ['1K', '2K'],
  ratios: ['1:1', '3:2', '16:9'],
};
const fixed: CatalogueModel = { ...gemini, id: 'gemini-old', sizes: [] };
const gpt: CatalogueModel = {
  ...base,
  tasks: [...base.tasks],
  id: 'gpt',
  provider: 'openai',
  sizes: ['auto', '1024x1024', '1536x1024', '1024x1536'],
  ratios: ['1:1', '3:2', '2:3'],
};
const free: CatalogueModel = {
  ...gpt,
  id: 'gpt-free',
  freeSize: { multipleOf: 16, minPixels: 655_360, maxPixels: 8_294_400, maxSide: 3840, maxRatio: 3 },
};

type Asked = Omit<SizeQuestion, 'provider' | 'model'>;
const atGoogle = (asked: Asked, model?: CatalogueModel) =>
  fittingSize({ provider: 'google_genai', model, ...asked }, 'edit');
const atOpenai = (asked: Asked, model?: CatalogueModel) =>
  fittingSize({ provider: 'openai', model, ...asked }, 'edit');

describe('a size for a model that it was not chosen for', () => {
  it('stays where the model offers it', () => {
    expect(atGoogle({ imageSize: '2K', aspectRatio: '16:9' }, gemini)).toEqual({
      imageSize: '2K',
      aspectRatio: '16:9',
    });
    expect(atOpenai({ imageSize: '1536x1024' }, gpt)).toEqual({ imageSize: '1536x1024' });
    expect(atGoogle({}, gemini)).toEqual({});
    expect(atOpenai({}, gpt)).toEqual({});
  });

  it.each([
    ['the nearest size', { imageSize: '4K' }, gemini, { imageSize: '2K' }],
    ['the nearest ratio', { aspectRatio: '21:9' }, gemini, { aspectRatio: '16:9' }],
    ['ratio and size of pixels', { imageSize: '1536x1024' }, gemini, { aspectRatio: '3:2', imageSize: '1K' }],
    ['only the ratio where the size is fixed', { imageSize: '1536x1024' }, fixed, { aspectRatio: '3:2' }],
    ['nothing of "auto"', { imageSize: 'auto' }, gemini, {}],
    [
      'the default ratio beside "auto"',
      { imageSize: 'auto', envAspectRatio: '1:1' },
      gemini,
      { aspectRatio: '1:1' },
    ],
    [
      'only the ratio where nobody knows the model',
      { imageSize: '1536x1024' },
      undefined,
      { aspectRatio: '3:2' },
    ],
    ['a named size where nobody knows the model', { imageSize: '2K' }, undefined, { imageSize: '2K' }],
  ] as const)('becomes at google_genai %s', (_what, asked, model, size) => {
    expect(atGoogle(asked, model)).toEqual(size);
  });

  it.each([
    ['the nearest size', { imageSize: '2048x1152' }, gpt, { imageSize: '1536x1024' }],
    [
      'pixels of ratio and named size',
      { imageSize: '2K', aspectRatio: '1:1' },
      free,
      { imageSize: '2048x2048' },
    ],
    ['the nearest of its sizes', { imageSize: '2K', aspectRatio: '16:9' }, gpt, { imageSize: '1536x1024' }],
    ['its shape before its area', { imageSize: '2K', aspectRatio: '1:1' }, gpt, { imageSize: '1024x1024' }],
    ['the nearest to a ratio that it lacks', { aspectRatio: '9:16' }, gpt, { imageSize: '1024x1536' }],
    ['nothing where an edit keeps its shape', { imageSize: '2K' }, gpt, {}],
    [
      'the ratio at a common size where nobody knows the model',
      { imageSize: '2K', aspectRatio: '3:2' },
      undefined,
      { imageSize: '1536x1024' },
    ],
    ['nothing where nobody knows the model', { imageSize: '2K' }, undefined, {}],
  ] as const)('becomes at openai %s', (_what, asked, model, size) => {
    expect(atOpenai(asked, model)).toEqual(size);
  });

  it('is a square for a picture from nothing', () => {
    expect(fittingSize({ provider: 'openai', model: free, imageSize: '2K' }, 't2i')).toEqual({
      imageSize: '2048x2048',
    });
  });
});
