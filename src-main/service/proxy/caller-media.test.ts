/** Media of a request on a real disk. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CallerMedia, createCallerMedia } from './caller-media';
import { readJsonBody } from './json-body';

let dir: string;
let media: CallerMedia;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'brushfleet-callers-'));
  media = createCallerMedia(dir);
});
afterEach(async () => {
  await media.close();
  await rm(dir, { recursive: true, force: true });
});

describe('media of a request', () => {
  it('become files that nobody else may read, and go with the request', async () => {
    const bytes = randomBytes(1000);
    const path = media.fromBase64(bytes.toString('base64'), 'x');
    const { reference, mimeType } = media.fromUrl(`data:image/png;base64,${bytes.toString('base64')}`, 'x');
    const streamed = await media.fromStream(
      Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]),
      () => undefined,
    );
    await media.settled();
    for (const one of [path, reference, streamed]) {
      expect(await readFile(one)).toEqual(bytes);
      expect((await stat(one)).mode.toString(8)).toMatch(/600$/);
    }
    expect(mimeType).toBe('image/png');
    await media.close();
    expect(await readdir(dir)).toEqual([]);
  });

  it('are cut out of a body while it arrives, in pieces of any size', async () => {
    const large = randomBytes(300_001);
    const small = randomBytes(30);
    const body = JSON.stringify({
      data: large.toString('base64'),
      images: ['https://example.com/a.png', `data:image/png;base64,${large.toString('base64')}`],
      mask: small.toString('base64'),
      words: 'no "base64" \\ at all',
    });
    const bytes = Buffer.from(body);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7001) }, (_, at) =>
      bytes.subarray(at * 7001, (at + 1) * 7001),
    );
    const read = (await readJsonBody(Readable.from(pieces), media, bytes.length)) as Record<string, string>;
    const [, image = ''] = read['images'] ?? [];
    expect(JSON.stringify(read).length).toBeLessThan(1000);
    expect(read['words']).toBe('no "base64" \\ at all');
    const paths = [
      media.fromBase64(read['data'] ?? '', 'data'),
      media.fromUrl(image, 'images').reference,
      media.fromBase64(read['mask'] ?? '', 'mask'),
    ];
    await media.settled();
    const found = await Promise.all(paths.map((path) => readFile(path)));
    expect(found.map((one) => one.equals(large))).toEqual([true, true, false]);
    expect(found[2]).toEqual(small);
    await media.close();
  });

  it('are nothing that a model is to read, however much it looks like base64', async () => {
    const long = randomBytes(50_000).toString('hex');
    const body = {
      instructions: long,
      input: long,
      messages: [
        { content: long },
        { content: [{ type: 'text', text: long }] },
        { content: [{ image_url: { url: 'https://example.com/a.png' } }, long] },
      ],
      contents: [{ parts: [{ inlineData: { data: 'AAAA' } }, long] }],
      prompt: long,
    };
    for (const text of [JSON.stringify(body), JSON.stringify(body, null, 2)]) {
      const bytes = Buffer.from(text);
      const pieces = [bytes.subarray(0, 70_001), bytes.subarray(70_001)];
      const read = await readJsonBody(Readable.from(pieces), media, bytes.length);
      // Not toEqual(): a failure would print megabytes.
      expect(JSON.stringify(read) === JSON.stringify(body)).toBe(true);
    }
  });

  it('are nothing but what came along, or an address on the web', () => {
    expect(media.fromUrl('https://example.com/a.png', 'x')).toEqual({
      reference: 'https://example.com/a.png',
    });
    for (const url of [
      '/etc/passwd',
      'file:///etc/passwd',
      'embedded:unreadable',
      '../x',
      'data:text/plain,hello',
      'data:image/png;base64,',
      'data:image/png;base64,%00',
      'ftp://example.com/a.png',
      'brushfleet-cut-string-0',
    ]) {
      expect(() => media.fromUrl(url, 'x'), url).toThrow('x');
    }
    expect(() => media.fromBase64('not base64!', 'x')).toThrow('x is not valid base64.');
  });

  it('are not without number', () => {
    const letters = Buffer.from('x').toString('base64');
    expect(() => {
      for (let at = 0; at < 501; at += 1) {
        media.fromBase64(letters, 'x');
      }
    }).toThrow('more than 500 files');
  });

  it('of a body that breaks off are given up', async () => {
    let givenUp = 0;
    const begin = (): ReturnType<CallerMedia['begin']> => {
      const entry = media.begin();
      return {
        ...entry,
        discard() {
          givenUp += 1;
          return entry.discard();
        },
      };
    };
    async function* body() {
      yield Buffer.from(`{"data":"${'QUJD'.repeat(50_000)}`);
      throw new Error('aborted');
    }
    await expect(readJsonBody(Readable.from(body()), { ...media, begin }, 0)).rejects.toThrow('aborted');
    expect(givenUp).toBe(1);
  });

  it('leave nothing where they are closed before the first byte is written, and begin no more', async () => {
    const entry = media.begin();
    await media.close();
    expect(await readdir(dir)).toEqual([]);
    entry.end();
    expect(() => media.begin()).toThrow('The request was broken off.');
    await media.close();
    expect(await readdir(dir)).toEqual([]);
  });

  it('that cannot be written are told of, and keep nothing from being closed', async () => {
    await rm(dir, { recursive: true });
    const broken = createCallerMedia(join(dir, 'a\0b'));
    broken.fromBase64('AAAA', 'x');
    const entry = broken.begin();
    entry.take(entry.lend(), 10);
    entry.end();
    await expect(broken.settled()).rejects.toThrow();
    await broken.close();
  });
});
