import { describe, expect, it } from 'vitest';
import { deferred } from '../deferred';
import { createNewestFirst } from './newest-first';

describe('the newest wish first', () => {
  it('is one at a time, the last asked for next, and drops what waits behind too many', async () => {
    const newestFirst = createNewestFirst(3);
    const begun: number[] = [];
    const gate = deferred();
    const all = [0, 1, 2, 3, 4].map((wish) =>
      newestFirst(async () => {
        begun.push(wish);
        await gate.promise;
        return wish;
      }),
    );
    expect(await all[1]).toBeNull();
    expect(begun).toEqual([0]);
    gate.resolve();
    expect(await Promise.all(all)).toEqual([0, null, 2, 3, 4]);
    expect(begun).toEqual([0, 4, 3, 2]);
  });

  it('goes on after what failed, and tells its caller', async () => {
    const newestFirst = createNewestFirst(3);
    const failed = newestFirst(() => Promise.reject(new Error('No.')));
    const next = newestFirst(() => Promise.resolve(2));
    await expect(failed).rejects.toThrow('No.');
    expect(await next).toBe(2);
  });
});
