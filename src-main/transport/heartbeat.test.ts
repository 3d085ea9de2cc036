import { expect, it } from 'vitest';
import { createVirtualClock } from '../engine/testing/virtual-clock';
import { BEAT_MS, createHeartbeat, MOST_MISSED } from './heartbeat';

/** Threads that answer at once, but for those that hang. */
function scene() {
  const clock = createVirtualClock();
  const busy = new Set<string>();
  const hanging = new Set<string>();
  const hung: string[] = [];
  const pinged: string[] = [];
  const heartbeat = createHeartbeat<string>({
    clock,
    busy: () => [...busy],
    ping(thread) {
      pinged.push(thread);
      if (!hanging.has(thread)) {
        heartbeat.heard(thread);
      }
    },
    onHung(thread) {
      hung.push(thread);
      busy.delete(thread);
    },
  });
  return { clock, busy, hanging, hung, pinged, heartbeat };
}

it('gives one up that was silent for all the beats, and none that answers', async () => {
  const { clock, busy, hanging, hung, heartbeat } = scene();
  busy.add('well').add('ill');
  hanging.add('ill');
  heartbeat.start();
  await clock.advance(MOST_MISSED * BEAT_MS);
  expect(hung).toEqual([]);
  await clock.advance(BEAT_MS);
  expect(hung).toEqual(['ill']);
  await clock.advance(10 * MOST_MISSED * BEAT_MS);
  expect(hung).toEqual(['ill']);
});

it('counts from the last that was heard', async () => {
  const { clock, busy, hanging, hung, heartbeat } = scene();
  busy.add('slow');
  hanging.add('slow');
  heartbeat.start();
  for (let at = 0; at < 5; at += 1) {
    await clock.advance(MOST_MISSED * BEAT_MS);
    heartbeat.heard('slow');
  }
  expect(hung).toEqual([]);
});

it('takes no long sleep of the machine for silence', async () => {
  const hung: string[] = [];
  let fire: () => void = () => undefined;
  const heartbeat = createHeartbeat<string>({
    // The timer goes off once after it, however long it was.
    clock: {
      setTimer(_delayMs, callback) {
        fire = callback;
        return () => undefined;
      },
    },
    busy: () => ['one'],
    ping: () => undefined,
    onHung: (thread) => hung.push(thread),
  });
  heartbeat.start();
  for (let beats = 0; beats < MOST_MISSED; beats += 1) {
    fire();
  }
  expect(hung).toEqual([]);
  fire();
  expect(hung).toEqual(['one']);
});

it('asks nobody, and has no timer, while nothing is under way', async () => {
  const { clock, busy, pinged, heartbeat } = scene();
  expect(clock.timers).toBe(0);
  busy.add('one');
  heartbeat.start();
  heartbeat.start();
  expect(clock.timers).toBe(1);
  await clock.advance(BEAT_MS);
  expect(pinged).toEqual(['one']);
  busy.clear();
  await clock.advance(BEAT_MS);
  expect(pinged).toEqual(['one']);
  expect(clock.timers).toBe(0);
  busy.add('one');
  heartbeat.start();
  heartbeat.stop();
  expect(clock.timers).toBe(0);
});
