import { describe, expect, it } from 'vitest';
import { type EndpointAddress, googleBase, openaiBase, requestUrl } from './request-url';

function google(baseUrl: string, apiVersion = ''): EndpointAddress {
  return { provider: 'google_genai', baseUrl, apiVersion, options: {} };
}

function openai(baseUrl: string, options: EndpointAddress['options'] = {}): EndpointAddress {
  return { provider: 'openai', baseUrl, apiVersion: '', options };
}

describe('google base URLs', () => {
  const official = 'https://generativelanguage.googleapis.com';
  it.each([
    ['', '', official, 'v1beta'],
    [official, '', official, 'v1beta'],
    [`${official}/v1`, '', official, 'v1'],
    [`${official}/v1beta/`, '', official, 'v1beta'],
    ['http://proxy1.com', '', 'http://proxy1.com', 'v1beta'],
    ['http://proxy1.com/', '', 'http://proxy1.com', 'v1beta'],
    ['http://proxy1.com/v1alpha', '', 'http://proxy1.com', 'v1alpha'],
    ['http://proxy1.com/v1', 'v1beta', 'http://proxy1.com', 'v1beta'],
    ['http://proxy1.com/gemini/v1beta//', ' /v1/ ', 'http://proxy1.com/gemini', 'v1'],
    ['http://proxy1.com/dev1', '', 'http://proxy1.com/dev1', 'v1beta'],
    ['  http://proxy1.com:8080/a/b  ', '', 'http://proxy1.com:8080/a/b', 'v1beta'],
    ['http://proxy1.com/v1beta/models/x:generateContent', '', 'http://proxy1.com', 'v1beta'],
    ['http://user:pass@proxy1.com/v1?key=abc#x', '', 'http://proxy1.com', 'v1'],
  ])('%s with version "%s"', (baseUrl, version, expected, apiVersion) => {
    expect(googleBase(google(baseUrl, version))).toEqual({ baseUrl: expected, apiVersion });
  });

  it.each(['proxy1.com', 'ftp://proxy1.com', 'http://', 'file:///etc/passwd'])('refuses %s', (baseUrl) => {
    expect(googleBase(google(baseUrl))).toBeNull();
    expect(requestUrl(google(baseUrl), 'm', 'edit')).toBe('');
  });
});

describe('the final URL', () => {
  it('is the same for both tasks of Gemini', () => {
    const url = 'http://proxy1.com/v1beta/models/gemini-3-pro-image:generateContent';
    expect(requestUrl(google('http://proxy1.com/v1beta'), 'gemini-3-pro-image', 'edit')).toBe(url);
    expect(requestUrl(google('http://proxy1.com'), 'models/gemini-3-pro-image', 't2i')).toBe(url);
  });

  it('follows the task and the way images are asked for with OpenAI', () => {
    expect(requestUrl(openai(''), 'm', 't2i')).toBe('https://api.openai.com/v1/images/generations');
    expect(requestUrl(openai('http://p.com/proxy/v1/'), 'm', 'edit')).toBe(
      'http://p.com/proxy/v1/images/edits',
    );
    expect(requestUrl(openai('http://p.com', { imagesVia: 'chat' }), 'm', 'edit')).toBe(
      'http://p.com/chat/completions',
    );
  });

  it('takes the address of a call for its base', () => {
    expect(openaiBase(openai('https://p.com/v1/chat/completions'))).toBe('https://p.com/v1');
    expect(openaiBase(openai('https://p.com/v1/images/edits/'))).toBe('https://p.com/v1');
  });
});

describe('text', () => {
  it.each([
    ['', {}, 'https://api.openai.com/v1/responses'],
    ['https://eu.api.openai.com/v1', {}, 'https://eu.api.openai.com/v1/responses'],
    [
      'https://api.openai.com.relay.example/v1',
      {},
      'https://api.openai.com.relay.example/v1/chat/completions',
    ],
    ['https://relay.example/v1', {}, 'https://relay.example/v1/chat/completions'],
    ['https://relay.example/v1/responses', { textVia: 'responses' }, 'https://relay.example/v1/responses'],
    ['', { textVia: 'chat' }, 'https://api.openai.com/v1/chat/completions'],
    [
      'https://relay.example/v1',
      { imagesVia: 'chat', textVia: 'auto' },
      'https://relay.example/v1/chat/completions',
    ],
  ] as const)('is asked of "%s" with %j at %s', (baseUrl, options, url) => {
    expect(requestUrl(openai(baseUrl, options), 'm', 'text')).toBe(url);
  });

  it('is asked of Gemini where pictures are', () => {
    expect(requestUrl(google('http://proxy1.com'), 'm', 'text')).toBe(
      requestUrl(google('http://proxy1.com'), 'm', 't2i'),
    );
  });
});
