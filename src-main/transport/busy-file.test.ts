import { describe, expect, it } from 'vitest';
import { whileBusy } from './busy-file';

const refusal = (code: string): Error => Object.assign(new Error(code), { code });

/** Refused with `code` so many times, then done; `waited`: the waits in between, in milliseconds. */
function scene(code: string, times: number) {
  let tried = 0;
  const waited: number[] = [];
  const done = whileBusy(
    () =>
      Promise.resolve().then(() => {
        tried += 1;
        if (tried <= times) {
          throw refusal(code);
        }
        return 'done';
      }),
    (ms) => Promise.resolve(waited.push(ms)),
  );
  return { done, waited, tried: () => tried };
}

describe('a file that another program holds', () => {
  it('is waited for, 20 times too, longer and longer', async () => {
    const { done, waited } = scene('EBUSY', 20);
    expect(await done).toBe('done');
    expect(waited).toHaveLength(20);
    expect(waited.slice(0, 3)).toEqual([20, 40, 80]);
    expect(Math.max(...waited)).toBe(500);
  });

  it('is not waited for for ever', async () => {
    const { done, waited, tried } = scene('EBUSY', 1000);
    await expect(done).rejects.toMatchObject({ code: 'EBUSY' });
    expect(tried()).toBe(27);
    const total = waited.reduce((sum, ms) => sum + ms, 0);
    expect(total).toBeGreaterThan(10_000);
    expect(total).toBeLessThan(15_000);
  });

  it.each(['ENOSPC', 'EROFS', 'ENOENT'])('is not meant by %s', async (code) => {
    const { done, tried } = scene(code, 1);
    await expect(done).rejects.toMatchObject({ code });
    expect(tried()).toBe(1);
  });
});
