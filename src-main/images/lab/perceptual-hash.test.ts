import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openPicture, workingCopy } from './open-picture';
import { hashDistance, perceptualHash } from './perceptual-hash';
import { drawn } from './testing/drawn';

async function hashOf(input: Buffer): Promise<string | null> {
  const opened = await openPicture(input, { which: 'picture', limitPixels: 9e6 });
  return perceptualHash((await workingCopy(opened, 256)).grey);
}

describe('a perceptual hash', () => {
  it('stays alike through encoding and sizes, and differs between pictures', async () => {
    const picture = await drawn({ width: 400, height: 300 });
    const hash = (await hashOf(picture)) ?? '';
    const copies = await Promise.all([
      hashOf(await sharp(picture).jpeg({ quality: 50 }).toBuffer()),
      hashOf(await sharp(picture).resize(900).webp({ quality: 70 }).toBuffer()),
      hashOf(await sharp(picture).modulate({ brightness: 1.1 }).png().toBuffer()),
    ]);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(Math.max(...copies.map((copy) => hashDistance(hash, copy ?? '')))).toBeLessThanOrEqual(4);
    const others = await Promise.all(
      [2, 3, 4, 5].map(async (seed) => hashOf(await drawn({ width: 400, height: 300, seed }))),
    );
    expect(Math.min(...others.map((other) => hashDistance(hash, other ?? '')))).toBeGreaterThan(12);
  });

  it('is none where a picture is even', async () => {
    const even = sharp({ create: { width: 90, height: 90, channels: 3, background: '#fff' } });
    expect(await hashOf(await even.png().toBuffer())).toBeNull();
  });
});

describe('the distance of two hashes', () => {
  it('counts bits', () => {
    expect(hashDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
    expect(hashDistance('8000000000000001', '0000000000000000')).toBe(2);
    expect(hashDistance('0123456789abcdef', '0123456789abcdef')).toBe(0);
  });
});
