/** Runs that name what serves them when their first choice is out. */
import { describe, expect, it } from 'vitest';
import { endpoint, failure, key } from '../testing/fleet-samples';
import { failed } from '../testing/simulated-provider';
import type { RunOrder } from './scheduler';
import { HOUR, MODEL, ORDER, type RunScene, type SentAttempt, setUp } from './testing/run-scene';

const FALLBACK: NonNullable<RunOrder['fallback']> = [
  { endpointId: 'b', provider: 'google_genai', model: 'spare' },
  { endpointId: 'o', provider: 'openai', model: 'last' },
];
const MINUTE = 60_000;

/** `a` is the first choice, `b` the first fallback, `o` the second; each has a key. */
function threeEndpoints(
  scene: Omit<RunScene, 'fleet'> & { readonly limits?: Parameters<typeof endpoint>[1] },
) {
  const fleet: RunScene['fleet'] = [
    [endpoint('a', scene.limits), endpoint('b'), endpoint('o', { provider: 'openai' })],
    [key('ka', ['a']), key('kb', ['b']), key('ko', ['o'])],
  ];
  return setUp({ ...scene, fleet });
}

const ORDERED: Partial<RunOrder> = { endpointIds: ['a'], fallback: FALLBACK };

function places(sent: readonly SentAttempt[]): ReadonlySet<string> {
  return new Set(sent.map(({ endpointId, model }) => `${endpointId} ${model}`));
}

describe('a fallback', () => {
  it('is not used while the first choice can serve, however busy it is', async () => {
    const scene = threeEndpoints({ limits: { limits: { requestsPerMinute: 10, concurrency: 2 } } });
    scene.run(30, ORDERED);
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 30 });
    expect(places(scene.sent)).toEqual(new Set(['a m']));
  });

  it('serves with its own model when no key of the first is valid', async () => {
    const scene = threeEndpoints({
      answer: ({ endpointId }) => (endpointId === 'a' ? failed(failure('invalid_key')) : { kind: 'ok' }),
    });
    scene.run(40, ORDERED);
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 40 });
    expect(scene.sent.filter(({ endpointId }) => endpointId === 'a')).toHaveLength(1);
    expect(places(scene.sent)).toEqual(new Set(['a m', 'b spare']));
  });

  it('serves where the first does not offer the model', async () => {
    const scene = threeEndpoints({
      answer: ({ model }) => (model === 'm' ? failed(failure('no_model')) : { kind: 'ok' }),
    });
    scene.run(10, { ...ORDERED, concurrency: 1 });
    await scene.clock.runAll(HOUR);
    expect(scene.sent.map(({ model }) => model)).toEqual(['m', ...Array.from({ length: 10 }, () => 'spare')]);
  });

  it('is left as soon as the first choice is back', async () => {
    const scene = threeEndpoints({
      answer: ({ endpointId }, number) =>
        endpointId === 'a' && number < 10
          ? failed(failure('quota_minute', { retryAfterMs: 2 * MINUTE }))
          : { kind: 'ok' },
    });
    scene.run(2_000, { ...ORDERED, concurrency: 2 });
    await scene.clock.advance(20 * MINUTE);
    const back = scene.sent.findIndex(({ endpointId, at }) => endpointId === 'a' && at > MINUTE);
    const [before, after] = [scene.sent.slice(2, back), scene.sent.slice(back)];
    expect(before.length).toBeGreaterThan(50);
    expect(places(before)).toEqual(new Set(['b spare']));
    expect((scene.sent[back]?.at ?? 0) - (scene.sent[back - 1]?.at ?? 0)).toBeLessThan(2_000);
    // While one request tries the key that is back, the fallback goes on.
    expect(places(after.slice(0, 12))).toContain('b spare');
    expect(places(after.slice(12))).toEqual(new Set(['a m']));
  });

  it('comes in the order of the list', async () => {
    const scene = threeEndpoints({
      answer: ({ endpointId }) => (endpointId === 'o' ? { kind: 'ok' } : failed(failure('quota_day'))),
    });
    scene.run(20, ORDERED);
    await scene.clock.runAll(MINUTE);
    expect(scene.jobStates()).toEqual({ done: 20 });
    const asked = scene.sent.map(({ endpointId, model }) => `${endpointId} ${model}`);
    expect([...new Set(asked)]).toEqual(['a m', 'b spare', 'o last']);
    expect(asked.filter((place) => place !== 'o last')).toEqual(['a m', 'b spare']);
  });

  it('serves while the first choice rests because it fails', async () => {
    const scene = threeEndpoints({
      answer: ({ endpointId }) =>
        endpointId === 'a' ? failed(failure('network', { bodySent: false })) : { kind: 'ok' },
    });
    scene.run(300, ORDERED);
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 300 });
    expect(places(scene.sent)).toEqual(new Set(['a m', 'b spare']));
    expect(scene.sent.filter(({ endpointId }) => endpointId === 'a').length).toBeLessThan(60);
  });

  it('is waited for with the first choice, whichever is back first', async () => {
    const wait = { a: 20 * MINUTE, b: 3 * MINUTE, o: 10 * MINUTE };
    const asked = new Map<string, number>();
    const scene = threeEndpoints({
      answer: ({ endpointId }) => {
        const times = (asked.get(endpointId) ?? 0) + 1;
        asked.set(endpointId, times);
        const retryAfterMs = wait[endpointId as keyof typeof wait];
        return times === 1 ? failed(failure('quota_minute', { retryAfterMs })) : { kind: 'ok' };
      },
    });
    scene.run(1, ORDERED);
    await scene.clock.advance(MINUTE);
    expect(scene.states().at(-1)).toMatchObject({
      kind: 'waiting',
      reason: 'waiting for quota until 12:04 (1 key)',
    });
    expect(scene.clock.timers).toBe(1);
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 1 });
    expect(scene.sent.map(({ endpointId }) => endpointId)).toEqual(['a', 'b', 'o', 'b']);
  });

  it('must be out as well before the run pauses', async () => {
    const scene = threeEndpoints({
      answer: ({ endpointId }) =>
        failed(failure(endpointId === 'a' ? 'invalid_key' : endpointId === 'b' ? 'quota_day' : 'no_credit')),
    });
    scene.run(50, { ...ORDERED, waitForQuota: 'minutes' });
    await scene.clock.runAll(HOUR);
    expect(scene.states().at(-1)).toEqual({
      kind: 'paused',
      reason:
        'The only remaining key is out for today, until 22 Nov 08:01: resume then, or add a key of another account.',
      failure: 'quota_day',
      until: expect.any(Number),
    });
    expect(scene.jobStates()).toEqual({ pending: 50 });
    // The only key of its protocol is not held back until its first answer.
    expect(scene.sent.filter(({ endpointId }) => endpointId !== 'o')).toHaveLength(2);
  });

  it('avoids what has just failed the job', async () => {
    const scene = threeEndpoints({
      answer: (_attempt, number) => (number === 0 ? failed(failure('no_image')) : { kind: 'ok' }),
    });
    const avoided: unknown[] = [];
    const { lease } = scene.pool;
    scene.pool.lease = (request) => {
      avoided.push(request.endpointIds?.has('b') === true ? request.avoid : undefined);
      return lease(request);
    };
    scene.run(1, { endpointIds: ['none'], fallback: FALLBACK, maxRetries: 1 });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 1 });
    expect(avoided.filter((one) => one !== undefined)).toEqual([
      [],
      [{ endpointId: 'b', keyId: 'kb', wholeEndpoint: false }],
    ]);
  });

  it('serves each model of a run by itself', async () => {
    const scene = threeEndpoints({
      answer: ({ model }) => (model === 'm' ? failed(failure('no_model')) : { kind: 'ok' }),
    });
    const other = { ...MODEL, model: 'other' };
    scene.journal.addJobs(
      1,
      Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? MODEL : other)),
    );
    scene.scheduler.start({ ...ORDER, ...ORDERED, runId: 1 });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 40 });
    const served = scene.sent.filter(({ model }) => model !== 'm');
    expect(
      served.filter(({ model }) => model === 'other').every(({ endpointId }) => endpointId === 'a'),
    ).toBe(true);
    expect(served.filter(({ model }) => model === 'spare')).toHaveLength(20);
  });
});
