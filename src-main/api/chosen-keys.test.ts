import { describe, expect, it } from 'vitest';
import { fleetFromEnv } from '../fleet-env/fleet-from-env';
import { chosenKeys } from './chosen-keys';

const ENV = {
  GEMINI_API_KEY: 'a',
  GEMINI_API_KEY_1: 'one',
  GEMINI_API_KEY_2: ' two ',
  GEMINI_API_KEY_10: 'ten',
  GEMINI_API_KEY_3: '',
  OPENAI_API_KEY: 'other',
  MINE: 'own',
  GEMINI_BASE_URL: 'http://relay',
};

type Keys = Parameters<typeof chosenKeys>[0];

/** Each with the endpoints that it may be sent to, where there are several. */
function keysOf(keys: Keys, env: Readonly<Record<string, string>> = ENV): readonly string[] | string {
  const chosen = chosenKeys(keys, 'google_genai', env);
  if (chosen.kind === 'refused') {
    return chosen.sentence;
  }
  const beside = Object.entries(env).filter(([name]) => !name.includes('GEMINI_API_KEY'));
  expect(chosen.env).toMatchObject(Object.fromEntries(beside));
  const fleet = fleetFromEnv({ provider: 'google_genai', env: chosen.env, flags: {} });
  if (fleet.kind === 'refused') {
    return fleet.sentence;
  }
  const places = fleet.endpoints.map(({ id }) => id);
  return fleet.keys
    .filter(({ secret }) => chosen.isChosen(secret.reveal()))
    .map(({ secret, endpointIds }) =>
      places.length === 1
        ? secret.reveal()
        : `${secret.reveal()} to ${endpointIds.map((id) => places.indexOf(id) + 1).join()}`,
    );
}

describe('keys by their names', () => {
  it('are all, so many, a range, one, or a list', () => {
    expect(keysOf('all')).toEqual(['a', 'one', 'two', 'ten']);
    expect(keysOf(2)).toEqual(['one', 'two']);
    expect(keysOf('2')).toEqual(['one', 'two']);
    expect(keysOf('2-15')).toEqual(['two', 'ten']);
    expect(keysOf('MINE')).toEqual(['own']);
    expect(keysOf(['MINE', 'GEMINI_API_KEY_2'])).toEqual(['two', 'own']);
  });

  it('go where the environment sends each, whichever are chosen', () => {
    const env = {
      DG_GEMINI_ENDPOINTS: 'https://relay.example,',
      DG_GEMINI_KEY_ENDPOINTS: '1,2',
      GEMINI_API_KEY_1: 'relayed',
      GEMINI_API_KEY_2: 'official',
      MINE: 'own',
    };
    expect(keysOf(['GEMINI_API_KEY_2'], env)).toEqual(['official to 2']);
    expect(keysOf('2-2', env)).toEqual(['official to 2']);
    expect(keysOf(1, env)).toEqual(['relayed to 1']);
    expect(keysOf(['MINE', 'GEMINI_API_KEY_2'], env)).toEqual(['official to 2', 'own to 1,2']);
  });

  it('are held to nothing that those not chosen hold', () => {
    const env = {
      DG_GEMINI_ENDPOINTS: 'https://relay.example,',
      DG_GEMINI_KEY_ENDPOINTS: '1,2,1,2',
      GEMINI_API_KEYS: 'same, a broken one',
      GEMINI_API_KEY_1: 'same',
      GEMINI_API_KEY_2: 'same',
      GEMINI_API_KEY_3: 'a broken one',
      MINE: 'own',
    };
    expect(keysOf('2-2', env)).toEqual(['same to 2']);
    expect(keysOf(1, env)).toEqual(['same to 1']);
    expect(keysOf(2, env)).toEqual(['same to 1,2']);
    expect(keysOf('MINE', env)).toEqual(['own to 1,2']);
    expect(keysOf('3-3', env)).toContain('GEMINI_API_KEY_3 holds a character that no API key has');
  });

  it('that stand in one list are so many keys', () => {
    const env = { DG_GEMINI_API_KEYS: 'k1, k2,,k3', GEMINI_API_KEY: 'beside' };
    expect(keysOf('all', env)).toEqual(['k1', 'k2', 'k3', 'beside']);
    expect(keysOf('DG_GEMINI_API_KEYS', env)).toEqual(['k1', 'k2', 'k3']);
    expect(keysOf('GEMINI_API_KEY', env)).toEqual(['beside']);
    expect(keysOf('all', { GEMINI_API_KEYS: ' , ' })).toContain('No valid API keys found');
  });

  it('that are not there are told, and those that cannot be', () => {
    expect(keysOf(['MINE', 'GEMINI_API_KEY_3'])).toBe(
      'No valid API keys found: GEMINI_API_KEY_3 is not set.',
    );
    expect(keysOf('5-9')).toContain('No valid API keys found');
    expect(keysOf('9-5')).toContain("keys: 9-5 names no keys; write 'all'");
    expect(keysOf(0)).toContain('names no keys');
  });

  it('are told by the variable that they came from', () => {
    const chosen = chosenKeys(['MINE'], 'google_genai', ENV);
    expect(chosen.kind === 'ok' && chosen.nameOf('own')).toBe('MINE');
  });
});
