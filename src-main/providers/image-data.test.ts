import { describe, expect, it } from 'vitest';
import { markOf } from './cut-mark';
import { decodeBase64, fromBase64, fromUrl, imageAnswer, inText } from './image-data';
import { png } from './testing/calls';

const DATA = png(7).toString('base64');

describe('base64', () => {
  it('takes standard, URL-safe, unpadded and wrapped text', () => {
    const bytes = Buffer.from([0xfb, 0xff, 0xfe, 0x01]);
    for (const text of ['+//+AQ==', '-__-AQ==', '-__-AQ', '+//\n+AQ\r\n==']) {
      expect(decodeBase64(text)).toEqual(bytes);
    }
  });

  it.each(['', '=', 'AAAAA', 'AA=A', 'AAA*', 'AA==AA==', 'not base64 at all!', 'AAAA===='])(
    'refuses %j',
    (text) => {
      expect(decodeBase64(text)).toBeNull();
    },
  );

  it('refuses what is too large before decoding it', () => {
    expect(decodeBase64('A'.repeat(140 * 1024 * 1024))).toBeNull();
  });

  it('is a picture only by its magic bytes', async () => {
    expect(await imageAnswer({ kind: 'base64', data: DATA }, {}, 200)).toMatchObject({
      kind: 'image',
      bytes: png(7),
    });
    const text = Buffer.from('this is no picture, whatever its MIME type says').toString('base64');
    for (const data of [text, 'A*A=']) {
      const result = await imageAnswer({ kind: 'base64', data }, {}, 200);
      expect(result).toMatchObject({ kind: 'failed', failure: { kind: 'malformed', bodySent: true } });
    }
  });
});

describe('pictures in text', () => {
  const hosted = { kind: 'url', url: 'https://cdn.example/a/b.png?sig=1' };
  it.each([
    [`Here: ![image](data:image/png;base64,${DATA}) done`, { kind: 'base64', data: DATA }],
    [`data:image/jpeg;charset=x;base64,${DATA}\nEnjoy your picture!`, { kind: 'base64', data: DATA }],
    [`data:image/png;base64,${DATA.slice(0, 20)}\n${DATA.slice(20)}`, undefined],
    [`data:image/png;base64,${markOf(0)}\n\nHere you go`, { kind: 'base64', data: markOf(0) }],
    ['![a cat](https://cdn.example/a/b.png?sig=1)', hosted],
    ['Done, see https://cdn.example/a/b.png?sig=1 (24 h)', hosted],
    ['https://cdn.example/a/b.png?sig=1\n', hosted],
    ['https://cdn.example/opaque/id', { kind: 'url', url: 'https://cdn.example/opaque/id' }],
    ['I cannot do that, see https://policy.example/terms for why.', null],
    ['', null],
  ])('%j', (text, expected) => {
    const found = inText(text);
    if (expected === undefined) {
      expect(found?.kind === 'base64' && decodeBase64(found.data)).toEqual(png(7));
      return;
    }
    expect(found).toEqual(expected);
  });

  it('reads a data URL in a base64 field and in a URL field, and refuses other schemes', () => {
    expect(fromBase64(`data:image/png;base64,${DATA}`)).toEqual({ kind: 'base64', data: DATA });
    expect(fromUrl(`data:image/png;base64,${DATA}`)).toEqual({ kind: 'base64', data: DATA });
    expect(fromUrl('gs://bucket/x.png')).toBeNull();
    expect(fromUrl('file:///etc/passwd')).toBeNull();
  });
});
