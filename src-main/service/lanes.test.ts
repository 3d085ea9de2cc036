/** Runs of several callers behind one bound, on a virtual clock: what waits for its key holds no slot. */
import { describe, expect, it } from 'vitest';
import { createPasses, type Pass } from '../app/sessions/passes';
import { endpoint, pairs } from '../engine/testing/fleet-samples';
import { setUp } from '../engine/runs/testing/run-scene';
import { createLanes, type Place } from './lanes';
import { createSemaphores, type Granted } from './semaphores';

const MINUTE = 60_000;

/** `slow` sends one request a minute, `fast` as many as it likes; each request takes `latencyMs`. */
function open(limit: number, latencyMs: number) {
  const scene = setUp({
    fleet: pairs(endpoint('slow', { limits: { requestsPerMinute: 1 } }), endpoint('fast')),
    latencyMs,
  });
  const semaphores = createSemaphores({ clock: scene.clock, limit, newId: () => 'lease' });
  semaphores.register('s', 2);
  const startsAt = scene.clock.now();
  let jobs = 0;

  /** Seconds after the start. */
  const sentAt = (endpointId: string): readonly number[] =>
    scene.sent
      .filter((one) => one.endpointId === endpointId)
      .map(({ at }) => Math.floor((at - startsAt) / 1000));

  /** A run whose requests were let in; those of them that are named take the semaphore `s` besides. */
  async function run(runId: number, endpointId: string, named: readonly boolean[]): Promise<void> {
    const passes = new Map<number, Pass>();
    const bound = createPasses((jobId) => passes.get(jobId));
    const lane = {};
    for (const isNamed of named) {
      const slot = await semaphores.acquire({ lane, ...(isNamed ? { semaphoreId: 's' } : {}) });
      jobs += 1;
      const { pass } = slot as Granted;
      passes.set(jobs, pass);
      bound.came(pass);
    }
    scene.run(named.length, { runId, endpointIds: [endpointId], bound });
  }

  return { ...scene, semaphores, serve: run, sentAt };
}

/** What a batch is to a caller: many requests in one lane. */
function enter(limit: number) {
  const inside: string[] = [];
  let held = 0;
  const lanes = createLanes<string>({
    mostResting: 2,
    isFree: () => held < limit,
    gone: () => null,
    count: (_key, change) => {
      held += change.held;
    },
  });
  const come = (lane: object, line: string, name: string): Place => {
    const place = lanes.enter(
      { lane, line, key: null, group: '' },
      { in: () => inside.push(name), gone: () => undefined },
    );
    place.start();
    return place;
  };
  return { inside, come };
}

describe('lines of one lane', () => {
  it('are let in each for itself: one that rests holds up no other', () => {
    const { inside, come } = enter(2);
    const batch = {};
    const [first, second, third] = ['a1', 'a2', 'a3', 'a4'].map((name) => come(batch, 'a', name));
    const other = come(batch, 'b', 'b1');
    come(batch, 'b', 'b2');
    first?.rest();
    second?.rest();
    third?.rest();
    expect(inside).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
    // With fewer than the most at rest, its line goes on.
    first?.release();
    second?.release();
    other.release();
    expect(inside).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'a4']);
  });

  it('take no more turns than a lane with one, and who came first is served first', () => {
    const { inside, come } = enter(1);
    const [many, few] = [{}, {}];
    const places = new Map<string, Place>();
    for (const [lane, line, name] of [
      [many, 'a', 'a1'],
      [many, 'a', 'a2'],
      [many, 'b', 'b1'],
      [many, 'c', 'c1'],
      [few, 'a', 'x1'],
      [few, 'a', 'x2'],
    ] as const) {
      places.set(name, come(lane, line, name));
    }
    for (let at = 0; at < places.size; at += 1) {
      places.get(inside[at] ?? '')?.release();
    }
    expect(inside).toEqual(['a1', 'a2', 'x1', 'b1', 'x2', 'c1']);
  });
});

describe('a request whose key has to wait', () => {
  it('holds no slot, and stands in line once its key is back', async () => {
    const { clock, semaphores, serve, sentAt } = open(2, 90_000);
    await serve(1, 'slow', [false, false]);
    await clock.advance(1000);
    expect(semaphores.global()).toEqual({ limit: 2, inUse: 1, waiting: 1 });
    await serve(2, 'fast', [false]);
    await clock.advance(1000);
    expect(semaphores.global()).toEqual({ limit: 2, inUse: 2, waiting: 1 });
    // Its key is back after a minute, and the slots are not before the first answers.
    await clock.advance(MINUTE + 30_000);
    expect(sentAt('slow')).toEqual([0, 90]);
    await clock.advance(2 * MINUTE);
    expect(semaphores.global()).toEqual({ limit: 2, inUse: 0, waiting: 0 });
  });

  it('is not held up by one of its run that waits for a semaphore', async () => {
    const { clock, semaphores, serve, sent, sentAt } = open(4, 100);
    await serve(1, 'slow', [false, true, false]);
    await clock.advance(1000);
    semaphores.lease('s', 3 * MINUTE);
    semaphores.update('s', 1);
    await clock.advance(MINUTE);
    expect(sent.map(({ jobId }) => jobId)).toEqual([1, 3]);
    expect(semaphores.get('s')).toMatchObject({ inUse: 1, waiting: 1 });
    // As soon as the lease runs out.
    await clock.advance(2 * MINUTE + 1000);
    expect(sentAt('slow')).toEqual([0, 60, 181]);
    expect(semaphores.get('s')).toMatchObject({ inUse: 0, leases: 0, waiting: 0 });
  });

  it('leaves its slot to whoever can be sent', async () => {
    const { clock, semaphores, serve, sentAt } = open(1, 100);
    await serve(1, 'slow', [false]);
    await clock.advance(1000);
    await serve(2, 'slow', [false]);
    await clock.advance(1000);
    await serve(3, 'fast', [false]);
    await clock.advance(1000);
    expect(sentAt('fast')).toEqual([2]);
    expect(semaphores.global()).toEqual({ limit: 1, inUse: 0, waiting: 1 });
    await clock.advance(MINUTE);
    expect(sentAt('slow')).toEqual([0, 60]);
  });

  it('leaves with the slot of one behind it in its run, which would else wait for it', async () => {
    const { semaphores } = open(1, 100);
    const passes: Pass[] = [];
    const bound = createPasses((jobId) => passes[jobId]);
    for (const lane of [{}, {}]) {
      const { pass } = (await semaphores.acquire({ lane })) as Granted;
      passes.push(pass);
      bound.came(pass);
      if (passes.length === 1) {
        bound.turnOver();
      }
    }
    expect(bound.mayLeave(0)).toBe(true);
    bound.left(0);
    expect(bound.mayLeave(1)).toBe(false);
    bound.turnOver();
    expect(semaphores.global()).toEqual({ limit: 1, inUse: 1, waiting: 1 });
    bound.answered(0);
    expect(bound.mayLeave(1)).toBe(true);
  });
});
