import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerScan, type PictureSpool } from './answer-scan';
import { CHUNK_BYTES } from './base64-stream';

const picture = (size: number, seed = 7): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, at) => (at * seed + (at >> 8)) & 0xff));

/** Keeps pictures in memory; `undefined` in place of one that was thrown away. */
function memorySpool(): PictureSpool<Buffer> & { readonly begun: (Buffer | undefined)[] } {
  const begun: (Buffer | undefined)[] = [];
  return {
    begun,
    pressure: () => undefined,
    begin() {
      const at = begun.push(undefined) - 1;
      const chunks: Buffer[] = [];
      return {
        lend: () => Buffer.alloc(CHUNK_BYTES, 0xee),
        take: (chunk, length) => void chunks.push(chunk.subarray(0, length)),
        end() {
          const whole = Buffer.concat(chunks);
          begun[at] = whole;
          return whole;
        },
        discard: () => undefined,
      };
    },
  };
}

/** The text as it arrives in pieces whose memory is used again, with every mark replaced by its picture in base64. */
function scanned(text: string, sizes: readonly number[]) {
  const spool = memorySpool();
  const scan = new AnswerScan(spool);
  const bytes = Buffer.from(text);
  for (let at = 0, nth = 0; at < bytes.length; nth += 1) {
    const size = sizes[nth % sizes.length] ?? 1;
    const piece = Buffer.from(bytes.subarray(at, at + size));
    scan.push(piece);
    piece.fill(0);
    at += size;
  }
  const kept = scan.end().toString();
  let restored = kept;
  for (const [mark, found] of scan.pictures) {
    restored = restored.replace(`${mark}"`, `${found?.toString('base64') ?? 'no base64'}"`);
  }
  return { kept, restored, pictures: [...scan.pictures.values()], begun: spool.begun };
}

const letters = picture(150_001).toString('base64');
const documents = {
  'one picture': {
    candidates: [{ content: { parts: [{ inlineData: { data: letters } }] } }],
    x: 'a "b" \\ c',
  },
  'two, with a short one between': { a: letters, b: 'aGk=', c: picture(300_002, 11).toString('base64') },
  'a data URL': { url: `data:image/png;base64,${letters}` },
  'a long text': { text: 'Some words. '.repeat(20_000), more: 'a\\"b'.repeat(30_000), d: letters },
  'a signature beside a picture': {
    parts: [{ thoughtSignature: letters, inlineData: { data: letters } }, { thought_signature: letters }],
  },
  'many numbers': { a: 'x', b: Array.from({ length: 40_000 }, (_, at) => at), c: 'y' },
};

describe('an answer that is scanned as it arrives', () => {
  it.each(Object.entries(documents))('loses nothing of %s, however it is cut', (_what, document) => {
    const text = JSON.stringify(document);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 6 }), (sizes) => {
        // A first piece of one byte and the like; then pieces large enough for the test to end.
        const { restored } = scanned(text, [...sizes, 60_001]);
        // Not toBe(): a failure would print megabytes.
        expect([restored.length, restored === text]).toEqual([text.length, true]);
      }),
      { numRuns: 8 },
    );
  });

  it('holds no letter of a picture', () => {
    expect(scanned(JSON.stringify(documents['one picture']), [65_536]).kept.length).toBeLessThan(200);
    expect(scanned(JSON.stringify(documents['a data URL']), [65_536]).kept).toMatch(
      /^{"url":"data:image\/png;base64,\S+"}$/,
    );
  });

  it('leaves a signature to the parser, however the answer is cut and set', () => {
    for (const indent of [0, 2]) {
      const text = JSON.stringify(documents['a signature beside a picture'], null, indent);
      for (const size of [7, 4097, 65_536, text.length]) {
        const { kept, pictures } = scanned(text, [size]);
        expect([size, pictures.length, kept.split(letters).length - 1]).toEqual([size, 1, 2]);
      }
    }
  });

  it('leaves what is below 64 KB to the parser', () => {
    const text = JSON.stringify({ data: picture(40_000).toString('base64') });
    expect(scanned(text, [1000])).toMatchObject({ kept: text, begun: [] });
  });

  it('understands escaped slashes and line breaks behind the beginning of a picture', () => {
    const [data] = [picture(150_000, 3).toString('base64')];
    const start = data.slice(0, 300).replaceAll('/', '+');
    const rest = data.slice(300);
    const escaped = `{"data":"${start}${rest.replaceAll('/', '\\/').replaceAll('A', '\\u0041')}\\n"}`;
    for (const size of [1, 4097, 65_536]) {
      const { pictures } = scanned(escaped, [size === 1 ? 7 : size]);
      expect(pictures[0]?.equals(Buffer.from(start + rest, 'base64'))).toBe(true);
    }
  });

  it.each([
    ['of a model', '\n\nHere is your "picture", and data:image/png;base64,aGk= is another.'],
    ['as long as the picture', ` ${'Some words. '.repeat(20_000)}`],
    ['that begin with a quote', '"'],
    ['that are only a break', '\n'],
  ])('ends a data URL where words follow, %s', (_what, words) => {
    const told = JSON.stringify({ content: words, after: 'x' }).slice('{"content":"'.length);
    const escaped = letters.slice(400).replaceAll('/', '\\/').replaceAll('B', '\\u0042');
    const text = `{"content":"data:image/png;base64,${letters.slice(0, 400)}${escaped}${told}`;
    for (const size of [7, 4096, 65_537, text.length]) {
      const { kept, pictures, begun } = scanned(text, [size]);
      expect([pictures.length, begun.length, pictures[0]?.toString('base64') === letters]).toEqual([
        1,
        1,
        true,
      ]);
      expect(kept.endsWith(`base64,brushfleet-cut-string-0${told}`)).toBe(true);
    }
  });

  it.each([
    ['another letter', `${letters.slice(0, 70_000)}*${letters.slice(70_001)}`],
    ['padding inside', `${letters.slice(0, 70_000)}=${letters.slice(70_001)}`],
    ['one letter too many', `${letters.replace(/=+$/, '')}A==A`],
  ])('says that a string with %s is no base64', (_what, data) => {
    const { pictures, begun } = scanned(JSON.stringify({ data }), [50_000]);
    expect(pictures).toEqual([null]);
    expect(begun).toEqual([undefined]);
  });

  it('keeps nothing of a picture that was cut off', () => {
    const { pictures, begun } = scanned(JSON.stringify({ data: letters }).slice(0, 120_000), [50_000]);
    expect(pictures).toEqual([]);
    expect(begun).toEqual([undefined]);
  });
});
