/** The rule by both who go by it: pictures that arrive in pieces, and files. */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArrivingPicture } from './arriving-picture';
import { sniffImage } from './sniff';
import { isWholeFile, seemsWhole } from './whole-image';

const FORMATS = ['png', 'jpeg', 'webp', 'gif', 'avif'] as const;
type Format = (typeof FORMATS)[number];

/** As a phone puts it behind a photo: larger than what is read of a file at once, and without the end of a picture. */
const FILM = Buffer.concat([
  Buffer.from('\0\0\0\x10ftypmp42\0\0\0\0', 'latin1'),
  Buffer.alloc(600_000, 0x5a),
]);

const pictures = new Map<Format, Buffer>();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-walk-'));
  for (const format of FORMATS) {
    pictures.set(format, await picture(format));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Noise, so that no format makes it small: much is there to be cut off. */
async function picture(format: Format): Promise<Buffer> {
  const raw = { width: 60, height: 40, channels: 3 } as const;
  const pixels = Buffer.from(
    Array.from({ length: raw.width * raw.height * 3 }, (_, at) => (at * 7919 + ((at * at) % 251)) % 256),
  );
  const drawn = sharp(pixels, { raw });
  return format === 'avif' ? drawn.avif({ effort: 0 }).toBuffer() : drawn.toFormat(format).toBuffer();
}

const of = (format: Format): Buffer => pictures.get(format) ?? Buffer.alloc(0);

function arrivesWhole(bytes: Buffer, pieceBytes: number): boolean {
  const arriving = new ArrivingPicture();
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    // What is lent is used again.
    const piece = Buffer.from(bytes.subarray(at, at + pieceBytes));
    arriving.take(piece);
    piece.fill(0);
  }
  return arriving.isWhole();
}

/** Null: nobody can tell. */
async function liesWhole(bytes: Buffer, how = isWholeFile): Promise<boolean | null> {
  const path = join(folder, 'picture');
  await writeFile(path, bytes);
  const handle = await open(path);
  try {
    return await how(handle, bytes.length, sniffImage(bytes)?.mimeType ?? '');
  } finally {
    await handle.close();
  }
}

describe.each(FORMATS)('a picture in %s', (format) => {
  it.each([1, 7, 1000, 1_000_000])('that came whole is whole, in pieces of %i bytes', (pieceBytes) => {
    expect(arrivesWhole(of(format), pieceBytes)).toBe(true);
  });

  it('is whole with bytes behind its end', async () => {
    for (const more of [Buffer.from('added by a relay'), Buffer.alloc(4000), Buffer.alloc(1), FILM]) {
      const bytes = Buffer.concat([of(format), more]);
      for (const pieceBytes of [1, 1000, 1_000_000]) {
        expect(arrivesWhole(bytes, pieceBytes)).toBe(true);
      }
      expect(await liesWhole(bytes)).toBe(true);
      expect(await liesWhole(bytes, seemsWhole)).toBe(true);
    }
  });

  it('is not, cut off anywhere', async () => {
    const bytes = of(format);
    for (let length = 64; length < bytes.length; length += 1) {
      const cut = bytes.subarray(0, length);
      expect(arrivesWhole(cut, 500), `${length} of ${bytes.length} bytes`).toBe(false);
    }
    for (const length of [64, 65, Math.floor(bytes.length / 2), bytes.length - 2, bytes.length - 1]) {
      expect(await liesWhole(bytes.subarray(0, length)), `${length} of ${bytes.length} bytes`).toBe(false);
    }
  });

  it('is looked at in haste with the same answers', async () => {
    const bytes = of(format);
    expect(await liesWhole(bytes, seemsWhole)).toBe(true);
    expect(await liesWhole(Buffer.concat([bytes, Buffer.alloc(1000)]), seemsWhole)).toBe(true);
    for (const length of [64, Math.floor(bytes.length / 2), bytes.length - 1]) {
      expect(await liesWhole(bytes.subarray(0, length), seemsWhole)).toBe(false);
    }
  });

  it('is judged as a file as it was when it came, whatever its bytes are', async () => {
    const bytes = of(format);
    const changes = fc.array(fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) }), {
      maxLength: 4,
    });
    const arriving = fc.record({
      changes,
      length: fc.nat(bytes.length),
      piece: fc.integer({ min: 1, max: 5000 }),
    });
    await fc.assert(
      fc.asyncProperty(arriving, async ({ changes: all, length, piece }) => {
        const changed = Buffer.from(bytes);
        all.forEach(({ at, byte }) => changed.writeUInt8(byte, at));
        const cut = changed.subarray(0, length);
        expect(arrivesWhole(cut, piece)).toBe((await liesWhole(cut)) ?? true);
      }),
    );
  });
});

describe('a JPEG', () => {
  const withSegment = (bytes: Buffer, content: Buffer): Buffer => {
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([bytes.subarray(0, 2), head, content, bytes.subarray(2)]);
  };

  it('cut off behind its whole thumbnail is not whole', async () => {
    const bytes = withSegment(of('jpeg'), of('jpeg').subarray(0, 60_000));
    expect(arrivesWhole(bytes, 1000)).toBe(true);
    await expect(sharp(bytes).raw().toBuffer()).resolves.toHaveLength(60 * 40 * 3);
    const cut = bytes.subarray(0, of('jpeg').length + 900);
    expect(cut.includes(Buffer.from([0xff, 0xd9]))).toBe(true);
    expect(arrivesWhole(cut, 1000)).toBe(false);
    expect(await liesWhole(cut)).toBe(false);
  });

  it('with fill bytes, or bytes that belong nowhere, between its segments is, as decoders have it', async () => {
    const bytes = of('jpeg');
    // Behind the first segment.
    const at = 4 + bytes.readUInt16BE(4);
    const [start, rest] = [bytes.subarray(0, at), bytes.subarray(at)];
    for (const between of [Buffer.from([0xff, 0xff, 0xff]), Buffer.from([0x00, 0x12])]) {
      const strange = Buffer.concat([start, between, rest]);
      await expect(sharp(strange, { failOn: 'error' }).raw().toBuffer()).resolves.toBeTruthy();
      // Wherever a piece ends: between them, too.
      for (let pieceBytes = 1; pieceBytes <= at + 10; pieceBytes += 1) {
        expect(arrivesWhole(strange, pieceBytes), `in pieces of ${pieceBytes} bytes`).toBe(true);
      }
      expect(await liesWhole(strange)).toBe(true);
    }
  });
});

describe('a WebP', () => {
  it('is whole without the padding of its last chunk, and not without one byte of that', () => {
    // A chunk of 3 bytes, padded to 4.
    const chunk = Buffer.from('VP8L\x03\0\0\0abc\0', 'latin1');
    const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
    head.writeUInt32LE(4 + chunk.length, 4);
    const bytes = Buffer.concat([head, chunk]);
    expect([0, 1, 2].map((less) => arrivesWhole(bytes.subarray(0, bytes.length - less), 5))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

it('a picture whose end cannot be told is believed when it comes, and not known as a file', async () => {
  const bitmap = Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)]);
  expect(arrivesWhole(bitmap, 10)).toBe(true);
  expect(await liesWhole(bitmap)).toBeNull();
});
