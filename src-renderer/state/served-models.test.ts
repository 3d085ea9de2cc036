import { DEMO_MODEL, DEMO_TEXT_MODEL } from '@shared/demo';
import type { EndpointView } from '@shared/contract';
import type { KeyInfo } from '@shared/model/endpoint';
import { describe, expect, it } from 'vitest';
import { FAKE_MODELS } from '../testing/fake-data';
import { fakeEndpoints } from '../testing/fake-fleet-data';
import { FAKE_TEXT_MODELS } from '../testing/fake-text';
import { canServe, likelyChoice } from './served-models';

const models = [...FAKE_MODELS, ...FAKE_TEXT_MODELS];
const endpoints = fakeEndpoints(0);
const IMAGE: Parameters<typeof canServe>[1] = { provider: 'openai', model: 'gpt-image-2' };

/** The fleet with that key alone at the endpoint for OpenAI. */
const withKey = (part: Partial<KeyInfo>): readonly EndpointView[] =>
  endpoints.map((view) =>
    view.endpoint.id === 'openai'
      ? { ...view, keys: view.keys.slice(0, 1).map((key) => ({ ...key, ...part })) }
      : view,
  );
const stateOf = (status: KeyInfo['state']['status']) => ({ state: { status, since: 0 } });

describe('what can be served', () => {
  it.each([
    ['a ready key', {}, true],
    ['one that comes back', stateOf('FULLY_EXHAUSTED'), true],
    ['one that is locked', { readable: false }, true],
    ['one that was refused', stateOf('FAILED_INIT'), false],
    ['one that is paused', { paused: true }, false],
  ] as const)('by %s', (_, part, isServed) => {
    expect(canServe(withKey(part), IMAGE)).toBe(isServed);
  });

  it('is the demo at any time, and nothing by an endpoint that is paused', () => {
    expect(canServe([], DEMO_MODEL)).toBe(true);
    const off = endpoints.map((view) => ({ ...view, endpoint: { ...view.endpoint, enabled: false } }));
    expect(canServe(off, IMAGE)).toBe(false);
  });
});

describe('the model that is likely to be meant', () => {
  it('is the demo’s before there is any key, and for text never one that draws', () => {
    expect(likelyChoice('text', { models, endpoints: [] })).toEqual(DEMO_TEXT_MODEL);
    expect(likelyChoice('edit', { models, endpoints: [] })).toEqual(DEMO_MODEL);
  });

  it('is of a provider that has a key to use', () => {
    const refused = endpoints.map((view) => ({
      ...view,
      keys: view.keys.map((key) =>
        view.endpoint.provider === 'google_genai' ? { ...key, ...stateOf('FAILED_INIT') } : key,
      ),
    }));
    expect(likelyChoice('edit', { models, endpoints })?.provider).toBe('google_genai');
    expect(likelyChoice('edit', { models, endpoints: refused })?.provider).toBe('openai');
  });
});
