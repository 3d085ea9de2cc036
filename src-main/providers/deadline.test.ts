import { describe, expect, it } from 'vitest';
import { createDeadline } from './deadline';

/** Timers that are heard only when the process runs. */
function createTime() {
  let now = 0;
  const timers = new Map<() => void, number>();
  return {
    monotonic: () => now,
    after(delayMs: number, callback: () => void) {
      timers.set(callback, now + delayMs);
      return () => void timers.delete(callback);
    },
    standStill(ms: number): void {
      now += ms;
    },
    /** What is due is heard now; answers how many were. */
    hear(): number {
      const due = [...timers].filter(([, at]) => at <= now);
      for (const [callback] of due) {
        timers.delete(callback);
        callback();
      }
      return due.length;
    },
    get armed() {
      return timers.size;
    },
  };
}

describe('a deadline', () => {
  const begin = (timeoutMs: number) => {
    const time = createTime();
    const deadline = createDeadline(new AbortController().signal, time);
    deadline.start(timeoutMs);
    return { time, deadline };
  };

  it('ends a call when its time is over, and says why', () => {
    const { time, deadline } = begin(5000);
    time.standStill(4999);
    expect(time.hear()).toBe(0);
    time.standStill(20);
    expect(time.hear()).toBe(1);
    expect(deadline.cause()).toBe('timeout');
    expect(deadline.signal.aborted).toBe(true);
  });

  it('does not count time in which the process stood still: what lies in the socket is heard after its timer', () => {
    const { time, deadline } = begin(5000);
    time.standStill(35_000);
    expect(time.hear()).toBe(1);
    expect(deadline.cause()).toBeNull();
    time.standStill(5000);
    time.hear();
    expect(deadline.cause()).toBe('timeout');
  });

  it('gives a process that was busy only the time that it was late', () => {
    const { time, deadline } = begin(5000);
    time.standStill(5400);
    time.hear();
    expect(deadline.cause()).toBeNull();
    time.standStill(400);
    time.hear();
    expect(deadline.cause()).toBe('timeout');
  });

  it('leaves no timer behind, also after the process stood still', () => {
    const { time, deadline } = begin(5000);
    time.standStill(9000);
    time.hear();
    expect(time.armed).toBe(1);
    deadline.dispose();
    expect(time.armed).toBe(0);
  });
});
