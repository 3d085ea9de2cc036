import { describe, expect, it } from 'vitest';
import type { Wait, WaitReason } from '../pool/pool';
import { failure } from '../testing/fleet-samples';
import { pauseSentence, retrySentence, waitSentence } from './wait-sentence';

const NOW = Date.UTC(2026, 10, 21, 12, 0, 30);
const MOMENT = { wallNow: NOW, timeZone: 'Europe/Berlin' };
const WAIT: Wait = { kind: 'wait', until: 0, reason: 'quota', keys: 3, dayOutUntil: null, allOut: true };
const HOUR = 3_600_000;

describe('waitSentence', () => {
  it.each([
    ['minutes, never too early', NOW + 3_900_000, 'waiting for quota until 14:06 (3 keys)'],
    ['seconds, when it is close', NOW + 40_000, 'waiting for quota until 13:01:10 (3 keys)'],
    [
      'the day, when it is another',
      NOW + 86_400_000 - 30_000,
      'waiting for quota until 22 Nov 13:00 (3 keys)',
    ],
  ])('names %s', (_name, until, sentence) => {
    expect(waitSentence(WAIT, until, MOMENT)).toBe(sentence);
  });

  const sentences: Readonly<Record<WaitReason, string>> = {
    quota: 'waiting for quota until 14:01 (1 key)',
    cooldown: 'waiting for keys to cool until 14:01 (1 key)',
    rate: 'waiting for the rate limit until 14:01 (1 key)',
    tokens: 'waiting for the limit of tokens per minute until 14:01 (1 key)',
    day: 'out for today by your own limit until 14:01 (1 key)',
    concurrency: 'waiting for a free slot until 14:01 (1 key)',
    minInterval: 'waiting for the interval between requests until 14:01 (1 key)',
    retryBudget: 'holding retries back to spare the provider until 14:01 (1 key)',
    failing: 'The endpoint fails; tried again at 14:01',
    ban: 'The endpoint refuses one key after the other; tried again at 14:01',
  };
  it.each(Object.entries(sentences))('says what is waited for: %s', (reason, sentence) => {
    const wait = { ...WAIT, keys: 1, reason: reason as WaitReason };
    expect(waitSentence(wait, NOW + HOUR, MOMENT)).toBe(sentence);
  });

  it('counts no keys where none rests', () => {
    const wait: Wait = { ...WAIT, reason: 'rate', keys: 0 };
    expect(waitSentence(wait, NOW + HOUR, MOMENT)).toBe('waiting for the rate limit until 14:01');
  });

  it('names the endpoint that fails, when it is tried again, and how it failed', () => {
    const wait: Wait = {
      ...WAIT,
      reason: 'failing',
      endpointName: 'Relay A',
      failure: failure('network', { message: 'relay.example refused the connection.' }),
    };
    expect(waitSentence(wait, NOW + 40_000, MOMENT)).toBe(
      'Relay A fails; tried again at 13:01:10: relay.example refused the connection.',
    );
  });
});

describe('retrySentence', () => {
  it('tells what failed', () => {
    const sentence = retrySentence(
      failure('timeout', { message: 'No answer in 300 s.' }),
      NOW + 5_000,
      MOMENT,
    );
    expect(sentence).toBe('waiting until 13:00:35 to try again what failed: No answer in 300 s.');
    expect(retrySentence(undefined, NOW + 5_000, MOMENT)).toBe(
      'waiting until 13:00:35 to try again what failed',
    );
  });
});

describe('pauseSentence', () => {
  const out: Wait = { ...WAIT, dayOutUntil: 0 };
  const until = NOW + 20 * HOUR;

  it('says when the day is over, and what to do meanwhile', () => {
    expect(pauseSentence(out, until, MOMENT)).toBe(
      'All 3 keys that remain are out for today, until 22 Nov 09:01: resume then, or add a key of another account.',
    );
    expect(pauseSentence({ ...out, keys: 1 }, until, MOMENT)).toContain('The only remaining key is out');
    expect(pauseSentence({ ...out, keys: 0 }, until, MOMENT)).toContain('All remaining keys are out');
  });

  it("tells the user's own limit from the provider's", () => {
    expect(pauseSentence({ ...out, reason: 'day', keys: 0 }, until, MOMENT)).toBe(
      'Your own daily limit is reached until 22 Nov 09:01: resume then, or raise it under Endpoints.',
    );
  });

  it('says when the minute is over to a run that does not wait for it', () => {
    expect(pauseSentence({ ...WAIT, keys: 2 }, NOW + 40_000, MOMENT)).toBe(
      'All 2 keys that remain are out of quota until 13:01:10: resume then, or let the run wait for quota.',
    );
  });
});
