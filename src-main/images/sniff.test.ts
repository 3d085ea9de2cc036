import { describe, expect, it } from 'vitest';
import { measureImage } from './measure';
import { sniffImage } from './sniff';
import { sampleBitmap, sampleImage } from './testing/sample-images';

describe('sniffImage and measureImage', () => {
  it.each([
    ['png', 'image/png', 'png'],
    ['jpeg', 'image/jpeg', 'jpg'],
    ['webp', 'image/webp', 'webp'],
    ['gif', 'image/gif', 'gif'],
    ['avif', 'image/avif', 'avif'],
    ['tiff', 'image/tiff', 'tiff'],
  ] as const)('know %s', async (format, mimeType, extension) => {
    const bytes = await sampleImage(format, { width: 40, height: 30 });
    expect(sniffImage(bytes)).toEqual({ mimeType, extension });
    expect(sniffImage(bytes.subarray(0, 64))).toEqual({ mimeType, extension });
    expect(measureImage(bytes)).toEqual({ width: 40, height: 30 });
  });

  it('know BMP and HEIC', () => {
    expect(sniffImage(sampleBitmap())).toEqual({ mimeType: 'image/bmp', extension: 'bmp' });
    expect(measureImage(sampleBitmap())).toEqual({ width: 1, height: 1 });
    const heic = Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0mif1heic', 'latin1');
    expect(sniffImage(heic)).toEqual({ mimeType: 'image/heic', extension: 'heic' });
  });

  it.each([
    ['nothing', ''],
    ['one byte', 'B'],
    ['text', 'BMW is a car maker of Munich, Bavaria, and so on'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'],
    ['HTML', '<!doctype html><img src=x onerror=alert(1)>'],
    ['MP4', '\0\0\0\x18ftypisom\0\0\0\0isommp41'],
    ['an ISO box cut short', '\0\0\0\x18ftyp'],
    ['a key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ])('take %s for no image', (_, text) => {
    const bytes = Buffer.from(text, 'latin1');
    expect(sniffImage(bytes)).toBeNull();
    expect(measureImage(bytes)).toBeNull();
  });

  it('measure no image whose header is cut off', async () => {
    const bytes = await sampleImage('png', { width: 40, height: 30 });
    expect(measureImage(bytes.subarray(0, 12))).toBeNull();
  });

  it.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'tell of a %s cut anywhere what its bytes alone tell, whatever lies behind it in the same memory',
    async (format) => {
      const bytes = await sampleImage(format, { width: 40, height: 30 });
      for (let length = 0; length < Math.min(bytes.length, 600); length += 1) {
        const alone = Uint8Array.from(bytes.subarray(0, length));
        const shared = Buffer.alloc(length + 4096, 0x11);
        shared.set(alone, 2048);
        expect(measureImage(shared.subarray(2048, 2048 + length))).toEqual(measureImage(alone));
      }
    },
  );
});
