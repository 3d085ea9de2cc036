import { describe, expect, it } from 'vitest';
import { parseCli } from '../parse-cli';

const parse = (line: string) => parseCli(line.split(' '), { version: '1' });

describe('brushfleet serve', () => {
  it('serves this machine alone unless it is told otherwise', () => {
    expect(parse('serve')).toEqual({ kind: 'serve', allowPlainHttp: false });
  });

  it('is read whole', () => {
    const line =
      'serve --port 6000 --host 0.0.0.0 --tls_cert c.pem --tls_key k.pem --allowed_hosts a.lan,b.lan:80 --env_tier any --library lib --log_level debug';
    expect(parse(line)).toEqual({
      kind: 'serve',
      port: 6000,
      host: '0.0.0.0',
      tls: { cert: 'c.pem', key: 'k.pem' },
      allowedHosts: ['a.lan', 'b.lan:80'],
      envTier: 'any',
      library: 'lib',
      logLevel: 'debug',
      allowPlainHttp: false,
    });
    expect(parse('serve --host 0.0.0.0 --allow_plain_http')).toMatchObject({ allowPlainHttp: true });
    expect(parse('serve --host ::1')).toMatchObject({ host: '::1' });
  });

  it.each([
    ['serve --host 0.0.0.0', /--host 0\.0\.0\.0 can be reached from other machines.*--allow_plain_http/],
    ['serve --host 192.168.1.5', /--tls_cert/],
    ['serve --tls_cert c.pem', /belong together/],
    ['serve --port 0', /--port must be a whole number from 1 to 65535/],
    ['serve --env_tier some', /--env_tier must be off, loopback or any, not "some"/],
  ])('refuses %s with the way out', (line, sentence) => {
    expect(parse(line)).toEqual({ kind: 'refused', sentence: expect.stringMatching(sentence), exitCode: 2 });
  });
});
