import { describe, expect, it } from 'vitest';
import { baseUrlProblem, sendsInClear } from './endpoint-links';

describe('base URLs', () => {
  it.each([
    ['http://relay.example', true],
    ['http://127.0.0.1:8080/v1', false],
    ['http://localhost', false],
    ['http://[::1]:9', false],
    ['https://relay.example', false],
    ['', false],
  ])('%s sends in clear: %s', (url, expected) => {
    expect(sendsInClear(url)).toBe(expected);
  });

  it('wants http or https', () => {
    expect(baseUrlProblem('relay.example')).toContain('https://');
    expect(baseUrlProblem('ftp://relay.example')).toContain('https://');
    expect(baseUrlProblem('')).toBeUndefined();
    expect(baseUrlProblem('https://relay.example/v1')).toBeUndefined();
  });
});
