import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../datasets/testing/temporary-folder';
import { createVirtualClock } from '../../engine/testing/virtual-clock';
import { pngBomb } from '../testing/sample-images';
import type { LabHost } from './lab-orders';
import type { LabAnswer, LabJob } from './lab-orders';
import { createPictureLab, type PictureLab, type PictureLabOptions } from './picture-lab';
import { drawn, maskWith } from './testing/drawn';

const newFolder = temporaryFolders();
let folder: string;
let lab: PictureLab | null = null;
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(async () => {
  await lab?.close();
  lab = null;
});

const open = (options: PictureLabOptions = {}): PictureLab => (lab = createPictureLab(options));

async function save(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** Hosts that do what the test says, and what they were asked. */
function scriptedHosts() {
  const hosts: { jobs: LabJob[]; answer: (answer: LabAnswer) => void; die: () => void; isEnded: boolean }[] =
    [];
  const start = (): LabHost => {
    let tell: (answer: LabAnswer) => void = () => undefined;
    let end: () => void = () => undefined;
    const host = {
      jobs: [] as LabJob[],
      answer: (answer: LabAnswer) => tell(answer),
      die: () => end(),
      isEnded: false,
    };
    hosts.push(host);
    return {
      send: (job) => void host.jobs.push(job),
      onAnswer: (listener) => (tell = listener),
      onEnd: (listener) => (end = listener),
      end() {
        host.isEnded = true;
        return Promise.resolve();
      },
    };
  };
  return { hosts, start };
}

const ORDER = { result: '/a.png', sources: [], asked: { task: 'edit' } } as const;
const PREPARE = { source: '/a.png', target: '/b' } as const;

describe('the picture lab', () => {
  it('replaces a worker that dies, and only its own order fails', async () => {
    const { hosts, start } = scriptedHosts();
    const pictures = open({ start, threads: 1, clock: createVirtualClock() });
    const first = pictures.prepare(PREPARE);
    const second = pictures.prepare(PREPARE);
    hosts[0]?.die();
    expect(await first).toMatchObject({ kind: 'failed', isPicture: true });
    expect(hosts[1]?.jobs).toHaveLength(1);
    hosts[1]?.answer({ id: hosts[1]?.jobs[0]?.id ?? 0, kind: 'disk' });
    expect(await second).toMatchObject({
      isPicture: false,
      sentence: expect.stringContaining('free some space'),
    });
  });

  it('replaces a worker that hangs', async () => {
    const clock = createVirtualClock();
    const { hosts, start } = scriptedHosts();
    const made = open({ start, threads: 1, clock, timeoutMs: 9000 }).prepare(PREPARE);
    await clock.advance(9001);
    expect(await made).toMatchObject({ sentence: expect.stringContaining('took too long') });
    expect(hosts[0]?.isEnded).toBe(true);
  });

  it('always has a place free for what a person waits for', () => {
    const { hosts, start } = scriptedHosts();
    const pictures = open({ start, threads: 2, clock: createVirtualClock() });
    for (let at = 0; at < 5; at++) void pictures.measure(ORDER);
    expect(hosts).toHaveLength(1);
    void pictures.prepare(PREPARE);
    expect(hosts[1]?.jobs.map(({ kind }) => kind)).toEqual(['prepare']);
    hosts[1]?.answer({ id: 1, kind: 'failed' });
    expect(hosts[1]?.jobs).toHaveLength(1);
  });

  it('gives the memory of idle workers back', async () => {
    const clock = createVirtualClock();
    const { hosts, start } = scriptedHosts();
    const pictures = open({ start, threads: 1, clock });
    const made = pictures.prepare(PREPARE);
    hosts[0]?.answer({ id: 1, kind: 'failed' });
    await made;
    await clock.advance(61_000);
    expect(hosts[0]?.isEnded).toBe(true);
  });

  it('answers what waits when it closes', async () => {
    const { start } = scriptedHosts();
    const pictures = open({ start, threads: 1, clock: createVirtualClock() });
    const waiting = [pictures.measure(ORDER), pictures.measure(ORDER)];
    await pictures.close();
    expect(await Promise.all(waiting)).toMatchObject([{ kind: 'failed' }, { kind: 'failed' }]);
    expect(await pictures.measure(ORDER)).toMatchObject({ sentence: expect.stringContaining('closing') });
  });
});

describe('the built worker', () => {
  it('refuses what is no picture, is damaged, is missing or has too many pixels, each with its sentence', async () => {
    const pictures = open({ limitPixels: 1_000_000 });
    const whole = await drawn({ width: 400, height: 300 });
    const sentences = {
      text: await save('text.png', Buffer.from('I am no picture.')),
      vector: await save(
        'vector.png',
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      ),
      cut: await save('cut.png', whole.subarray(0, Math.floor(whole.length / 2))),
      bomb: await save('bomb.png', pngBomb(20_000)),
      gone: join(folder, 'gone.png'),
    };
    const told = await Promise.all(
      Object.values(sentences).map((source) => pictures.prepare({ source, target: join(folder, 'out') })),
    );
    expect(told.map((one) => (one.kind === 'failed' ? one.sentence : 'ok'))).toEqual([
      expect.stringContaining('is not an image'),
      expect.stringContaining('is not an image'),
      expect.stringContaining('is damaged'),
      'The picture has more than 1 million pixels; make it smaller.',
      'The picture is missing or cannot be read.',
    ]);
  });

  it('prepares copies that every provider takes, and says what it changed', async () => {
    const pictures = open();
    const plain = await drawn({ width: 300, height: 200 });
    const frames = await Promise.all([1, 2].map((seed) => drawn({ width: 60, height: 40, seed })));
    const cases = {
      printed: await sharp(plain).toColourspace('cmyk').jpeg().toBuffer(),
      deep: await sharp(plain).toColourspace('rgb16').png().toBuffer(),
      turned: await sharp(plain).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      moving: await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
      wide: await sharp(plain).withIccProfile('p3').png().toBuffer(),
    };
    const notes: Record<string, readonly string[]> = {};
    for (const [name, bytes] of Object.entries(cases)) {
      const source = await save(name, bytes);
      const made = await pictures.prepare({ source, target: join(folder, `${name}-sent`) });
      if (made.kind === 'failed') throw new Error(made.sentence);
      const { format, space, depth, pages = 1, orientation = 1 } = await sharp(made.path).metadata();
      expect({ space, depth, pages, orientation }).toEqual({
        space: 'srgb',
        depth: 'uchar',
        pages: 1,
        orientation: 1,
      });
      expect(made.mimeType).toBe(`image/${format}`);
      notes[name] = made.notes;
    }
    expect(notes).toMatchObject({
      printed: [expect.stringContaining('CMYK colours')],
      deep: [expect.stringContaining('8 bits')],
      turned: ['It was turned upright.'],
      moving: ['It is animated: the first of its 2 frames was used.'],
      wide: ['Its colours were converted to sRGB.'],
    });
  });

  it('prepares a picture of 81 megapixels within the bound', async () => {
    const source = await save(
      'huge.jpg',
      await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#357' } })
        .jpeg()
        .toBuffer(),
    );
    const made = await open().prepare({ source, target: join(folder, 'sent'), mostPixels: 4_000_000 });
    expect(made).toMatchObject({
      kind: 'ok',
      width: 2000,
      height: 2000,
      notes: ['It was made smaller, from 9000 × 9000 to 2000 × 2000 pixels.'],
    });
  });

  it('marks a region up in magenta and leaves the rest alone', async () => {
    const size = { width: 300, height: 200 };
    const source = await save('a.png', await drawn(size));
    const mask = await save('m.png', await maskWith(size, { left: 100, top: 50, width: 80, height: 60 }));
    const target = join(folder, 'marked.png');
    expect(await open().markUp({ source, mask, target })).toMatchObject({ kind: 'ok', ...size });
    const [before, after] = await Promise.all(
      [source, target].map(async (path) =>
        sharp(await readFile(path))
          .raw()
          .toBuffer(),
      ),
    );
    const at = (picture: Buffer | undefined, x: number, y: number) => [
      ...(picture?.subarray((y * 300 + x) * 3, (y * 300 + x) * 3 + 3) ?? []),
    ];
    expect(at(after, 20, 20)).toEqual(at(before, 20, 20));
    expect(at(after, 99, 80)).toEqual([255, 0, 255]);
    const [r = 0, g = 0, b = 0] = at(before, 140, 80);
    const tinted = [r + (255 - r) * 0.35, g * 0.65, b + (255 - b) * 0.35].map(Math.round);
    expect(at(after, 140, 80)).toEqual(tinted);
  });
});
