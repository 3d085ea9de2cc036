import { expect, it } from 'vitest';
import type { TextPart } from '../adapter';
import { endpoint, input, textRequest } from '../testing/calls';
import { apiFor, chatTextBody } from './text-request';

const audio: TextPart = {
  kind: 'media',
  medium: 'audio',
  input: input('a.mp3', 'audio/mp3', Buffer.from('la')),
};

it('asks OpenAI itself by the Responses API, but for what only chat can carry', () => {
  const official = endpoint('openai', '');
  expect(apiFor(textRequest(), official)).toBe('responses');
  expect(apiFor(textRequest({ generation: { candidateCount: 1 } }), official)).toBe('responses');
  expect(apiFor(textRequest({ generation: { maxOutputTokens: 16 } }), official)).toBe('responses');
  for (const changes of [
    { generation: { seed: 0 } },
    { generation: { candidateCount: 2 } },
    { generation: { maxOutputTokens: 1 } },
    { generation: { maxOutputTokens: 15 } },
    { messages: [{ role: 'user' as const, parts: [audio] }] },
  ]) {
    expect(apiFor(textRequest(changes), official)).toBe('chat');
    expect(apiFor(textRequest(changes), endpoint('openai', '', { options: { textVia: 'responses' } }))).toBe(
      'responses',
    );
  }
});

it('names the limit of the answer as each side understands it', () => {
  const limited = textRequest({ generation: { maxOutputTokens: 5 } });
  const official = chatTextBody(limited, endpoint('openai', 'https://eu.api.openai.com/v1'));
  expect(official).toMatchObject({ max_completion_tokens: 5 });
  expect(official).not.toHaveProperty('max_tokens');
  const relay = chatTextBody(limited, endpoint('openai', 'https://relay.example/v1'));
  expect(relay).toMatchObject({ max_tokens: 5 });
  expect(relay).not.toHaveProperty('max_completion_tokens');
});
