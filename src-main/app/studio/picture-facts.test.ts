import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { pictureFacts, reasonsForCopy } from './picture-facts';

const plain = (): Sharp => sharp({ create: { width: 30, height: 20, channels: 3, background: '#468' } });

async function reasons(
  made: Buffer,
  provider: 'openai' | 'google_genai' = 'openai',
  sizeBytes = made.length,
) {
  const facts = pictureFacts(made);
  return facts === null ? null : reasonsForCopy(facts, sizeBytes, provider);
}

/** With a chunk before its pixels. */
function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  const chunk = Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

describe('what a picture is', () => {
  it('is taken as it is when any provider would', async () => {
    expect(await reasons(await plain().png().toBuffer())).toEqual([]);
    expect(await reasons(await plain().jpeg().toBuffer())).toEqual([]);
    expect(await reasons(await plain().webp().toBuffer())).toEqual([]);
  });

  it('is told by its header: bits, colours, movement, turn, size', async () => {
    expect(await reasons(await plain().toColourspace('rgb16').png().toBuffer())).toEqual([
      'it has 16 bits a channel',
    ]);
    expect(await reasons(await plain().toColourspace('cmyk').jpeg().toBuffer())).toEqual([
      'its colours are CMYK',
    ]);
    const turned = await plain().jpeg().withMetadata({ orientation: 8 }).toBuffer();
    expect(await reasons(turned)).toEqual(['it is stored turned']);
    expect(pictureFacts(turned)).toMatchObject({ width: 20, height: 30 });
    const frames = { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } } as const;
    const moving = await sharp(Buffer.from(Array.from({ length: 96 }, (_, at) => at)), frames)
      .webp()
      .toBuffer();
    expect(await reasons(moving)).toEqual(['it is animated, and only its first frame can be sent']);
    const apng = withChunk(await plain().png().toBuffer(), 'acTL', Buffer.alloc(8));
    expect(await reasons(apng)).toEqual(['it is animated, and only its first frame can be sent']);
    expect(await reasons(await plain().png().toBuffer(), 'openai', 60 * 1024 * 1024)).toEqual([
      'its 60 MB are too many for one request',
    ]);
    expect(await reasons(await plain().gif().toBuffer(), 'google_genai')).toEqual([
      'the provider takes no GIF',
    ]);
  });

  it('finds 81 megapixels too many', async () => {
    const png = await plain().png().toBuffer();
    png.writeUInt32BE(9000, 16);
    png.writeUInt32BE(9000, 20);
    expect(await reasons(png)).toEqual(['its 81 megapixels are too many for one request']);
  });

  it('knows whether it can be see-through', async () => {
    expect(pictureFacts(await plain().png().toBuffer())?.hasAlpha).toBe(false);
    expect(pictureFacts(await plain().ensureAlpha().png().toBuffer())?.hasAlpha).toBe(true);
  });

  it('is nothing when it is no picture', () => {
    expect(pictureFacts(Buffer.from('GIF89a'))).toBeNull();
    expect(pictureFacts(Buffer.from('GIF89a, and what lies behind it').subarray(0, 6))).toBeNull();
    expect(pictureFacts(Buffer.from('a text'))).toBeNull();
    expect(pictureFacts(Buffer.alloc(0))).toBeNull();
  });
});
