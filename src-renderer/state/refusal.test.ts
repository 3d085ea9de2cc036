import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { refusalOf, sentenceOf } from './refusal';

describe('a failed call', () => {
  it('keeps the sentence and the field of a refusal', () => {
    const error = new ORPCError('BAD_INPUT', {
      message: 'No such column: hat.',
      data: { field: 'instruction' },
    });
    expect(refusalOf(error)).toEqual({
      kind: 'sentence',
      sentence: 'No such column: hat.',
      field: 'instruction',
    });
  });

  it('asks for the vault when the vault stands in the way', () => {
    const status = { kind: 'passphrase', locked: true } as const;
    expect(refusalOf(new ORPCError('VAULT', { message: 'locked', data: status }))).toEqual({
      kind: 'vault',
      status,
    });
    expect(sentenceOf(new ORPCError('VAULT', { message: 'locked', data: status }))).toContain('Unlock it');
  });

  it('names the control of a value the border refused', () => {
    const data = {
      issues: [{ message: 'Too big: expected at most 1024', path: ['options', 'concurrency'] }],
    };
    const refusal = refusalOf(new ORPCError('BAD_REQUEST', { message: 'Input validation failed', data }));
    expect(refusal).toMatchObject({ field: 'concurrency' });
    expect(refusal).toMatchObject({ sentence: expect.stringContaining('concurrency was refused') });
  });

  it('does not show the inside of a bug', () => {
    const sentence = sentenceOf(new ORPCError('INTERNAL_SERVER_ERROR', { message: 'ENOENT /home/ana/x' }));
    expect(sentence).not.toContain('/home');
    expect(sentence).toContain('log');
  });
});
