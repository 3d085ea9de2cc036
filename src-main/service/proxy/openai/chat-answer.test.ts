/** Several candidates of one answer, as the caller of either protocol hears of them. */
import { expect, it } from 'vitest';
import type { TextDone } from '../carry-out';
import { textContent } from '../gemini/content-answer';
import { chatCompletion } from './chat-answer';

type Answer = TextDone['answer'];

const answer: Answer = { text: 'A', mimeType: 'text/plain', more: ['B', 'C'], finish: 'STOP' };
const done = (changes: Partial<Answer>): readonly TextDone[] => [
  {
    kind: 'text',
    jobId: 1,
    at: 0,
    model: 'm',
    usage: {},
    costUsd: null,
    seconds: 1,
    answer: { ...answer, ...changes },
  },
];
const chat = (changes: Partial<Answer>) =>
  chatCompletion({ id: 'x', model: 'm', now: 0 }, { done: done(changes), failures: [] });

it('each keep why they ended', () => {
  const changes = { moreFinish: ['MAX_TOKENS', null] };
  expect(chat(changes)).toMatchObject({
    choices: [{ finish_reason: 'stop' }, { finish_reason: 'length' }, { finish_reason: 'stop' }],
  });
  expect(textContent({ responseId: 'x', model: 'm' }, done(changes))).toMatchObject({
    candidates: [{ finishReason: 'STOP' }, { finishReason: 'MAX_TOKENS' }, { finishReason: 'STOP' }],
  });
});

it('end as the first did where nothing else is said', () => {
  expect(chat({ finish: 'length' })).toMatchObject({
    choices: [{ finish_reason: 'length' }, { finish_reason: 'length' }, { finish_reason: 'length' }],
  });
});

it('are told of also where the provider withheld one', () => {
  expect(chat({ withheld: 2 })).toMatchObject({ brushfleet: { failed: 2 } });
  expect(chat({})).not.toHaveProperty('brushfleet');
});
