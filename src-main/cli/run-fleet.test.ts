import type { EndpointView } from '@shared/contract';
import type { Provider } from '@shared/model/provider';
import { expect, it } from 'vitest';
import { libraryLines } from './run-fleet';

const view = (provider: Provider, keys: number, part: object = {}): EndpointView =>
  ({
    endpoint: { id: provider, name: provider, provider, enabled: true, demo: false, baseUrl: '', ...part },
    keys: Array.from({ length: keys }, () => ({
      readable: true,
      paused: false,
      state: { status: 'AVAILABLE' },
    })),
  }) as unknown as EndpointView;

function sentenceOf(...views: readonly EndpointView[]): string {
  const look = { views, vault: { kind: 'session' }, ownerPid: null } as const;
  const models = [{ provider: 'google_genai', model: 'g' }] as const;
  const found = libraryLines(look, models, { missing: 'None is set.' });
  return found.kind === 'refused' ? found.sentence : '';
}

it('tells whose keys the library has where it has none of the provider that was named', () => {
  const missing =
    'None is set, and the library has no key that can serve g: set one, or add it with brushfleet keys add.';
  expect(sentenceOf()).toBe(missing);
  expect(sentenceOf(view('openai', 1))).toBe(
    `${missing} Its keys are for openai: name that provider to send with them.`,
  );
  expect(sentenceOf(view('openai', 0))).toBe(missing);
  expect(sentenceOf(view('openai', 1, { enabled: false }))).toBe(missing);
  // It has some, which cannot be used now.
  expect(sentenceOf(view('google_genai', 1), view('openai', 1))).toBe(missing);
});
