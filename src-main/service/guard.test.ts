import { describe, expect, it } from 'vitest';
import { isFromHere, isLoopbackHost, refusalOf } from './guard';

const rules = { port: 5004, isTls: false, allowedHosts: ['studio.lan', 'fixed.lan:8080'] };
const host = '127.0.0.1:5004';

describe('who may knock', () => {
  it.each([
    ['loopback', { host }],
    ['localhost', { host: 'LOCALHOST:5004' }],
    ['IPv6 loopback', { host: '[::1]:5004' }],
    ['an allowed host, at any port', { host: 'studio.lan:9999' }],
    ['an allowed host without a port', { host: 'studio.lan' }],
    ['an allowed host at its port', { host: 'fixed.lan:8080' }],
    ['its own page', { host, origin: 'http://127.0.0.1:5004', 'sec-fetch-site': 'same-origin' }],
    ['its own page behind a TLS proxy', { host: 'studio.lan', origin: 'https://studio.lan' }],
    ['an address that was typed', { host, 'sec-fetch-site': 'none' }],
  ])('lets in %s', (_what, headers) => {
    expect(refusalOf(headers, rules)).toBeNull();
  });

  it.each([
    ['a rebound name', { host: 'evil.test:5004' }],
    ['no name', {}],
    ['another port', { host: '127.0.0.1:5005' }],
    ['no port', { host: '127.0.0.1' }],
    ['a name that only begins so', { host: '127.0.0.1.evil.test:5004' }],
    ['a name that only ends so', { host: 'xstudio.lan' }],
    ['an allowed host at another port', { host: 'fixed.lan:8081' }],
    ['a loopback page over TLS, which is not ours', { host, origin: 'https://127.0.0.1:5004' }],
    ['a page elsewhere', { host, origin: 'http://evil.test' }],
    ['a page without an origin', { host, origin: 'null' }],
    ['a page of another port here', { host, origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' }],
    ['a page over TLS that this is not', { host, origin: 'https://127.0.0.1:5004' }],
    ['what a page elsewhere loads', { host, 'sec-fetch-site': 'cross-site' }],
    ['what a page of another port loads', { host, 'sec-fetch-site': 'same-site' }],
  ])('keeps out %s', (_what, headers) => {
    expect(refusalOf(headers, rules)).toMatch(/\.$/);
  });

  it('knows the standard port by its absence', () => {
    expect(refusalOf({ host: '127.0.0.1' }, { ...rules, port: 80 })).toBeNull();
    expect(refusalOf({ host: 'localhost' }, { ...rules, port: 443, isTls: true })).toBeNull();
    expect(refusalOf({ host: 'localhost' }, { ...rules, port: 443 })).not.toBeNull();
  });
});

describe('who is here', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('%s is', (address) => {
    expect(isFromHere(address, {})).toBe(true);
  });

  it.each(['192.168.1.2', '::ffff:10.0.0.1', 'fe80::1', undefined, '1127.0.0.1'])('%s is not', (address) => {
    expect(isFromHere(address, {})).toBe(false);
  });

  it('is not who comes through a proxy on this machine', () => {
    expect(isFromHere('127.0.0.1', { 'x-forwarded-for': '8.8.8.8' })).toBe(false);
    expect(isFromHere('127.0.0.1', { forwarded: 'for=8.8.8.8' })).toBe(false);
  });

  it('tells hosts that only this machine reaches', () => {
    expect(['127.0.0.1', 'localhost', '::1', '127.9.9.9'].every(isLoopbackHost)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil'].some(isLoopbackHost)).toBe(false);
  });
});
