/** What decides between UTF-8 and Windows-1252 must not depend on where a file is cut into chunks. */
import { describe, expect, it } from 'vitest';
import { decodeWindows1252, eightBitEncoding, markedEncoding } from './text-encoding';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}
const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('text without a mark', () => {
  it.each<[string, Buffer, 'utf-8' | 'windows-1252']>([
    ['nothing', latin1(''), 'utf-8'],
    ['ASCII', latin1('plain'), 'utf-8'],
    ['UTF-8 of two, three and four bytes', Buffer.from('größe „ü“ € 🎨 \u{10FFFF}'), 'utf-8'],
    ['Windows-1252', latin1('m\xfcller_stra\xdfe.jpg'), 'windows-1252'],
    [
      'Windows-1252 with a pair that would be UTF-8',
      latin1('gr\xf6\xdfe \xc3\xbc \xe9t\xe9'),
      'windows-1252',
    ],
    ['a letter at the very end', latin1('caf\xe9'), 'windows-1252'],
    ['UTF-8 that was cut', Buffer.from('größe ü').subarray(0, -1), 'utf-8'],
    ['UTF-8 with one broken byte', Buffer.concat([Buffer.from('größe'), latin1(' \xe9')]), 'utf-8'],
    ['surrogates in UTF-8', latin1('\xed\xa0\x80'), 'windows-1252'],
    ['the code page of DOS', latin1('M\x81ller'), 'utf-8'],
    ['Japanese in Shift JIS', latin1('\x83e\x83X\x83g\x81B'), 'utf-8'],
  ])('%s', async (_, bytes, encoding) => {
    for (const size of [1, 2, 3, 1024]) {
      expect(await eightBitEncoding(inPieces(bytes, size))).toBe(encoding);
    }
  });

  it('is looked through only until it is clear', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (; read < 1000; read++) yield Buffer.from('é'.repeat(1000));
    }
    expect(await eightBitEncoding(endless())).toBe('utf-8');
    expect(read).toBeLessThan(10);
  });
});

it('a mark of UTF-8 is believed', () => {
  expect(markedEncoding(latin1('\xef\xbb\xbfcaf\xe9'))).toBe('utf-8');
  expect(markedEncoding(latin1('caf\xe9'))).toBeNull();
});

it('Windows-1252 has letters where Latin-1 has controls', () => {
  expect(decodeWindows1252(latin1('\x80 \x84\xdc\x93 \x9f\x81'))).toBe('€ „Ü“ Ÿ\u{81}');
});
