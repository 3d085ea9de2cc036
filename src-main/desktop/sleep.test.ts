import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../engine/testing/virtual-clock';
import { restWhileAsleep } from './sleep';

function openScene() {
  const clock = createVirtualClock();
  const power = new EventEmitter();
  const scene = { clock, power, isOnline: true, holds: 0 };
  restWhileAsleep({
    power,
    net: { isOnline: () => scene.isOnline },
    clock,
    random: () => 0.5,
    hold() {
      scene.holds += 1;
      return () => (scene.holds -= 1);
    },
  });
  return scene;
}

describe('a machine that sleeps', () => {
  it('sends nothing until its network is back, and a moment longer', async () => {
    const scene = openScene();
    scene.power.emit('suspend');
    expect(scene.holds).toBe(1);
    scene.isOnline = false;
    scene.power.emit('resume');
    await scene.clock.advance(10_000);
    expect(scene.holds).toBe(1);
    scene.isOnline = true;
    await scene.clock.advance(1_000);
    expect(scene.holds).toBe(1);
    await scene.clock.advance(1_000);
    expect([scene.holds, scene.clock.timers]).toEqual([0, 0]);
  });

  it('goes on without a network after half a minute: a provider on the machine itself needs none', async () => {
    const scene = openScene();
    scene.isOnline = false;
    scene.power.emit('suspend');
    scene.power.emit('resume');
    await scene.clock.advance(29_000);
    expect(scene.holds).toBe(1);
    await scene.clock.advance(2_000);
    expect(scene.holds).toBe(0);
  });

  it('that falls asleep again while it waits is held once, and let go once', async () => {
    const scene = openScene();
    scene.power.emit('suspend');
    scene.power.emit('suspend');
    scene.power.emit('resume');
    await scene.clock.advance(500);
    scene.power.emit('suspend');
    await scene.clock.advance(59_000);
    expect(scene.holds).toBe(1);
    scene.power.emit('resume');
    scene.power.emit('resume');
    await scene.clock.advance(1_000);
    expect([scene.holds, scene.clock.timers]).toEqual([0, 0]);
    scene.power.emit('suspend');
    expect(scene.holds).toBe(1);
  });

  it('goes on a minute later where nobody tells that it woke', async () => {
    const scene = openScene();
    scene.power.emit('suspend');
    await scene.clock.advance(59_000);
    expect(scene.holds).toBe(1);
    await scene.clock.advance(2_000);
    expect([scene.holds, scene.clock.timers]).toEqual([0, 0]);
  });
});
