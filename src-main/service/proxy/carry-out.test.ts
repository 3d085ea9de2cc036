/** Several answers to one request, of which some cannot be had. */
import type { TextAsk } from '@shared/model/text';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Session, SessionAnswer } from '../../app/sessions/session';
import { Refusal } from '../../refusal';
import { ServiceStopping } from '../gated-sessions';
import { carryOut } from './carry-out';
import type { ProxyApp } from './proxy-app';
import type { Asking } from './proxy-request';
import type { TokenSessions } from './token-sessions';

const ask: TextAsk = {
  kind: 'text',
  model: { provider: 'openai', model: 'm' },
  system: '',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'x' }] }],
  generation: {},
  answer: { kind: 'text' },
};
const done = { kind: 'text', jobId: 1, answer: { text: 'hello' }, usage: {} } as SessionAnswer;
const logged: string[] = [];
beforeEach(() => void logged.splice(0));
const cancelled: SessionAnswer = { kind: 'cancelled', jobId: 2 };

function carried(ends: readonly (() => Promise<SessionAnswer> | SessionAnswer)[], turns = ends.length) {
  let entered = 0;
  let submitted = 0;
  const session = { submit: async () => ends[(submitted += 1) - 1]?.() } as unknown as Session;
  const sessions = {
    checkName: () => undefined,
    enter: () => Promise.resolve((entered += 1) <= turns ? { session, release: () => undefined } : null),
  } as unknown as TokenSessions;
  const asking = {
    holder: { id: 't', name: 't', caps: {}, concurrency: undefined },
    media: { settled: () => Promise.resolve(), hide: (text: string) => text },
    signal: new AbortController().signal,
  } as unknown as Asking;
  const app = { log: { error: (_: string, text: string) => void logged.push(text) } };
  return carryOut(
    { sessions, app: app as unknown as ProxyApp },
    asking,
    ends.map(() => ask),
  );
}

describe('answers of one request', () => {
  it.each([
    ['was cancelled by a person', () => cancelled],
    ['came too late', () => Promise.reject(new ServiceStopping())],
    ['met a closed session', () => Promise.reject(new Refusal('BAD_INPUT', 'closed'))],
  ])('are handed over, and the one that %s is told of', async (_, end) => {
    const { done: got, failures } = await carried([() => done, end]);
    expect(got).toEqual([{ ...done, at: 0 }]);
    expect(failures).toMatchObject([{ kind: 'overloaded', bodySent: false }]);
  });

  it('are handed over also when the token is revoked before the others had their turn', async () => {
    const { done: got, failures } = await carried([() => done, () => done], 1);
    expect(got).toEqual([{ ...done, at: 0 }]);
    expect(failures).toHaveLength(1);
  });

  it('are handed over when another cannot be saved, which the log tells of, and say which they are', async () => {
    const full = () => Promise.reject(new Error('disk full'));
    const { done: got, failures } = await carried([full, () => done, () => done]);
    expect(got.map(({ at }) => at)).toEqual([1, 2]);
    expect(failures).toMatchObject([{ kind: 'storage', bodySent: true }]);
    expect(logged).toEqual(['one of 3 answers of a request: Error: disk full']);
  });

  it('are what was thrown where none came', async () => {
    const full = () => Promise.reject(new Error('disk full'));
    await expect(carried([() => cancelled, full])).rejects.toThrow('disk full');
    expect(logged).toEqual([]);
  });

  it.each([
    ['was not sent', () => cancelled],
    ['was thrown', () => Promise.reject(new Error('disk full'))],
  ])(
    'of which one was sent as often as is allowed are not to be repeated where another %s',
    async (_, end) => {
      const failure = { kind: 'timeout', message: 'No answer came in time.', bodySent: true } as const;
      const late: SessionAnswer = { kind: 'failed', jobId: 3, failure };
      await expect(carried([() => late, end])).rejects.toMatchObject({
        status: 504,
        details: { code: 'timeout', isFinal: true },
      });
      await expect(carried([end, () => late])).rejects.toMatchObject({ details: { isFinal: true } });
    },
  );

  it('that cannot be had at all are an error', async () => {
    await expect(carried([() => cancelled])).rejects.toMatchObject({ status: 503 });
  });
});
