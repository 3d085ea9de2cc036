import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../engine/testing/virtual-clock';
import { createSemaphores, type Slot } from './semaphores';

function open(limit: number) {
  const clock = createVirtualClock();
  let ids = 0;
  return { clock, semaphores: createSemaphores({ clock, limit, newId: () => `lease-${(ids += 1)}` }) };
}

function held(slot: Slot): Extract<Slot, { kind: 'granted' }> {
  if (slot.kind !== 'granted') {
    throw new Error(`not granted: ${slot.kind}`);
  }
  return slot;
}

describe('the global bound', () => {
  it('lets in as many as it says, and the next when one leaves', async () => {
    const { semaphores } = open(2);
    const [first] = await Promise.all([semaphores.acquire({ lane: {} }), semaphores.acquire({ lane: {} })]);
    const third = semaphores.acquire({ lane: {} });
    expect(semaphores.global()).toEqual({ limit: 2, inUse: 2, waiting: 1 });
    held(first).release();
    held(first).release();
    expect((await third).kind).toBe('granted');
    expect(semaphores.global()).toEqual({ limit: 2, inUse: 2, waiting: 0 });
  });

  it('serves lanes in turn, and each in its order: a long batch holds up nobody', async () => {
    const { semaphores } = open(1);
    const batch = {};
    const order: string[] = [];
    const ask = async (lane: object, name: string): Promise<void> => {
      const slot = await semaphores.acquire({ lane });
      order.push(name);
      await Promise.resolve();
      held(slot).release();
    };
    await Promise.all([ask(batch, 'a1'), ask(batch, 'a2'), ask(batch, 'a3'), ask({}, 'b'), ask({}, 'c')]);
    expect(order).toEqual(['a1', 'a2', 'b', 'c', 'a3']);
  });

  it('forgets who is gone, and refuses all when it closes', async () => {
    const { semaphores } = open(1);
    const first = await semaphores.acquire({ lane: {} });
    const gone = new AbortController();
    const second = semaphores.acquire({ lane: {}, signal: gone.signal });
    const third = semaphores.acquire({ lane: {} });
    gone.abort();
    expect(await second).toEqual({ kind: 'cancelled' });
    expect(semaphores.global().waiting).toBe(1);
    semaphores.close();
    expect(await third).toEqual({ kind: 'closed' });
    held(first).release();
    expect(await semaphores.acquire({ lane: {} })).toEqual({ kind: 'closed' });
  });
});

describe('a semaphore by name', () => {
  it('is taken besides the global one', async () => {
    const { semaphores } = open(3);
    semaphores.register('s', 1);
    const first = await semaphores.acquire({ lane: {}, semaphoreId: 's' });
    const second = semaphores.acquire({ lane: {}, semaphoreId: 's' });
    expect(semaphores.global()).toEqual({ limit: 3, inUse: 1, waiting: 1 });
    expect(semaphores.get('s')).toEqual({ semaphoreId: 's', limit: 1, inUse: 1, leases: 0, waiting: 1 });
    // Others are not held up by it.
    expect((await semaphores.acquire({ lane: {} })).kind).toBe('granted');
    held(first).release();
    expect((await second).kind).toBe('granted');
  });

  it('lends slots that return by themselves', async () => {
    const { clock, semaphores } = open(5);
    semaphores.register('s', 1);
    expect(semaphores.lease('s', 10_000)).toMatchObject({ kind: 'leased', lease: { id: 'lease-1' } });
    expect(semaphores.lease('s', 10_000)).toEqual({ kind: 'full', retryAfterMs: 10_000 });
    const waiting = semaphores.acquire({ lane: {}, semaphoreId: 's' });
    await clock.advance(9_999);
    expect(semaphores.get('s')).toMatchObject({ inUse: 1, leases: 1, waiting: 1 });
    await clock.advance(1);
    const slot = held(await waiting);
    expect(semaphores.get('s')).toMatchObject({ inUse: 1, leases: 0 });
    expect(semaphores.giveBack('s', 'lease-1')).toBe(false);
    slot.release();
    semaphores.lease('s', 1000);
    expect(semaphores.giveBack('s', 'lease-2')).toBe(true);
    expect(semaphores.get('s')).toMatchObject({ inUse: 0 });
  });

  it('can be changed and removed while it is used', async () => {
    const { semaphores } = open(5);
    expect(semaphores.register('s', 1)).toBe(true);
    expect(semaphores.register('s', 9)).toBe(false);
    expect(semaphores.get('s')).toMatchObject({ limit: 1 });
    const first = await semaphores.acquire({ lane: {}, semaphoreId: 's' });
    const second = semaphores.acquire({ lane: {}, semaphoreId: 's' });
    const third = semaphores.acquire({ lane: {}, semaphoreId: 's' });
    semaphores.update('s', 2);
    expect((await second).kind).toBe('granted');
    expect(semaphores.remove('s')).toBe(true);
    expect(await third).toEqual({ kind: 'unknown' });
    held(first).release();
    expect(semaphores.global()).toEqual({ limit: 5, inUse: 1, waiting: 0 });
    expect(await semaphores.acquire({ lane: {}, semaphoreId: 's' })).toEqual({ kind: 'unknown' });
    expect(semaphores.update('s', 2)).toBe(false);
    expect(semaphores.remove('s')).toBe(false);
  });
});

describe('who was let in and cannot be sent', () => {
  it('gives his slot up, and stands before the others of his lane when he wants it again', async () => {
    const { semaphores } = open(1);
    const lane = {};
    const first = held(await semaphores.acquire({ lane }));
    const second = semaphores.acquire({ lane });
    const third = semaphores.acquire({ lane: {} });
    first.pass.rest();
    // One of a lane may rest with a limit of one: no other of it is let in meanwhile.
    const other = held(await third);
    expect(semaphores.global()).toEqual({ limit: 1, inUse: 1, waiting: 2 });
    let isBack = false;
    first.pass.onGranted(() => (isBack = true));
    expect([first.pass.take(), isBack]).toEqual([false, false]);
    other.release();
    expect([first.pass.isHeld, isBack]).toEqual([true, true]);
    first.pass.leave();
    expect((await second).kind).toBe('granted');
    expect(semaphores.global()).toEqual({ limit: 1, inUse: 1, waiting: 0 });
    first.release();
    expect(semaphores.global()).toEqual({ limit: 1, inUse: 1, waiting: 0 });
  });

  it('can have the slot of another that is for the same', async () => {
    const { semaphores } = open(2);
    semaphores.register('s', 1);
    const first = held(await semaphores.acquire({ lane: {} }));
    first.pass.rest();
    const second = held(await semaphores.acquire({ lane: {} }));
    const named = held(await semaphores.acquire({ lane: {}, semaphoreId: 's' }));
    named.pass.yieldTo(first.pass);
    expect([named.pass.isHeld, first.pass.isHeld, first.pass.take()]).toEqual([true, false, false]);
    second.pass.yieldTo(first.pass);
    expect([second.pass.isHeld, first.pass.isHeld]).toEqual([false, true]);
    expect(semaphores.global()).toEqual({ limit: 2, inUse: 2, waiting: 1 });
  });

  it('is told that there is none any more', async () => {
    const { semaphores } = open(5);
    semaphores.register('s', 1);
    const told: unknown[] = [];
    const [named, other] = [
      held(await semaphores.acquire({ lane: {}, semaphoreId: 's' })),
      held(await semaphores.acquire({ lane: {} })),
    ];
    named.onGone((why) => told.push(why));
    other.onGone((why) => told.push(why));
    named.pass.rest();
    semaphores.remove('s');
    expect(told).toEqual([{ kind: 'unknown' }]);
    semaphores.close();
    expect(told).toEqual([{ kind: 'unknown' }]);
    other.pass.rest();
    expect(told).toEqual([{ kind: 'unknown' }, { kind: 'closed' }]);
    expect([named.pass.take(), other.pass.take()]).toEqual([false, false]);
    expect(semaphores.global()).toEqual({ limit: 5, inUse: 0, waiting: 0 });
  });
});

describe('whatever happens', () => {
  const step = fc.record({
    lane: fc.nat(3),
    named: fc.boolean(),
    act: fc.constantFrom('ask', 'ask', 'release', 'leave', 'lease', 'giveBack', 'rest', 'take', 'yield'),
    at: fc.nat(20),
  });

  it('never exceeds a limit, and leaves nobody waiting beside a free slot', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { semaphores } = open(3);
        semaphores.register('s', 2);
        const lanes = [{}, {}, {}, {}];
        const slots: Extract<Slot, { kind: 'granted' }>[] = [];
        const gone: AbortController[] = [];
        const leases: string[] = [];
        const laneOf = new Map<Slot, object>();
        for (const { lane, named, act, at } of steps) {
          if (act === 'ask') {
            const one = new AbortController();
            gone.push(one);
            const want = { lane: lanes[lane] ?? {}, signal: one.signal };
            void semaphores.acquire(named ? { ...want, semaphoreId: 's' } : want).then((slot) => {
              if (slot.kind === 'granted') {
                slots.push(slot);
                laneOf.set(slot, want.lane);
              }
            });
          } else if (act === 'release') {
            slots.splice(at % Math.max(1, slots.length), 1).forEach((slot) => slot.release());
          } else if (act === 'rest') {
            slots[at % Math.max(1, slots.length)]?.pass.rest();
          } else if (act === 'take') {
            slots[at % Math.max(1, slots.length)]?.pass.take();
          } else if (act === 'yield') {
            const other = slots.at(-1)?.pass;
            if (other !== undefined) {
              slots[at % slots.length]?.pass.yieldTo(other);
            }
          } else if (act === 'leave') {
            gone[at % Math.max(1, gone.length)]?.abort();
          } else if (act === 'lease') {
            const answer = semaphores.lease('s', 1000);
            leases.push(...(answer.kind === 'leased' ? [answer.lease.id] : []));
          } else {
            leases.splice(0, 1).forEach((id) => semaphores.giveBack('s', id));
          }
          await Promise.resolve();
          await Promise.resolve();
          const all = semaphores.global();
          const own = semaphores.get('s');
          expect(all.inUse).toBe(slots.filter(({ pass }) => pass.isHeld).length);
          expect(all.inUse).toBeLessThanOrEqual(3);
          expect(own?.inUse).toBeLessThanOrEqual(2);
          if (all.inUse < 3 && (own?.inUse ?? 0) < 2) {
            const resting = slots.filter(({ pass }) => !pass.isHeld);
            const crowded = lanes.some(
              (one) => resting.filter((slot) => laneOf.get(slot) === one).length >= 3,
            );
            expect(crowded || all.waiting === resting.length).toBe(true);
          }
        }
      }),
    );
  });
});
