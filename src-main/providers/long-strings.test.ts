import { describe, expect, it } from 'vitest';
import { cutLongStrings, decodeInPlace } from './long-strings';

const picture = (seed: number): Buffer =>
  Buffer.from(Array.from({ length: 150_001 }, (_, at) => (at * seed) & 0xff));
const letters = picture(7).toString('base64');

/** The parsed document with every mark replaced by what it stands for. */
function restored(json: string): unknown {
  const body = Buffer.from(json);
  const cut = cutLongStrings(body);
  return JSON.parse(cut.json.toString(), (_key, value: unknown) => {
    const place = typeof value === 'string' ? cut.strings.get(value) : undefined;
    return place === undefined ? value : body.toString('latin1', place.start, place.end);
  });
}

describe('cutLongStrings', () => {
  it.each([
    ['one picture', { a: [{ data: letters, mimeType: 'image/png' }], b: 'x "quoted" \\ y' }],
    [
      'several, with short ones between',
      { a: letters, b: 'aGk=', c: picture(11).toString('base64'), d: null },
    ],
    ['a long text that is none', { text: 'Some words. '.repeat(20_000), more: 'a\\"b'.repeat(30_000) }],
    [
      'a long list of numbers between two strings',
      { a: 'x', b: Array.from({ length: 40_000 }, (_, at) => at), c: 'y' },
    ],
    ['a data URL in a text', { text: `Here: ![](data:image/png;base64,${letters})` }],
    ['a bare string', letters],
  ])('loses nothing of %s', (_what, document) => {
    expect(restored(JSON.stringify(document))).toEqual(document);
    expect(restored(JSON.stringify(document, null, 2))).toEqual(document);
  });

  it('leaves only a mark of a picture, and leaves escaped slashes to the parser', () => {
    const cut = cutLongStrings(Buffer.from(JSON.stringify({ data: letters })));
    expect(cut.json.byteLength).toBeLessThan(100);
    const escaped = JSON.stringify({ data: letters }).replaceAll('/', '\\/');
    expect(cutLongStrings(Buffer.from(escaped)).strings.size).toBe(0);
    expect(restored(escaped)).toEqual({ data: letters });
  });

  it('leaves a signature to the parser, beside a picture', () => {
    const document = { parts: [{ thoughtSignature: letters, inlineData: { data: letters } }] };
    for (const indent of [0, 2]) {
      const cut = cutLongStrings(Buffer.from(JSON.stringify(document, null, indent)));
      expect(cut.strings.size).toBe(1);
      expect(cut.json.includes(letters)).toBe(true);
      expect(restored(JSON.stringify(document, null, indent))).toEqual(document);
    }
  });

  it('leaves a document alone that ends inside a string', () => {
    const body = Buffer.from(JSON.stringify({ data: letters }).slice(0, 100_000));
    expect(cutLongStrings(body)).toEqual({ json: body, strings: new Map() });
  });
});

describe('decodeInPlace', () => {
  const decoded = (text: string): Buffer | null => {
    const body = Buffer.from(`{"data":"${text}"}`);
    return decodeInPlace(body, { start: 9, end: 9 + text.length });
  };

  it.each([150_000, 150_001, 150_002, 1])('gives %i bytes back as they were', (size) => {
    const bytes = picture(13).subarray(0, size);
    expect(decoded(bytes.toString('base64'))?.equals(bytes)).toBe(true);
    expect(decoded(bytes.toString('base64url'))?.equals(bytes)).toBe(true);
  });

  it('refuses what is no base64', () => {
    expect(decoded(`${letters.slice(0, 1000)}*${letters.slice(1001)}`)).toBeNull();
    expect(decoded(`${letters.slice(0, 1000)}=${letters.slice(1001)}`)).toBeNull();
    expect(decoded(`${letters.replace(/=+$/, '')}===`)).toBeNull();
    expect(decoded(`${letters.replace(/=+$/, '')}A${'A'.repeat(2)}`)?.byteLength ?? null).toBeNull();
  });
});
