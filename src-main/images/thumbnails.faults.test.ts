/** Pictures that are made to hurt (huge, torn, mislabelled, two formats at once), and a decoder that they hurt. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolders } from '../datasets/testing/temporary-folder';
import type { DecoderHost } from './thumbnail-job';
import { pngBomb, sampleImage } from './testing/sample-images';
import { createThumbnailer, type Thumbnail, type Thumbnailer, type ThumbnailerOptions } from './thumbnailer';

const newFolder = temporaryFolders();
let folder: string;
let open: Thumbnailer | null = null;

beforeEach(async () => {
  folder = await newFolder();
});
afterEach(async () => {
  vi.useRealTimers();
  await open?.close();
  open = null;
});

function thumbnailer(options: Partial<ThumbnailerOptions> = {}): Thumbnailer {
  open = createThumbnailer({ cacheDir: join(folder, 'cache'), ...options });
  return open;
}

async function saved(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const rssMegabytes = (): number => process.memoryUsage().rss / 2 ** 20;

async function pixelsOf(made: Thumbnail) {
  if (made.kind === 'failed') {
    return made.sentence;
  }
  const { format, width, height, pages } = await sharp(made.path).metadata();
  return { format, width, height, pages: pages ?? 1 };
}

/** The colour in the middle, to tell one frame from another. */
async function middleOf(made: Thumbnail): Promise<readonly number[]> {
  const { data, info } = await sharp(made.kind === 'ok' ? made.path : '')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  return [...data.subarray(at, at + 3)];
}

describe('a picture of 16383 x 16383 pixels', () => {
  it('is refused before a pixel of it is decoded', async () => {
    const thumbnails = thumbnailer();
    const bomb = await saved('bomb.png', pngBomb(16_383));
    // The decoder and what it loads is there already: what is measured is the picture.
    const first = await saved('first.png', await sampleImage('png', { width: 40, height: 40 }));
    expect(await thumbnails.thumbnail(first, { size: 256 })).toMatchObject({ kind: 'ok' });
    const before = rssMegabytes();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, rssMegabytes())), 1);
    const refused = await thumbnails.thumbnail(bomb, { size: 256 });
    clearInterval(watch);
    expect(refused).toMatchObject({ sentence: expect.stringMatching(/more than 50 million pixels/) });
    expect(Math.max(most, rssMegabytes()) - before).toBeLessThan(20);
  });
});

describe('a picture of 81 million pixels', () => {
  it('gets a preview where the limit was raised, and only there', async () => {
    const large = await saved('large.png', pngBomb(9000));
    const usual = await thumbnailer().thumbnail(large, { size: 256 });
    expect(usual).toMatchObject({ sentence: expect.stringMatching(/more than 50 million pixels/) });
    await open?.close();
    const raised = await thumbnailer({ limitPixels: 120_000_000 }).thumbnail(large, { size: 256 });
    expect(await pixelsOf(raised)).toMatchObject({ format: 'webp', width: 256, height: 256 });
  });

  it('cannot be raised beyond 120 million', async () => {
    const bomb = await saved('bomb.png', pngBomb(16_383));
    const refused = await thumbnailer({ limitPixels: 1e12 }).thumbnail(bomb, { size: 256 });
    expect(refused).toMatchObject({ sentence: expect.stringMatching(/more than 120 million pixels/) });
  });
});

describe('a picture that is not what it seems', () => {
  it.each(['gif', 'webp'] as const)('animated, in %s: its first frame is shown, still', async (format) => {
    const frame = (background: string) =>
      sharp({ create: { width: 60, height: 60, channels: 3, background } })
        .png()
        .toBuffer();
    const frames = [await frame('#ff0000'), await frame('#0000ff')];
    const path = await saved(
      `moving.${format}`,
      await sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer(),
    );
    const made = await thumbnailer().thumbnail(path, { size: 256 });
    expect(await pixelsOf(made)).toEqual({ format: 'webp', width: 60, height: 60, pages: 1 });
    const [red = 0, , blue = 0] = await middleOf(made);
    expect(red).toBeGreaterThan(200);
    expect(blue).toBeLessThan(60);
  });

  it('with the ending of another format: by its bytes', async () => {
    const bytes = await sampleImage('jpeg', { width: 80, height: 40 });
    const made = await thumbnailer().thumbnail(await saved('cat.png', bytes), { size: 256 });
    expect(await pixelsOf(made)).toMatchObject({ format: 'webp', width: 80, height: 40 });
  });

  it('that is something else too: only the picture is seen', async () => {
    const picture = await sampleImage('png', { width: 80, height: 40 });
    const both = Buffer.concat([picture, Buffer.from('PK\x05\x06<script>alert(1)</script>\0', 'latin1')]);
    const made = await thumbnailer().thumbnail(await saved('both.png', both), { size: 256 });
    expect(await pixelsOf(made)).toMatchObject({ format: 'webp', width: 80, height: 40 });
  });

  it.each([
    ['only its signature', () => Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
    ['a header that promises more than there is', () => pngBomb(2000).subarray(0, 60)],
    ['a page with a signature before it', () => Buffer.from('GIF89a<html>=1;alert(1)</html>', 'latin1')],
    [
      'noise behind a JPEG signature',
      () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(900, 7)]),
    ],
  ])('%s: one sentence, and the next picture works', async (_what, bytes) => {
    const thumbnails = thumbnailer();
    const broken = await thumbnails.thumbnail(await saved('broken.png', bytes()), { size: 256 });
    expect(broken).toMatchObject({ sentence: expect.stringMatching(/is damaged or of a kind/) });
    const good = await saved('good.png', await sampleImage('png', { width: 10, height: 10 }));
    expect(await thumbnails.thumbnail(good, { size: 256 })).toMatchObject({ kind: 'ok' });
  });
});

describe('a decoder that hangs', () => {
  it('is ended after 20 seconds, and the next picture is made by another', async () => {
    const hosts: { ended: boolean }[] = [];
    /** The first never answers; the others do at once. */
    const start = (): DecoderHost => {
      const isFirst = hosts.length === 0;
      const host = { ended: false };
      hosts.push(host);
      let answer: Parameters<DecoderHost['onAnswer']>[0] = () => undefined;
      return {
        send: ({ id }) => isFirst || queueMicrotask(() => answer({ id, kind: 'ok' })),
        onAnswer: (listener) => {
          answer = listener;
        },
        onEnd: () => undefined,
        end: () => {
          host.ended = true;
          return Promise.resolve();
        },
      };
    };
    const thumbnails = thumbnailer({ start });
    const [hang, next] = [await saved('hang.png', pngBomb(8)), await saved('next.png', pngBomb(9))];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let said: Thumbnail | null = null;
    void thumbnails.thumbnail(hang, { size: 256 }).then((made) => (said = made));
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));

    await vi.advanceTimersByTimeAsync(19_900);
    expect([said, hosts]).toEqual([null, [{ ended: false }]]);
    await vi.advanceTimersByTimeAsync(100);
    expect(said).toMatchObject({ sentence: expect.stringContaining('took too long') });
    expect(hosts[0]).toEqual({ ended: true });
    expect(await thumbnails.thumbnail(next, { size: 256 })).toMatchObject({ kind: 'ok' });
    expect(hosts).toHaveLength(2);
  });
});
