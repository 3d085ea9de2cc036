import { createHash } from 'node:crypto';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../datasets/testing/temporary-folder';
import { createBoundedFolder } from './bounded-folder';
import { fileSha256 } from './file-sha256';
import { pngBomb, sampleImage } from './testing/sample-images';
import { createThumbnailer, type Thumbnailer, type ThumbnailerOptions } from './thumbnailer';

const newFolder = temporaryFolders();
let folder: string;
let thumbnailer: Thumbnailer | null = null;

beforeEach(async () => {
  folder = await newFolder();
});
afterEach(async () => {
  await thumbnailer?.close();
  thumbnailer = null;
});

const open = (options: Partial<ThumbnailerOptions> = {}): Thumbnailer => {
  thumbnailer = createThumbnailer({ cacheDir: join(folder, 'cache'), ...options });
  return thumbnailer;
};
const save = async (name: string, bytes: Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
};
const sizeOf = async (path: string) => {
  const { format, width, height } = await sharp(path).metadata();
  return { format, width, height };
};

describe('thumbnails', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff'] as const)(
    'of %s are WebP of the size asked for',
    async (format) => {
      const path = await save(`a.${format}`, await sampleImage(format, { width: 600, height: 300 }));
      const made = await open().thumbnail(path, { size: 256 });
      if (made.kind === 'failed') throw new Error(made.sentence);
      expect(made.path.startsWith(join(folder, 'cache'))).toBe(true);
      expect(await sizeOf(made.path)).toEqual({ format: 'webp', width: 256, height: 128 });
    },
  );

  it('are at their largest without loss, pixel by pixel', async () => {
    const noise = Buffer.from(Array.from({ length: 90 * 60 * 4 }, (_, at) => (at * 7919) % 256));
    const raw = { width: 90, height: 60, channels: 4 } as const;
    const path = await save('noise.png', await sharp(noise, { raw }).png().toBuffer());
    const made = await open().thumbnail(path, { size: 4096 });
    if (made.kind === 'failed') throw new Error(made.sentence);
    const seen = async (file: string) => await sharp(file).ensureAlpha().raw().toBuffer();
    const [shown, original] = await Promise.all([seen(made.path), seen(path)]);
    // Where nothing is to be seen the colour does not count.
    const visible = (pixels: Buffer) => pixels.map((value, at) => (pixels[at | 3] === 0 ? 0 : value));
    expect(visible(shown)).toEqual(visible(original));
    expect(await sizeOf(made.path)).toEqual({ format: 'png', width: 90, height: 60 });
    const deep = await save('deep.png', await sharp(path).toColourspace('rgb16').png().toBuffer());
    const shallow = await thumbnailer?.thumbnail(deep, { size: 4096 });
    expect(shallow?.kind === 'ok' && (await sharp(shallow.path).metadata()).depth).toBe('uchar');
  });

  it('take no more room than they may, and are made again when one is looked at', async () => {
    const now = Date.now();
    const before = open();
    const made: string[] = [];
    for (let at = 0; at < 4; at += 1) {
      const path = await save(`${at}.png`, await sampleImage('png', { width: 300 + at, height: 300 }));
      const preview = await before.thumbnail(path, { size: 256 });
      if (preview.kind === 'failed') throw new Error(preview.sentence);
      // As large as a photograph's, and of another minute each.
      await writeFile(preview.path, Buffer.concat([await readFile(preview.path), Buffer.alloc(10_000)]));
      const usedAt = (now - (100 - at) * 60_000) / 1000;
      await utimes(preview.path, usedAt, usedAt);
      made.push(preview.path);
    }
    await before.close();
    const files = createBoundedFolder({
      folder: join(folder, 'cache'),
      bounds: [{ isOf: () => true, mostBytes: 40_000 }],
      wallNow: () => now,
      onError: (error) => expect.unreachable(String(error)),
    });
    const thumbnails = open({ files });
    // The oldest is looked at: it stays, and those that were made next go.
    await thumbnails.thumbnail(join(folder, '0.png'), { size: 256 });
    await files.settled();
    const isThere = (path: string) =>
      stat(path).then(
        () => true,
        () => false,
      );
    expect(await Promise.all(made.map(isThere))).toEqual([true, false, true, true]);
    expect((await thumbnails.thumbnail(join(folder, '1.png'), { size: 256 })).kind).toBe('ok');
    expect(await isThere(made[1] ?? '')).toBe(true);
    await files.close();
  });

  it('are upright, not enlarged, and made of 16-bit and CMYK pictures too', async () => {
    const thumbnails = open();
    const picture = sharp({ create: { width: 100, height: 50, channels: 3, background: 'red' } });
    const samples = {
      upright: await picture.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
      deep: await picture.clone().toColourspace('rgb16').png().toBuffer(),
      print: await picture.clone().toColourspace('cmyk').jpeg().toBuffer(),
    };
    const sizes = await Promise.all(
      Object.entries(samples).map(async ([name, bytes]) => {
        const made = await thumbnails.thumbnail(await save(name, bytes), { size: 1280 });
        return made.kind === 'ok' ? sizeOf(made.path) : made.sentence;
      }),
    );
    expect(sizes).toEqual([
      { format: 'webp', width: 50, height: 100 },
      { format: 'webp', width: 100, height: 50 },
      { format: 'webp', width: 100, height: 50 },
    ]);
  });

  it('are kept until the picture changes', async () => {
    const thumbnails = open();
    const path = await save('a.png', await sampleImage('png', { width: 300, height: 300 }));
    const [first, second] = await Promise.all([
      thumbnails.thumbnail(path, { size: 256 }),
      thumbnails.thumbnail(path, { size: 256 }),
    ]);
    expect(first).toEqual(second);
    await thumbnails.close();
    const withoutThreads = open({ workerFile: join(folder, 'no-worker.mjs') });
    expect(await withoutThreads.thumbnail(path, { size: 256 })).toEqual(first);
    await utimes(path, new Date(0), new Date(0));
    expect((await withoutThreads.thumbnail(path, { size: 256 })).kind).toBe('failed');
  });

  it('of bombs are refused by their header, and the next picture works', async () => {
    const thumbnails = open();
    const bomb = await save('bomb.png', pngBomb(16_383));
    const before = process.memoryUsage().rss;
    const refused = await thumbnails.thumbnail(bomb, { size: 256 });
    expect(refused).toMatchObject({
      kind: 'failed',
      sentence: expect.stringContaining('more than 50 million pixels'),
    });
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(150);
    const good = await save('good.png', await sampleImage('png', { width: 10, height: 10 }));
    expect((await thumbnails.thumbnail(good, { size: 256 })).kind).toBe('ok');
    expect(
      (await readdir(join(folder, 'cache'), { recursive: true })).filter((name) => name.endsWith('.part')),
    ).toEqual([]);
  });

  it('of damaged, foreign and missing files are refused with a sentence', async () => {
    const whole = await sampleImage('png', { width: 400, height: 400 });
    const thumbnails = open();
    const cases: [string, string][] = [
      [await save('cut.png', whole.subarray(0, whole.length - 40)), 'damaged'],
      [
        await save(
          'vector.png',
          Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
        ),
        'is not an image',
      ],
      [join(folder, 'gone.png'), 'is missing'],
      [folder, 'is not a file'],
    ];
    for (const [path, reason] of cases) {
      expect(await thumbnails.thumbnail(path, { size: 256 })).toMatchObject({
        sentence: expect.stringContaining(reason),
      });
    }
  });
});

/** A stand-in for the decoder: hangs or dies on pictures of those names, copies others. */
const STUB = `
import { parentPort } from 'node:worker_threads';
import { copyFileSync } from 'node:fs';
parentPort.on('message', (job) => {
  if (job.source.includes('hang')) { for (;;); }
  if (job.source.includes('die')) process.exit(1);
  copyFileSync(job.source, job.target);
  parentPort.postMessage({ id: job.id, kind: 'ok' });
});`;

describe('a decoder', () => {
  const stub = () => save('stub.mjs', Buffer.from(STUB));
  const picture = () => sampleImage('png', { width: 2, height: 2 });

  it('that hangs is replaced, and only its picture fails', async () => {
    const thumbnails = open({ workerFile: await stub(), timeoutMs: 1000 });
    const [hang, next] = [await save('hang.png', await picture()), await save('next.png', await picture())];
    const stuck = thumbnails.thumbnail(hang, { size: 256 });
    expect(await stuck).toMatchObject({ sentence: expect.stringContaining('took too long') });
    /* On a slow machine the new thread itself may need more than this test's short limit to start. */
    const again = () => thumbnails.thumbnail(next, { size: 256 });
    await expect.poll(again).toMatchObject({ kind: 'ok' });
  });

  it('that dies is replaced, and what waited goes on', async () => {
    const thumbnails = open({ workerFile: await stub() });
    const [die, next] = [await save('die.png', await picture()), await save('next.png', await picture())];
    const both = [thumbnails.thumbnail(die, { size: 256 }), thumbnails.thumbnail(next, { size: 256 })];
    expect((await Promise.all(both)).map(({ kind }) => kind)).toEqual(['failed', 'ok']);
  });

  it('ends with its thumbnailer, and what waited is told', async () => {
    const thumbnails = open({ workerFile: await stub() });
    const path = await save('hang.png', await picture());
    const stuck = thumbnails.thumbnail(path, { size: 256 });
    await expect.poll(() => readdir(join(folder, 'cache')).catch(() => [])).toHaveLength(1);
    await thumbnails.close();
    expect(await stuck).toMatchObject({ sentence: expect.stringContaining('closing') });
    expect(await thumbnails.thumbnail(path, { size: 256 })).toMatchObject({ kind: 'failed' });
  });
});

describe('fileSha256', () => {
  it('is that of the bytes', async () => {
    const bytes = Buffer.alloc(200_000, 'brush');
    expect(await fileSha256(await save('x.bin', bytes))).toBe(
      createHash('sha256').update(bytes).digest('hex'),
    );
    await expect(fileSha256(join(folder, 'gone'))).rejects.toThrow();
  });
});
