import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../datasets/testing/temporary-folder';
import { storeEmbedded, UNREADABLE_EMBEDDED } from './embedded';
import { createInputLoader, type InputLoader, type InputLoaderOptions } from './load-input';
import { type LoopbackSite, loopbackSite, PUBLIC_ADDRESS, testNetwork } from './testing/loopback-site';
import { sampleImage } from './testing/sample-images';

const newFolder = temporaryFolders();
let folder: string;
let picture: Buffer;
let site: LoopbackSite;
/** Held back until the test lets it go. */
let answer: () => void;
let loader: InputLoader | null = null;

beforeEach(async () => {
  folder = await newFolder();
  picture = await sampleImage('jpeg', { width: 8, height: 6 });
  const gates: (() => void)[] = [];
  answer = () => gates.splice(0).forEach((open) => open());
  site = await loopbackSite((request, response) => {
    const send = (): unknown => response.end(picture);
    if (request.url === '/held.jpg') gates.push(send);
    else send();
  });
});

afterEach(async () => {
  await loader?.close();
  loader = null;
  await site.close();
});

const open = (options: Partial<InputLoaderOptions> = {}): InputLoader => {
  loader = createInputLoader({
    baseDir: folder,
    roots: [],
    embeddedDir: join(folder, 'embedded'),
    allowPrivateUrls: false,
    imageCacheDir: null,
    network: testNetwork({
      publicSite: site,
      secretSite: site,
      names: { 'public.test': [[PUBLIC_ADDRESS]] },
    }),
    ...options,
  });
  return loader;
};
const reasonOf = async (reference: string, options: Partial<InputLoaderOptions> = {}): Promise<string> => {
  const loaded = await open(options).load(reference);
  if (loaded.kind === 'ok') throw new Error('was loaded');
  expect(loaded.failure.kind).toBe('bad_input');
  return loaded.failure.message;
};

describe('an input', () => {
  it('comes with its original bytes, true type and a name to match, wherever it is from', async () => {
    await writeFile(join(folder, 'wrong ending.png'), picture);
    const embedded = await storeEmbedded(picture, join(folder, 'embedded'));
    const references = {
      'wrong ending.png': 'wrong ending.jpg',
      'http://public.test/a/cat.gif?x=1': 'cat.jpg',
      'http://public.test/': 'image.jpg',
      [`data:text/plain;base64,${picture.toString('base64')}`]: 'image.jpg',
      [embedded]: 'image.jpg',
    };
    const inputs = open();
    for (const [reference, fileName] of Object.entries(references)) {
      const loaded = await inputs.load(` ${reference} `);
      if (loaded.kind === 'failed') throw new Error(loaded.failure.message);
      expect(loaded.image).toMatchObject({ mimeType: 'image/jpeg', fileName });
      expect(Buffer.from(loaded.image.bytes).equals(picture)).toBe(true);
    }
  });

  it.each([
    ['s3://bucket/x.png', 's3: URL, which cannot be fetched'],
    ['ftp://host/x.png', 'ftp: URL'],
    ['http://127.0.0.1/x.png', 'private address'],
    ['../up.png', 'does not exist'],
    ['data:image/png;base64', 'no comma'],
    ['data:image/png;base64,a%ZZ', 'not valid base64'],
    ['data:image/png;base64,AAAAA', 'not valid base64'],
    ['data:image/png;base64,SGVsbG8=', 'holds no image'],
    ['data:,hello', 'holds no image'],
    [UNREADABLE_EMBEDDED, 'import the file again'],
    ['embedded:../../etc/passwd', 'import the file again'],
    [`embedded:${'0'.repeat(64)}.png`, 'cannot be read'],
  ])('%s is refused', async (reference, reason) => {
    expect(await reasonOf(reference)).toContain(reason);
  });

  it('that is no image is refused, whatever it is called', async () => {
    await writeFile(join(folder, 'key.png'), '-----BEGIN OPENSSH PRIVATE KEY-----');
    expect(await reasonOf('key.png')).toContain('"key.png" is not an image');
  });

  it('that is too large is refused before it is read, decoded or kept', async () => {
    await writeFile(join(folder, 'big.jpg'), Buffer.concat([picture, Buffer.alloc(5000)]));
    const limit = { maxBytes: 4000 };
    expect(await reasonOf('big.jpg', limit)).toContain('larger than');
    expect(await reasonOf(`data:image/jpeg;base64,${'A'.repeat(20_000)}`, limit)).toContain(
      'holds more than',
    );
    expect(await reasonOf(`data:image/jpeg;base64,${'A'.repeat(8000)}`, limit)).toContain('holds more than');
  });

  it('unpacked from a dataset that was changed since is refused', async () => {
    const embedded = await storeEmbedded(picture, join(folder, 'embedded'));
    const other = await sampleImage('jpeg', { width: 2, height: 2 });
    await writeFile(join(folder, 'embedded', embedded.slice('embedded:'.length)), other);
    expect(await reasonOf(embedded)).toContain('has changed on disk');
    await storeEmbedded(picture, join(folder, 'embedded'));
    expect((await open().load(embedded)).kind).toBe('ok');
  });

  it('written as percent text in a data URL is read', async () => {
    const text = [...picture].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    expect((await open().load(`data:image/jpeg,${text}`)).kind).toBe('ok');
  });
});

describe('downloads', () => {
  it('of one URL at the same time are one', async () => {
    const inputs = open();
    const all = Array.from({ length: 5 }, () => inputs.load('http://public.test/held.jpg'));
    await expect.poll(() => site.hits()).toBe(1);
    answer();
    expect((await Promise.all(all)).map(({ kind }) => kind)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(site.hits()).toBe(1);
  });

  it('go on for the others when one job gives up', async () => {
    const inputs = open();
    const giveUp = new AbortController();
    const first = inputs.load('http://public.test/held.jpg', giveUp.signal);
    const second = inputs.load('http://public.test/held.jpg');
    await expect.poll(() => site.hits()).toBe(1);
    giveUp.abort();
    expect((await first).kind).toBe('failed');
    answer();
    expect((await second).kind).toBe('ok');
  });

  it('are kept as they came in the cache folder, and found again', async () => {
    const imageCacheDir = join(folder, 'cache');
    const url = 'http://public.test/cat.jpg';
    expect((await open({ imageCacheDir }).load(url)).kind).toBe('ok');
    expect(await readdir(imageCacheDir)).toEqual([createHash('sha256').update(url).digest('hex')]);
    expect(
      (await readFile(join(imageCacheDir, createHash('sha256').update(url).digest('hex')))).equals(picture),
    ).toBe(true);
    expect((await open({ imageCacheDir }).load(url)).kind).toBe('ok');
    expect(site.hits()).toBe(1);
  });

  it('replace a broken file in the cache, and do without a cache that cannot be written', async () => {
    const imageCacheDir = join(folder, 'cache');
    const url = 'http://public.test/cat.jpg';
    await mkdir(imageCacheDir);
    await writeFile(join(imageCacheDir, createHash('sha256').update(url).digest('hex')), 'torn');
    expect((await open({ imageCacheDir }).load(url)).kind).toBe('ok');
    expect(site.hits()).toBe(1);
    await symlink(join(folder, 'nowhere', 'at-all'), join(folder, 'dangling'));
    expect((await open({ imageCacheDir: join(folder, 'dangling') }).load(url)).kind).toBe('ok');
  });

  it('end with the loader', async () => {
    const inputs = open();
    const pending = inputs.load('http://public.test/held.jpg');
    await expect.poll(() => site.hits()).toBe(1);
    await inputs.close();
    expect((await pending).kind).toBe('failed');
  });
});

describe('a sound or a film', () => {
  const wav = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt '), Buffer.alloc(300_000, 7)]);
  const audio = { medium: 'audio' } as const;

  it('comes with its original bytes and true type, from a file that it stays in', async () => {
    await writeFile(join(folder, 'song.mp3'), wav);
    const opened = await open().openMedia('song.mp3', audio);
    expect(opened).toMatchObject({
      kind: 'ok',
      image: { mimeType: 'audio/wav', fileName: 'song.wav' },
      file: { sizeBytes: wav.length },
    });
    if (opened.kind !== 'ok' || opened.image.bytes instanceof Uint8Array) throw new Error('It is in memory.');
    const bytes = new Uint8Array(wav.length);
    expect(await opened.image.bytes.read(bytes, 0)).toBe(wav.length);
    expect(wav.equals(bytes)).toBe(true);
    await opened.close();
  });

  it('comes out of a data URL, a dataset, or the web', async () => {
    const mp4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isomavc1', 'latin1');
    const embedded = await storeEmbedded(wav, join(folder, 'embedded'));
    const data = `data:application/octet-stream;base64,${wav.toString('base64')}`;
    expect(await open().openMedia(data, audio)).toMatchObject({ image: { mimeType: 'audio/wav' } });
    expect(await open().openMedia(embedded, audio)).toMatchObject({ image: { mimeType: 'audio/wav' } });
    picture = mp4;
    expect(await open().openMedia('http://public.test/a.mp4', { medium: 'video' })).toMatchObject({
      image: { mimeType: 'video/mp4', bytes: mp4 },
    });
  });

  it('is refused by its own name when it is not there, or something else', async () => {
    const sentence = async (reference: string, mimeType?: string): Promise<string> => {
      const opened = await open().openMedia(reference, { ...audio, mimeType });
      return opened.kind === 'failed' ? opened.failure.message : 'ok';
    };
    expect(await sentence('gone.mp3')).toContain('The audio file "gone.mp3" does not exist');
    expect(await sentence('http://public.test/cat.jpg')).toContain('is not an audio file');
    await writeFile(join(folder, 'song.wav'), wav);
    expect(await sentence('song.wav', 'audio/mp3')).toContain('its bytes are audio/wav');
    expect(await sentence('../song.wav')).toContain('does not exist');
  });
});
