/** What is inspected must be what is loaded: a row that passes the check is not refused when it is sent. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectInput } from './inspect-input';
import { createInputLoader } from './load-input';
import { pngBomb } from './testing/sample-images';

let folder = '';
let outside = '';
let png: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-inspect-'));
  outside = await mkdtemp(join(tmpdir(), 'brushfleet-outside-'));
  png = await create().png().toBuffer();
  await mkdir(join(folder, 'sub'));
  await Promise.all([
    writeFile(join(folder, 'a.png'), png),
    writeFile(join(folder, 'sub', 'b.jpg'), await create().jpeg().toBuffer()),
    writeFile(join(folder, 'empty.png'), ''),
    writeFile(join(folder, 'text.png'), 'no picture'),
    writeFile(join(folder, 'cut.png'), png.subarray(0, 20)),
    writeFile(join(outside, 'secret.png'), png),
  ]);
  await symlink(join(outside, 'secret.png'), join(folder, 'link.png'));
  execFileSync('mkfifo', [join(folder, 'pipe.png')]);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(outside, { recursive: true, force: true });
});

const create = () => sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } });
const rules = () => ({ baseDir: folder, roots: [], embeddedDir: join(folder, 'embedded') });
const inspect = (reference: string) => inspectInput(reference, rules());

describe('an inspected input', () => {
  it('is told by its bytes, with its size and pixels', async () => {
    const pixels = { width: 40, height: 30 };
    const found = { kind: 'image', mimeType: 'image/png', sizeBytes: png.byteLength, pixels };
    expect(await inspect('a.png')).toEqual(found);
    expect(await inspect(pathToFileURL(join(folder, 'a.png')).href)).toEqual(found);
    expect(await inspect(`data:image/jpeg;base64,${png.toString('base64')}`)).toEqual(found);
    expect(await inspect(' sub\\b.jpg ')).toMatchObject({ mimeType: 'image/jpeg', pixels });
  });

  it('shows its pixels also behind a colour profile and EXIF of 100 KB', async () => {
    const jpeg = await create().jpeg().toBuffer();
    const block = Buffer.concat([Buffer.from([0xff, 0xe2, 0xc3, 0x52]), Buffer.alloc(0xc350)]);
    await writeFile(
      join(folder, 'deep.jpg'),
      Buffer.concat([jpeg.subarray(0, 2), block, block, jpeg.subarray(2)]),
    );
    expect(await inspect('deep.jpg')).toMatchObject({ pixels: { width: 40, height: 30 } });
  });

  it('is not fetched where it is a URL', async () => {
    expect(await inspect('https://127.0.0.1:1/a.png')).toEqual({ kind: 'url' });
    expect(await inspect('http://')).toMatchObject({ kind: 'failed' });
  });

  it.each([
    'gone.png',
    'empty.png',
    'text.png',
    'pipe.png',
    'link.png',
    'sub',
    '.',
    '../a.png',
    '..\\..\\etc\\passwd',
    '/etc/passwd',
    'file:///etc/passwd',
    '/dev/zero',
    '//server/share/a.png',
    'ftp://example.test/a.png',
    'data:image/png;base64,@@@',
    'data:image/png',
    '',
  ])('is refused with the sentence that sending it would bring: %s', async (reference) => {
    const loader = createInputLoader({ ...rules(), allowPrivateUrls: false, imageCacheDir: null });
    const [inspected, loaded] = await Promise.all([inspect(reference), loader.load(reference)]);
    await loader.close();
    expect(loaded.kind).toBe('failed');
    expect(inspected).toEqual(loaded);
  });

  it('passes where loading it passes, also where its header alone is there', async () => {
    const loader = createInputLoader({ ...rules(), allowPrivateUrls: false, imageCacheDir: null });
    expect((await loader.load('cut.png')).kind).toBe('ok');
    await loader.close();
    expect(await inspect('cut.png')).toMatchObject({ kind: 'image', pixels: null });
  });
});

describe('what is sent as it is', () => {
  const pixels = { width: 40, height: 30 };
  const frames = () =>
    Promise.all(
      ['teal', 'red'].map((background) =>
        sharp({ create: { ...pixels, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
  const cases: Record<string, () => Promise<Buffer>> = {
    'printed.jpg': () => create().toColourspace('cmyk').jpeg().toBuffer(),
    'deep.png': () => create().toColourspace('rgb16').png().toBuffer(),
    'sideways.jpg': () => create().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    'moving.gif': async () =>
      sharp(await frames(), { join: { animated: true } })
        .gif()
        .toBuffer(),
    'moving.webp': async () =>
      sharp(await frames(), { join: { animated: true } })
        .webp()
        .toBuffer(),
    'huge.png': () => Promise.resolve(pngBomb(9000)),
  };

  it.each([
    ['printed.jpg', { mimeType: 'image/jpeg', pixels }],
    ['deep.png', { mimeType: 'image/png', pixels }],
    ['sideways.jpg', { mimeType: 'image/jpeg', pixels, isSideways: true }],
    ['moving.gif', { mimeType: 'image/gif', pixels }],
    ['moving.webp', { mimeType: 'image/webp', pixels, isMoving: true }],
    ['huge.png', { mimeType: 'image/png', pixels: { width: 9000, height: 9000 } }],
  ])('%s, byte for byte', async (name, found) => {
    const bytes = (await cases[name]?.()) ?? Buffer.alloc(0);
    await writeFile(join(folder, name), bytes);
    expect(await inspect(name)).toEqual({ kind: 'image', sizeBytes: bytes.byteLength, ...found });
    const loader = createInputLoader({ ...rules(), allowPrivateUrls: false, imageCacheDir: null });
    const loaded = await loader.load(name);
    await loader.close();
    expect(loaded.kind === 'ok' && bytes.equals(loaded.image.bytes)).toBe(true);
  });

  it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)(
    'cut off, in %s, is sent all the same and told to be',
    async (format) => {
      const whole = await create().toFormat(format).toBuffer();
      const cut = whole.subarray(0, whole.length - 5);
      await writeFile(join(folder, `whole.${format}`), whole);
      await writeFile(join(folder, `part.${format}`), cut);
      expect(await inspect(`whole.${format}`)).not.toHaveProperty('isCut');
      for (const reference of [`part.${format}`, `data:image/${format};base64,${cut.toString('base64')}`]) {
        expect(await inspect(reference), reference).toMatchObject({ kind: 'image', isCut: true });
      }
    },
  );

  it('is no drawing in letters, whatever its name', async () => {
    await writeFile(join(folder, 'vector.png'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect(await inspect('vector.png')).toMatchObject({
      failure: { kind: 'bad_input', message: expect.stringContaining('"vector.png" is not an image') },
    });
  });
});
