import { beforeEach, describe, expect, it } from 'vitest';
import { dropFreeBuffers, giveBack, lendBuffer } from './answer-buffers';

const MB = 1024 * 1024;

beforeEach(dropFreeBuffers);

describe('answer buffers', () => {
  it('lends what was given back, also when only a part of it is returned, and to one at a time', () => {
    const first = lendBuffer(MB);
    expect(lendBuffer(MB).buffer).not.toBe(first.buffer);
    giveBack(first.subarray(100, 200));
    const second = lendBuffer(MB - 5);
    expect(second.buffer).toBe(first.buffer);
    expect(lendBuffer(MB - 5).buffer).not.toBe(first.buffer);
  });

  it('lends no buffer that is too small, nor one far too large', () => {
    const small = lendBuffer(MB);
    const large = lendBuffer(20 * MB);
    giveBack(small);
    giveBack(large);
    const asked = lendBuffer(3 * MB);
    expect(asked.byteLength).toBeGreaterThanOrEqual(3 * MB);
    expect([small.buffer, large.buffer]).not.toContain(asked.buffer);
  });

  it('takes nothing twice and nothing that was not lent', () => {
    const mine = Buffer.alloc(MB);
    giveBack(mine);
    const lent = lendBuffer(MB);
    expect(lent.buffer).not.toBe(mine.buffer);
    giveBack(lent);
    giveBack(lent);
    expect(lendBuffer(MB).buffer).toBe(lent.buffer);
    expect(lendBuffer(MB).buffer).not.toBe(lent.buffer);
  });
});
