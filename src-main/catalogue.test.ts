import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePixels, parseRatio } from '@shared/ratio';
import { defaultModel } from '@shared/resolve-model';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from './catalogue';

const shipped = await loadCatalogue(fileURLToPath(new URL('../resources/models.json', import.meta.url)));

describe('the shipped catalogue', () => {
  it('names every model of the documents users come from', () => {
    const ids = shipped.models.map((model) => model.id);
    for (const id of [
      'gemini-2.5-flash-image',
      'gemini-3-pro-image-preview',
      'gpt-image-1',
      'gpt-image-1.5',
      'dall-e-2',
      'dall-e-3',
      'gemini-2.5-flash',
      'gemini-2.5-pro',
    ]) {
      expect(ids).toContain(id);
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has one default per provider, and it is current', () => {
    expect(defaultModel(shipped.models, 'google_genai')?.id).toBe('gemini-nano-banana-2.1');
    expect(defaultModel(shipped.models, 'openai')?.id).toBe('gpt-image-2.5-flare');
    expect(defaultModel(shipped.models, 'google_genai', 'text')?.id).toBe('gemini-3.8-flash');
    expect(defaultModel(shipped.models, 'openai', 'text')?.id).toBe('gpt-5.4-mini');
    const marked = shipped.models.filter((model) => model.isDefault === true);
    expect(marked.map((model) => [model.provider, model.tasks.includes('text'), model.state])).toEqual([
      ['google_genai', false, 'current'],
      ['openai', false, 'current'],
      ['google_genai', true, 'current'],
      ['openai', true, 'current'],
    ]);
  });

  it.each(shipped.models.map((model) => [model.id, model] as const))('%s holds together', (_id, model) => {
    for (const ratio of model.ratios) {
      expect(parseRatio(ratio), ratio).toBeDefined();
    }
    for (const size of model.sizes) {
      expect(size === 'auto' || /^(512|[124]K)$/.test(size) || parsePixels(size) !== undefined, size).toBe(
        true,
      );
    }
    const successor = shipped.models.find((other) => other.id === model.successor);
    expect(model.successor === undefined || successor?.state === 'current').toBe(true);
    expect(model.state === 'current' || model.successor !== undefined).toBe(true);
    expect(model.endsOn === undefined || model.endsOn <= shipped.updated === (model.state === 'ended')).toBe(
      true,
    );
    for (const [size, { low, high }] of Object.entries(model.priceRangeUsd ?? {})) {
      const middle = model.priceUsd[size] ?? Number.NaN;
      expect(low <= middle && middle <= high, size).toBe(true);
    }
  });
});

describe('loadCatalogue', () => {
  it('refuses a file that is no catalogue', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'catalogue-')), 'models.json');
    await writeFile(path, JSON.stringify({ updated: '2026-11-21', models: [{ id: '' }] }));
    await expect(loadCatalogue(path)).rejects.toThrow();
  });
});
