import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { captionSvg, cardSvg, escapeXml, wrapText } from './card';

const HOSTILE = '</text><script>&"\'\u0000\u001b]]> \ud800 ' + 'x'.repeat(3000);

describe('escapeXml', () => {
  it('leaves nothing that markup could read', () => {
    expect(escapeXml('<a href="x">&\u0000</a>')).toBe('&lt;a href=&quot;x&quot;&gt;&amp; &lt;/a&gt;');
  });
});

describe('wrapText', () => {
  it('breaks at words and cuts a word that is longer than a line', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k']);
    expect(wrapText('  ', 4)).toEqual([]);
  });

  it('does not cut a letter in two', () => {
    expect(wrapText('🦊🦊🦊🦊🦊', 2)).toEqual(['🦊🦊', '🦊🦊', '🦊']);
  });
});

describe('the drawings', () => {
  it.each([
    ['a card', cardSvg({ width: 320, height: 180, text: HOSTILE, variant: 0, overPicture: false })],
    ['an empty card', cardSvg({ width: 180, height: 320, text: ' ', variant: 0, overPicture: false })],
    ['a caption', captionSvg({ width: 320, height: 180 }, HOSTILE)],
  ])('renders %s whatever the text', async (_name, svg) => {
    expect(svg).not.toContain('<script');
    await expect(sharp(Buffer.from(svg)).png().toBuffer()).resolves.toBeInstanceOf(Buffer);
  });

  it('draws equal words equally, and variants of them differently', () => {
    const options = { width: 320, height: 180, text: 'A fox', variant: 0, overPicture: false };
    expect(cardSvg(options)).toBe(cardSvg(options));
    expect(cardSvg(options)).not.toBe(cardSvg({ ...options, variant: 1 }));
  });
});
