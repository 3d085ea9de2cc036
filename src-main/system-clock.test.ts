import { describe, expect, it } from 'vitest';
import { createVirtualClock } from './engine/testing/virtual-clock';
import { createSystemClock, systemClock, type TimeSources } from './system-clock';

const MINUTE = 60_000;

/** A machine that can be suspended: its monotonic clock and its timers stand still then, its time since boot goes on. */
function machine({ coarse = false }: { readonly coarse?: boolean } = {}) {
  const awake = createVirtualClock();
  let suspendedMs = 0;
  let wallStep = 0;
  let boots = 7_654_321;
  let readings = 0;
  const sources: TimeSources = {
    monotonic: awake.now,
    sinceBoot() {
      readings += 1;
      const exact = boots + awake.now() + suspendedMs;
      return coarse ? Math.floor(exact / 1_000) * 1_000 : exact;
    },
    wall: () => awake.wallNow() + suspendedMs + wallStep,
    after: awake.setTimer,
  };
  const clock = createSystemClock(sources);
  const start = clock.now();
  return {
    clock,
    passed: () => clock.now() - start,
    run: awake.advance,
    suspend(ms: number) {
      suspendedMs += ms;
    },
    stepWall(ms: number) {
      wallStep += ms;
    },
    /** The time since boot is another, as after a move of the container. */
    moveTo(sinceBoot: number) {
      boots = sinceBoot;
    },
    readings: () => readings,
    timers: () => awake.timers,
  };
}

describe('the system clock', () => {
  it('counts the time that the machine was suspended, never more', async () => {
    const { passed, run, suspend } = machine();
    await run(5_000);
    expect(passed()).toBe(5_000);
    suspend(10 * MINUTE);
    await run(250);
    expect(passed()).toBeLessThanOrEqual(5_250 + 10 * MINUTE);
    expect(passed()).toBeGreaterThanOrEqual(5_250 + 10 * MINUTE - 1_000);
    suspend(3 * MINUTE);
    await run(250);
    expect(passed()).toBeLessThanOrEqual(5_500 + 13 * MINUTE);
    expect(passed()).toBeGreaterThanOrEqual(5_500 + 13 * MINUTE - 1_000);
  });

  it('never runs ahead where the time since boot is told in whole seconds', async () => {
    const { passed, run, suspend } = machine({ coarse: true });
    for (let at = 1; at <= 500; at += 1) {
      await run(337);
      expect(passed()).toBe(at * 337);
    }
    let suspended = 0;
    for (const ms of [4_321, 90_000, 2_999, 600_000]) {
      suspend(ms);
      suspended += ms;
      await run(1_111);
    }
    const real = 500 * 337 + 4 * 1_111 + suspended;
    expect(passed()).toBeLessThanOrEqual(real);
    expect(passed()).toBeGreaterThanOrEqual(real - 3_000);
  });

  it('is not moved by the wall clock, nor by a time since boot that goes back', async () => {
    const { clock, passed, run, stepWall, moveTo, suspend } = machine();
    const wall = clock.wallNow();
    await run(1_000);
    stepWall(3_600_000);
    await run(1_000);
    expect(passed()).toBe(2_000);
    expect(clock.wallNow() - wall).toBe(3_602_000);
    stepWall(-7_200_000);
    await run(1_000);
    expect(passed()).toBe(3_000);
    moveTo(1_000);
    await run(1_000);
    expect(passed()).toBe(4_000);
    suspend(MINUTE);
    await run(1_000);
    expect(passed()).toBe(5_000 + MINUTE - 1_000);
  });

  it('never goes back', async () => {
    const { clock, run, suspend, stepWall, moveTo } = machine({ coarse: true });
    let before = clock.now();
    for (let step = 0; step < 200; step += 1) {
      suspend(step % 7 === 0 ? step * 100 : 0);
      stepWall(step % 2 === 0 ? 10_000 : -30_000);
      moveTo(step % 50 === 0 ? step * 1_000 : 0);
      await run(100);
      const after = clock.now();
      expect(after).toBeGreaterThanOrEqual(before + 100);
      before = after;
    }
  });

  it('reads the time since boot four times a second at most', async () => {
    const { clock, run, readings } = machine();
    const before = readings();
    for (let step = 0; step < 1_000; step += 1) {
      clock.now();
      await run(1);
    }
    expect(readings() - before).toBeLessThanOrEqual(4);
  });
});

describe('its timers', () => {
  it('run once, on time and never early', async () => {
    const { clock, passed, run, timers } = machine();
    const ran: number[] = [];
    clock.setTimer(10_500, () => ran.push(passed()));
    clock.setTimer(0, () => ran.push(passed()));
    expect(ran).toEqual([]);
    await run(MINUTE);
    expect(ran).toEqual([0, 10_500]);
    expect(timers()).toBe(0);
  });

  it('end within two seconds of the moment the machine wakes', async () => {
    const { clock, run, suspend } = machine();
    let isOver = false;
    clock.setTimer(5 * MINUTE, () => {
      isOver = true;
    });
    await run(10_300);
    suspend(10 * MINUTE);
    expect(isOver).toBe(false);
    await run(2_000);
    expect(isOver).toBe(true);
  });

  it('wait on for what a shorter suspend has left of them', async () => {
    const { clock, run, suspend } = machine();
    let isOver = false;
    clock.setTimer(5 * MINUTE, () => {
      isOver = true;
    });
    suspend(4 * MINUTE);
    await run(MINUTE - 1_500);
    expect(isOver).toBe(false);
    await run(3_000);
    expect(isOver).toBe(true);
  });

  it.each([0, 10_300])('can be taken back %s ms later', async (laterMs) => {
    const { clock, run, timers } = machine();
    let ran = false;
    const cancel = clock.setTimer(MINUTE, () => {
      ran = true;
    });
    await run(laterMs);
    cancel();
    await run(2 * MINUTE);
    expect([ran, timers()]).toEqual([false, 0]);
  });

  it('work on the real machine', async () => {
    const start = systemClock.now();
    await new Promise<void>((resolve) => systemClock.setTimer(20, resolve));
    expect(systemClock.now() - start).toBeGreaterThanOrEqual(20);
    expect(systemClock.now() - start).toBeLessThan(5_000);
  });
});
