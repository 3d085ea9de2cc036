import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDisk } from './disk';

describe('what result files share', () => {
  it('makes others wait beyond the budget, until half of it is free', async () => {
    const disk = createDisk({ budgetBytes: 100 });
    disk.wait(100);
    expect(disk.pressure()).toBeUndefined();
    disk.wait(1);
    let isOver = false;
    const waiting = disk.pressure()?.then(() => {
      isOver = true;
    });
    disk.wait(-50);
    await Promise.resolve();
    expect(isOver).toBe(false);
    // Whoever comes meanwhile waits as well, although there is room again.
    expect(disk.pressure()).toBeDefined();
    disk.wait(-1);
    await waiting;
    expect(disk.pressure()).toBeUndefined();
  });

  it('uses memory again', () => {
    const disk = createDisk();
    const chunk = disk.lend();
    expect(disk.lend()).not.toBe(chunk);
    disk.giveBack(chunk);
    expect(disk.lend()).toBe(chunk);
  });

  it('flushes a folder once for all that ask while it is being flushed, never without a flush begun after the asking', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'brushfleet-disk-'));
    const disk = createDisk();
    const first = disk.syncFolder(folder);
    const others = [disk.syncFolder(folder), disk.syncFolder(folder), disk.syncFolder(folder)];
    expect(new Set(others).size).toBe(1);
    expect(others[0]).not.toBe(first);
    await Promise.all([first, ...others]);
    // Idle again: a flush of its own.
    await disk.syncFolder(folder);
    await rm(folder, { recursive: true });
    await expect(disk.syncFolder(folder)).rejects.toThrow('ENOENT');
  });
});
