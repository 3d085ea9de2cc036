import type { EndpointView } from '@shared/contract';
import type { KeyInfo } from '@shared/model/endpoint';
import { describe, expect, it } from 'vitest';
import { endpointForKeys, findEndpoint, findKeys, keysOf, shortIds } from './find-in-fleet';

const key = (id: string): KeyInfo => ({
  id,
  label: '',
  tail: '0001',
  endpointIds: ['e'],
  paused: false,
  readable: true,
  state: { status: 'AVAILABLE', since: 0 },
});

/** The parts of a view that finding looks at. */
const view = (id: string, name: string, keys: KeyInfo[] = [], demo = false) =>
  ({ endpoint: { id, name, demo }, keys }) as unknown as EndpointView;

describe('keys by the beginning of their id', () => {
  const keys = [key('3f2a-1'), key('3f2b-2'), key('9c00-3')];

  it('are found when it is theirs alone, each once', () => {
    expect(findKeys(keys, ['9c', '9c00-3', '3f2a']).map(({ id }) => id)).toEqual(['9c00-3', '3f2a-1']);
  });

  it.each([
    ['zz', 'No key has an id that begins with "zz"'],
    ['3f2', '"3f2" means 2 keys (3f2a-1, 3f2b-2): give more of the id.'],
  ])('%s is refused in one sentence', (word, sentence) => {
    expect(() => findKeys(keys, [word])).toThrow(sentence);
  });

  it('are listed once, however many endpoints they serve, and never merged by their tails', () => {
    expect(keysOf([view('a', 'A', keys.slice(0, 2)), view('b', 'B', keys)])).toHaveLength(3);
  });

  it('are shortened as far as they stay apart', () => {
    const ids = ['aaaaaaaaaa-1', 'aaaaaaaaaa-2', 'b234567890'];
    expect([...shortIds(ids).values()]).toEqual(['aaaaaaaaaa-1', 'aaaaaaaaaa-2', 'b2345678']);
  });
});

describe('endpoints by name or id', () => {
  const views = [view('1a', 'Relay'), view('1b', 'relay'), view('demo', 'Demo', [], true)];

  it('by the exact name before one that differs in case', () => {
    expect(findEndpoint(views, 'relay').endpoint.id).toBe('1b');
    expect(() => findEndpoint(views, 'RELAY')).toThrow('means 2 endpoints');
    expect(() => findEndpoint(views, 'Nobody')).toThrow(
      'There is no endpoint "Nobody": there are Relay, relay, Demo.',
    );
  });

  it('for keys the only one there is, else the one that is named, and never the demo', () => {
    expect(
      endpointForKeys([view('1a', 'Relay'), view('demo', 'Demo', [], true)], undefined).endpoint.id,
    ).toBe('1a');
    expect(() => endpointForKeys(views, undefined)).toThrow('Say which endpoint the keys are for');
    expect(() => endpointForKeys(views, 'Demo')).toThrow('needs no key');
  });
});
