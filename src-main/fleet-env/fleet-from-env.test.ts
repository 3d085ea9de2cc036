import type { Provider } from '@shared/model/provider';
import { describe, expect, it } from 'vitest';
import { type FleetFlags, fleetFromEnv, type FoundFleet } from './fleet-from-env';

type Env = Record<string, string>;

const read = (env: Env, provider: Provider = 'google_genai', flags: FleetFlags = {}) =>
  fleetFromEnv({ provider, env, flags });

function found(env: Env, provider: Provider = 'google_genai', flags: FleetFlags = {}): FoundFleet {
  const fleet = read(env, provider, flags);
  if (fleet.kind === 'refused') {
    throw new Error(fleet.sentence);
  }
  return fleet;
}

/** URL, requests per minute, weight of each endpoint; and each key with the numbers of its endpoints, from 1. */
function shape(fleet: FoundFleet) {
  const ids = fleet.endpoints.map((endpoint) => endpoint.id);
  return {
    endpoints: fleet.endpoints.map((one) => [one.baseUrl, one.limits.requestsPerMinute ?? 0, one.weight]),
    keys: fleet.keys.map((key) => [key.secret.reveal(), ...key.endpointIds.map((id) => ids.indexOf(id) + 1)]),
  };
}

describe('the environments of the documented commands', () => {
  it.each<[Env, ReturnType<typeof shape>]>([
    [{ GEMINI_API_KEY: 'your_key' }, { endpoints: [['', 0, 1]], keys: [['your_key', 1]] }],
    [
      { DG_GEMINI_API_KEYS: 'key1,key2,key3', DG_GEMINI_RATE_LIMIT: '60' },
      {
        endpoints: [['', 60, 1]],
        keys: [
          ['key1', 1],
          ['key2', 1],
          ['key3', 1],
        ],
      },
    ],
    [
      {
        DG_GEMINI_ENDPOINTS: 'http://proxy1.com,http://proxy2.com',
        DG_GEMINI_API_KEYS: 'key1,key2',
        DG_GEMINI_RATE_LIMITS: '30,60',
        DG_GEMINI_WEIGHTS: '1,2',
      },
      {
        endpoints: [
          ['http://proxy1.com', 30, 1],
          ['http://proxy2.com', 60, 2],
        ],
        keys: [
          ['key1', 1, 2],
          ['key2', 1, 2],
        ],
      },
    ],
    [
      {
        DG_GEMINI_ENDPOINTS: ',http://proxy.com',
        DG_GEMINI_API_KEYS: 'key1,key2',
        DG_GEMINI_RATE_LIMITS: '60,30',
      },
      {
        endpoints: [
          ['', 60, 1],
          ['http://proxy.com', 30, 1],
        ],
        keys: [
          ['key1', 1, 2],
          ['key2', 1, 2],
        ],
      },
    ],
    [
      {
        GEMINI_API_KEY: 'k',
        DG_GEMINI_ENDPOINTS: 'http://proxy1.com,http://proxy2.com',
        DG_GEMINI_WEIGHTS: '1,2',
      },
      {
        endpoints: [
          ['http://proxy1.com', 0, 1],
          ['http://proxy2.com', 0, 2],
        ],
        keys: [['k', 1, 2]],
      },
    ],
    [
      { GEMINI_API_KEY: 'k', DG_GEMINI_RATE_LIMIT: '30' },
      { endpoints: [['', 30, 1]], keys: [['k', 1]] },
    ],
    [
      { GEMINI_API_KEY: 'k', DG_GEMINI_BASE_URL: 'http://proxy.com/v1' },
      { endpoints: [['http://proxy.com/v1', 0, 1]], keys: [['k', 1]] },
    ],
  ])('Gemini %#', (env, expected) => expect(shape(found(env))).toEqual(expected));

  it.each<[Env, ReturnType<typeof shape>]>([
    [
      { OPENAI_API_KEY: 'k', OPENAI_API_BASE: 'https://relay.example/v1' },
      { endpoints: [['https://relay.example/v1', 0, 1]], keys: [['k', 1]] },
    ],
    [
      { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'https://relay.example/v1' },
      { endpoints: [['https://relay.example/v1', 0, 1]], keys: [['k', 1]] },
    ],
    [
      {
        OPENAI_API_KEY: 'k',
        DG_OPENAI_ENDPOINTS: 'http://proxy1.com,http://proxy2.com',
        DG_OPENAI_WEIGHTS: '1,2',
      },
      {
        endpoints: [
          ['http://proxy1.com', 0, 1],
          ['http://proxy2.com', 0, 2],
        ],
        keys: [['k', 1, 2]],
      },
    ],
    [
      { DG_OPENAI_API_KEYS: 'key1,key2,key3', DG_OPENAI_RATE_LIMIT: '60' },
      {
        endpoints: [['', 60, 1]],
        keys: [
          ['key1', 1],
          ['key2', 1],
          ['key3', 1],
        ],
      },
    ],
  ])('OpenAI %#', (env, expected) => expect(shape(found(env, 'openai'))).toEqual(expected));

  it('takes timeout, retries, delay, workers and aspect ratio from the environment', () => {
    const env = {
      GEMINI_API_KEY: 'k',
      DG_GEMINI_TIMEOUT: '120',
      DG_GEMINI_MAX_RETRIES: '3',
      DG_GEMINI_RETRY_DELAY: '2.5',
      DG_GEMINI_MAX_WORKERS: '8',
      DG_GEMINI_ASPECT_RATIO: '16:9',
    };
    const fleet = found(env);
    expect(fleet.defaults).toEqual({
      timeoutMs: 120_000,
      maxRetries: 3,
      retryDelayMs: 2500,
      maxWorkers: 8,
      aspectRatio: '16:9',
    });
    expect(fleet.endpoints[0]?.timeoutMs).toBe(120_000);
  });

  it('has the documented defaults', () => {
    expect(found({ GEMINI_API_KEY: 'k' }).defaults).toEqual({
      timeoutMs: 300_000,
      maxRetries: 0,
      retryDelayMs: 1000,
      maxWorkers: 16,
      aspectRatio: null,
    });
  });

  it('lets a flag win over the environment, also over a value that is none', () => {
    const env = { OPENAI_API_KEY: 'k', DG_OPENAI_TIMEOUT: 'soon', DG_OPENAI_MAX_RETRIES: '3' };
    const fleet = found(env, 'openai', { timeoutMs: 5000, maxRetries: 1 });
    expect(fleet.defaults).toMatchObject({ timeoutMs: 5000, maxRetries: 1 });
    expect(fleet.endpoints[0]?.timeoutMs).toBe(5000);
  });
});

describe('which name wins', () => {
  it('the DG_ form, then the same name without it', () => {
    expect(shape(found({ DG_GEMINI_API_KEYS: 'a', GEMINI_API_KEYS: 'b' })).keys).toEqual([['a', 1]]);
    expect(shape(found({ GEMINI_API_KEYS: 'b', GEMINI_ENDPOINTS: 'http://x' }))).toEqual({
      endpoints: [['http://x', 0, 1]],
      keys: [['b', 1]],
    });
    expect(shape(found({ DG_GEMINI_API_KEY: 'a', GEMINI_API_KEY: 'b' })).keys).toEqual([['a', 1]]);
  });

  it('a blank variable counts as missing', () => {
    expect(shape(found({ DG_GEMINI_API_KEYS: ' ', GEMINI_API_KEY: 'b' })).keys).toEqual([['b', 1]]);
  });

  it('another provider’s variables are not read', () => {
    expect(read({ OPENAI_API_KEY: 'k' }).kind).toBe('refused');
    expect(
      found({ OPENAI_API_KEY: 'k', DG_GEMINI_ASPECT_RATIO: '16:9' }, 'openai').defaults.aspectRatio,
    ).toBeNull();
  });
});

describe('the official endpoint', () => {
  it('is where the SDKs’ own variable says, for a blank endpoint and for none at all', () => {
    const env = { GEMINI_API_KEY: 'k', GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:1' };
    expect(shape(found(env)).endpoints).toEqual([['http://127.0.0.1:1', 0, 1]]);
    expect(shape(found({ ...env, DG_GEMINI_ENDPOINTS: ',http://x' })).endpoints).toEqual([
      ['http://127.0.0.1:1', 0, 1],
      ['http://x', 0, 1],
    ]);
    expect(shape(found({ ...env, DG_GEMINI_BASE_URL: 'http://x' })).endpoints).toEqual([['http://x', 0, 1]]);
    expect(
      shape(
        found(
          { OPENAI_API_KEY: 'k', DG_OPENAI_ENDPOINTS: ',http://x', OPENAI_BASE_URL: 'http://y/v1' },
          'openai',
        ),
      ).endpoints,
    ).toEqual([
      ['http://y/v1', 0, 1],
      ['http://x', 0, 1],
    ]);
  });
});

describe('keys', () => {
  it('numbered ones join in numeric order, gaps allowed', () => {
    const env = {
      GEMINI_API_KEY_10: 'ten',
      GEMINI_API_KEY_2: 'two',
      GEMINI_API_KEY: 'single',
      GEMINI_API_KEY_X: 'no',
    };
    expect(shape(found(env)).keys).toEqual([
      ['single', 1],
      ['two', 1],
      ['ten', 1],
    ]);
    expect(shape(found({ DG_GEMINI_API_KEYS: 'a,,b,', GEMINI_API_KEY_1: 'c' })).keys).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
  });

  it('equal ones are one key, and that is said once', () => {
    const fleet = found({ DG_GEMINI_API_KEYS: 'a,b,a', GEMINI_API_KEY_1: 'b' });
    expect(shape(fleet).keys).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(fleet.notes).toEqual(['2 keys were given more than once; each counts once.']);
  });

  it('KEY_ENDPOINTS binds key i to an endpoint; blank: to all', () => {
    const env = {
      DG_GEMINI_ENDPOINTS: 'http://a,http://b',
      DG_GEMINI_API_KEYS: 'k1,k2,k3,k4',
      DG_GEMINI_KEY_ENDPOINTS: '1,2,,',
    };
    expect(shape(found(env)).keys).toEqual([
      ['k1', 1],
      ['k2', 2],
      ['k3', 1, 2],
      ['k4', 1, 2],
    ]);
  });

  it('a key bound twice serves both, and an endpoint without any is named', () => {
    const both = {
      DG_GEMINI_ENDPOINTS: 'http://a,http://b',
      DG_GEMINI_API_KEYS: 'k,k',
      DG_GEMINI_KEY_ENDPOINTS: '1,2',
    };
    expect(shape(found(both)).keys).toEqual([['k', 1, 2]]);
    const one = { ...both, DG_GEMINI_API_KEYS: 'k', DG_GEMINI_KEY_ENDPOINTS: '1' };
    expect(found(one).notes).toEqual(['One endpoint has no key bound to it and gets no request.']);
  });
});

describe('lists of another length', () => {
  it('surplus values are ignored with one warning', () => {
    const fleet = found({
      DG_GEMINI_ENDPOINTS: 'http://proxy1.com,http://proxy2.com',
      DG_GEMINI_API_KEYS: 'key1,key2,key3',
      DG_GEMINI_RATE_LIMITS: '60,30,60',
      DG_GEMINI_WEIGHTS: '1,2,1',
    });
    expect(shape(fleet).endpoints).toEqual([
      ['http://proxy1.com', 60, 1],
      ['http://proxy2.com', 30, 2],
    ]);
    expect(fleet.notes).toEqual([
      'DG_GEMINI_RATE_LIMITS has 3 values and DG_GEMINI_WEIGHTS has 3 values, but there are 2 endpoints: the surplus is ignored.',
    ]);
  });

  it('a missing or blank rate is no limit unless the singular gives one; a missing weight is 1', () => {
    const env = {
      GEMINI_API_KEY: 'k',
      DG_GEMINI_ENDPOINTS: 'http://a,http://b,http://c',
      DG_GEMINI_RATE_LIMITS: '5,',
    };
    expect(shape(found(env)).endpoints).toEqual([
      ['http://a', 5, 1],
      ['http://b', 0, 1],
      ['http://c', 0, 1],
    ]);
    expect(shape(found({ ...env, DG_GEMINI_RATE_LIMIT: '7' })).endpoints.map((one) => one[1])).toEqual([
      5, 7, 7,
    ]);
  });

  it('the same URL twice is two endpoints', () => {
    const fleet = found({ GEMINI_API_KEY: 'k', DG_GEMINI_ENDPOINTS: 'http://a,http://a' });
    expect(fleet.endpoints.map((one) => one.name)).toEqual(['a', 'a #2']);
    expect(new Set(fleet.endpoints.map((one) => one.id)).size).toBe(2);
  });
});

describe('what cannot be used is one sentence that names the variable and quotes no value', () => {
  const KEY = { GEMINI_API_KEY: 'k' };
  it.each<[Env, RegExp]>([
    [
      {},
      /^No valid API keys found: none of DG_GEMINI_API_KEYS, .*\bGEMINI_API_KEY, .*GEMINI_API_KEY_1 \.\.\. is set\.$/,
    ],
    [{ ...KEY, DG_GEMINI_RATE_LIMITS: 'leaked-thing' }, /^DG_GEMINI_RATE_LIMITS is not a whole number/],
    [{ ...KEY, DG_GEMINI_WEIGHTS: '1,leaked-thing' }, /^Value 2 of DG_GEMINI_WEIGHTS is not/],
    [{ ...KEY, DG_GEMINI_RATE_LIMIT: '-3' }, /^DG_GEMINI_RATE_LIMIT is not/],
    [{ ...KEY, DG_GEMINI_RATE_LIMIT: '3,4' }, /^DG_GEMINI_RATE_LIMIT takes one number/],
    [{ ...KEY, DG_GEMINI_WEIGHTS: '0' }, /every endpoint the weight 0/],
    [{ ...KEY, DG_GEMINI_TIMEOUT: 'leaked-thing' }, /^DG_GEMINI_TIMEOUT is not a number of seconds/],
    [{ ...KEY, DG_GEMINI_TIMEOUT: '0' }, /^DG_GEMINI_TIMEOUT must be more than 0/],
    [{ ...KEY, DG_GEMINI_MAX_WORKERS: '0' }, /between 1 and 1024/],
    [{ ...KEY, DG_GEMINI_ENDPOINTS: 'leaked-thing' }, /^DG_GEMINI_ENDPOINTS is not a URL/],
    [
      { ...KEY, DG_GEMINI_ENDPOINTS: 'http://a,https://leaked-thing@b' },
      /^Value 2 of DG_GEMINI_ENDPOINTS holds a user/,
    ],
    [{ ...KEY, DG_GEMINI_API_VERSION: 'leaked-thing' }, /must be v1, v1beta or v1alpha/],
    [{ ...KEY, DG_GEMINI_ASPECT_RATIO: 'leaked-thing' }, /^DG_GEMINI_ASPECT_RATIO is not an aspect ratio/],
    [{ ...KEY, DG_GEMINI_KEY_ENDPOINTS: '2' }, /names endpoint 2, but there is 1 endpoint/],
    [{ DG_GEMINI_API_KEYS: 'fine,leaked-thing\u201d' }, /^Value 2 of DG_GEMINI_API_KEYS holds a character/],
  ])('%j', (env, sentence) => {
    const fleet = read(env);
    expect(fleet).toMatchObject({ kind: 'refused', sentence: expect.stringMatching(sentence) });
    expect(JSON.stringify(fleet)).not.toContain('leaked-thing');
  });
});

describe('where keys travel', () => {
  const LONG = ['AIzaSyAAAAAAAAAAAAAA1111', 'AIzaSyAAAAAAAAAAAAAA2222'];

  it('the start line shows tails and hosts, never a key', () => {
    const fleet = found({
      DG_GEMINI_ENDPOINTS: 'https://one.example,https://two.example',
      DG_GEMINI_API_KEYS: LONG.join(','),
      DG_GEMINI_KEY_ENDPOINTS: '1,2',
    });
    expect(fleet.startLine).toBe('key …1111 -> one.example; key …2222 -> two.example');
    expect(JSON.stringify(fleet)).not.toContain('AIza');
  });

  it('counts what does not fit', () => {
    const keys = Array.from({ length: 50 }, (_, n) => `AIzaSyAAAAAAAAAAAAAA${1000 + n}`);
    expect(found({ DG_GEMINI_API_KEYS: keys.join(',') }).startLine).toBe(
      'keys …1000, …1001, …1002, …1003, …1004, …1005 and 44 more -> generativelanguage.googleapis.com',
    );
  });

  it('warns when a key goes both to the official host and to a foreign one', () => {
    const env = { GEMINI_API_KEY: LONG[0] ?? '', DG_GEMINI_ENDPOINTS: ',https://relay.example' };
    expect(found(env).warnings).toEqual([
      'Key …1111 goes both to the official host and to others (generativelanguage.googleapis.com, relay.example): ' +
        'bind each key to one endpoint with DG_GEMINI_KEY_ENDPOINTS if that is not meant.',
    ]);
    expect(found({ ...env, DG_GEMINI_KEY_ENDPOINTS: '2' }).warnings).toEqual([]);
  });

  it('warns of plain http, but not on this machine', () => {
    const warnings = (url: string) => found({ GEMINI_API_KEY: 'k', DG_GEMINI_BASE_URL: url }).warnings;
    expect(warnings('http://proxy1.com:8080')).toEqual([
      'Keys travel unencrypted to proxy1.com:8080: the URL is plain http.',
    ]);
    expect([
      ...warnings('http://127.0.0.1:9'),
      ...warnings('http://[::1]:9'),
      ...warnings('https://a'),
    ]).toEqual([]);
    expect(warnings('http://127.0.0.1.evil.example')).toHaveLength(1);
  });
});
