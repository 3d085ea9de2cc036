import { describe, expect, it } from 'vitest';
import { isOwnLink } from './links';

describe('links the window opens in a browser', () => {
  it.each([
    'https://ai.google.dev/pricing',
    'https://aistudio.google.com/usage',
    'https://platform.openai.com/usage',
    'https://openai.com/api/pricing/',
  ])('opens %s', (url) => expect(isOwnLink(url)).toBe(true));

  it.each([
    'http://ai.google.dev/',
    'file:///etc/passwd',
    '\\\\host\\share',
    'ms-msdt:/id',
    'javascript:alert(1)',
    'https://ai.google.dev@evil.test/',
    'https://user:pass@openai.com/',
    'https://openai.com:8443/',
    'https://evil.test/?next=https://openai.com',
    'https://openai.com.evil.test/',
    'app://brushfleet/index.html',
  ])('refuses %s', (url) => expect(isOwnLink(url)).toBe(false));
});
