import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { PictureEnd } from './picture-end';
import { sniffImage } from './sniff';

const FORMATS = ['png', 'jpeg', 'webp', 'gif'] as const;

/** Noise, so that no format makes it small: much is there to be cut off. */
function picture(format: (typeof FORMATS)[number]): Promise<Buffer> {
  const raw = { width: 60, height: 40, channels: 3 } as const;
  const pixels = Buffer.from(
    Array.from({ length: raw.width * raw.height * 3 }, (_, at) => (at * 7919 + ((at * at) % 251)) % 256),
  );
  return sharp(pixels, { raw }).toFormat(format).toBuffer();
}

/** Whether it is found whole when it comes in pieces of this size. */
function isWhole(bytes: Buffer, pieceBytes: number): boolean {
  const type = sniffImage(bytes);
  const end = new PictureEnd();
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    end.take(bytes.subarray(at, at + pieceBytes));
  }
  return type !== null && end.isWhole(type);
}

describe.each(FORMATS)('a picture in %s', (format) => {
  it.each([7, 1000, 1_000_000])('that came whole is whole, in pieces of %i bytes', async (pieceBytes) => {
    const bytes = await picture(format);
    expect(isWhole(bytes, pieceBytes)).toBe(true);
    expect(isWhole(Buffer.concat([bytes, Buffer.from('added by a relay')]), pieceBytes)).toBe(true);
  });

  it('that was cut off is not', async () => {
    const bytes = await picture(format);
    for (const share of [0.3, 0.6, 0.9]) {
      // A GIF ends with one byte that may stand anywhere before: only its absence says something.
      const half = bytes.subarray(0, Math.floor(bytes.length * share));
      const shown = format === 'gif' ? half.map((byte) => (byte === 0x3b ? 0 : byte)) : half;
      expect(isWhole(Buffer.from(shown), 1000)).toBe(false);
    }
  });
});

it('a picture whose end cannot be told is believed', async () => {
  const avif = await sharp(await picture('png'))
    .avif({ effort: 0 })
    .toBuffer();
  expect(isWhole(avif.subarray(0, 200), 50)).toBe(true);
});
