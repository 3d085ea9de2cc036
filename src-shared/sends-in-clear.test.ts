import { describe, expect, it } from 'vitest';
import { sendsInClear } from './sends-in-clear';

describe('a base URL', () => {
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
});
