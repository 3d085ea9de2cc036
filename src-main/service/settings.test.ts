import { describe, expect, it } from 'vitest';
import { readConfig } from './settings';

describe('the environment of a service', () => {
  it('has the documented defaults', () => {
    expect(readConfig({}, {})).toEqual({
      kind: 'ok',
      config: {
        host: '127.0.0.1',
        port: 5004,
        limit: 15,
        envTier: 'loopback',
        allowedHosts: [],
        adminKey: null,
      },
    });
  });

  it('is read, and a flag wins over it', () => {
    const env = {
      PORT: '6001',
      GEMINI_CONCURRENCY_LIMIT: '20',
      ADMIN_API_KEY: ' secret-of-admins ',
      BRUSHFLEET_ENV_TIER: 'any',
      BRUSHFLEET_ALLOWED_HOSTS: 'a.lan, b.lan:80,',
    };
    const read = readConfig(env, {});
    expect(read).toMatchObject({
      config: { port: 6001, limit: 20, envTier: 'any', allowedHosts: ['a.lan', 'b.lan:80'] },
    });
    expect(read.kind === 'ok' && read.config.adminKey?.reveal()).toBe('secret-of-admins');
    expect(JSON.stringify(read)).not.toContain('secret-of-admins');
    expect(readConfig(env, { port: 7000, envTier: 'off', allowedHosts: [] })).toMatchObject({
      config: { port: 7000, envTier: 'off', allowedHosts: [] },
    });
  });

  it.each([
    [{ PORT: 'http' }, 'PORT must be a whole number from 1 to 65535.'],
    [{ GEMINI_CONCURRENCY_LIMIT: '0' }, 'GEMINI_CONCURRENCY_LIMIT must be a whole number from 1 to 1024.'],
    [{ BRUSHFLEET_ENV_TIER: 'all' }, 'BRUSHFLEET_ENV_TIER must be off, loopback, any.'],
  ])('is refused with the name of what is wrong: %j', (env, sentence) => {
    expect(readConfig(env, {})).toEqual({ kind: 'refused', sentence });
  });
});
