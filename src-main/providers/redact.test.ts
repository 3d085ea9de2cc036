import { describe, expect, it } from 'vitest';
import { createRedactor } from './redact';
import { Secret } from './secret';

describe('the redactor', () => {
  it('hides every value it was told of, also escaped, and the longer of two nested ones whole', () => {
    const redactor = createRedactor();
    redactor.add(new Secret('relay.key/with+signs=42'));
    redactor.add('relay.key/with+signs=42-longer');
    redactor.add('quo"ted-key');
    const text =
      'a relay.key/with+signs=42 b relay.key%2Fwith%2Bsigns%3D42 c relay.key/with+signs=42-longer d quo\\"ted-key';
    expect(redactor.redact(text)).toBe('a [secret] b [secret] c [secret] d [secret]');
  });

  it('hides what was only lent some minutes longer than it is here, and what is held besides for good', () => {
    let now = 0;
    const redactor = createRedactor(() => now);
    const [lent, own] = [new Secret('lent/key+of-a-caller'), new Secret('lent/key')];
    redactor.add(own);
    redactor.add(own);
    const redacted = (): string => redactor.redact('lent/key+of-a-caller lent%2Fkey%2Bof-a-caller lent/key');
    const hidden = '[secret] [secret] [secret]';
    const ends = [redactor.hold(lent), redactor.hold(lent), redactor.hold(own)];
    ends.forEach((end) => end());
    const again = redactor.hold(lent);
    now += 9 * 60_000;
    expect(redacted()).toBe(hidden);
    now += 60_000;
    expect(redacted()).toBe(hidden);
    again();
    now += 9 * 60_000;
    expect(redacted()).toBe(hidden);
    now += 60_000;
    expect(redacted()).toBe('[secret]+of-a-caller [secret]%2Bof-a-caller [secret]');
    redactor.hold(lent);
    expect(redacted()).toBe(hidden);
  });

  it.each([
    'AIzaSyA1234567890123456789012345678901',
    'sk-proj-abcdefgh12345678',
    'Authorization: Bearer abc123def456',
    'x-goog-api-key: abcdefgh12345',
    '{"api_key":"abcdefgh12345"}',
    'https://relay.example/v1beta/models?key=abcdefgh12345&alt=sse',
  ])('knows the shape of a key in %s', (text) => {
    const redacted = createRedactor().redact(text);
    expect(redacted).toContain('[secret]');
    expect(redacted).not.toMatch(/1234|abc123/);
  });

  it('leaves ordinary words alone', () => {
    const text = 'Provide a Bearer token; the basic authentication of risk-free task-1 failed.';
    const redactor = createRedactor();
    redactor.add('ab');
    expect(redactor.redact(text)).toBe(text);
  });
});
