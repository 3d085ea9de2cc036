import { describe, expect, it } from 'vitest';
import { DEMO_ENDPOINT } from '@shared/demo';
import type { EndpointView } from '@shared/contract';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Endpoint } from '@shared/model/endpoint';
import { listedModel as entry } from '../../app/testing/listed-model';
import { listedModels, servedModel, tasksOf } from './served-models';

const view = (given: Partial<Endpoint>, key: object = { readable: true, paused: false }) =>
  ({
    endpoint: { ...DEMO_ENDPOINT, id: 'e', demo: false, ...given },
    keys: [key],
  }) as unknown as EndpointView;
const google = view({ provider: 'google_genai' });
const openai = view({ provider: 'openai' });
const providerOf = (model: string, protocol: 'google_genai' | 'openai', views: readonly EndpointView[]) =>
  servedModel(model, protocol, { models: [entry('painter', { tasks: ['t2i'] })], views }).choice.provider;

describe('the protocol that serves a model', () => {
  it("is the catalogue's, then the name's, then the route's, where an endpoint can be asked", () => {
    const both = [openai, google];
    expect(providerOf('painter', 'openai', both)).toBe('google_genai');
    expect(providerOf('models/painter', 'openai', both)).toBe('google_genai');
    expect(providerOf('gemini-9-flash', 'openai', both)).toBe('google_genai');
    expect(providerOf('gpt-9', 'google_genai', both)).toBe('openai');
    expect(providerOf('llama', 'google_genai', both)).toBe('google_genai');
    expect(providerOf('llama', 'openai', both)).toBe('openai');
  });

  it('is that of a relay where it alone can be asked', () => {
    expect(providerOf('gemini-9-flash', 'google_genai', [openai])).toBe('openai');
    expect(providerOf('painter', 'openai', [openai])).toBe('openai');
  });

  it('is none where nothing can be asked', () => {
    const out = [
      view({ provider: 'openai', enabled: false }),
      view({ provider: 'openai', weight: 0 }),
      view({ provider: 'openai' }, { readable: false, paused: true }),
      view({ provider: 'openai' }, { readable: true, paused: true }),
      view({ provider: 'google_genai', demo: true }),
    ];
    expect(() => providerOf('gpt-9', 'openai', out)).toThrow('No endpoint of this Brushfleet can be asked');
    expect(providerOf('demo', 'openai', out)).toBe('google_genai');
    expect(() => providerOf(' ', 'openai', out)).toThrow('Name a model');
  });
});

describe('keys that are locked', () => {
  it('are named as what is in the way, and not a model that nobody knows', () => {
    const locked = view({ provider: 'openai' }, { readable: false, paused: false });
    const asked = (areLocked: boolean) => (): unknown =>
      servedModel('gpt-9', 'openai', { models: [], views: [locked], areLocked });
    expect(asked(true)).toThrow(
      expect.objectContaining({ status: 503, details: { code: 'keys_locked', isFinal: true } }),
    );
    expect(asked(true)).toThrow('are locked');
    // Kept for a session that is over, or in a keyring that lost them: no passphrase opens those.
    expect(asked(false)).toThrow(
      expect.objectContaining({ status: 503, details: { code: 'keys_unreadable', isFinal: true } }),
    );
    expect(asked(false)).toThrow(/cannot be read: .* adds them again/);
    expect(providerOf('gpt-9', 'openai', [locked, openai])).toBe('openai');
  });
});

describe('the list of models', () => {
  it('names what lives and can be asked', () => {
    const models = [entry('a'), entry('b', { state: 'ended' }), entry('c', { provider: 'openai' })];
    const names = (views: readonly EndpointView[]) =>
      listedModels({ models, views }).map(({ choice }) => choice.model);
    expect(names([google])).toEqual(['a']);
    expect(names([google, openai])).toEqual(['a', 'c']);
    expect(names([view({ demo: true })])).toEqual(['demo', 'demo-text']);
    expect(names([])).toEqual([]);
  });

  it('knows what each is for', () => {
    const served = (model: CatalogueModel | undefined) => ({
      choice: { provider: 'google_genai', model: 'a' } as const,
      model,
    });
    expect(tasksOf(served(entry('a')))).toEqual(['text']);
    expect(tasksOf(served(entry('a', { tasks: ['edit', 't2i'] })))).toEqual(['picture']);
    expect(tasksOf(served(undefined))).toEqual(['text', 'picture']);
  });
});
