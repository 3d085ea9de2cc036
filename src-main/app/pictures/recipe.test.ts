/** What travels with a picture, read back, and what must not change on the way. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SIDECAR_ENDING } from '@shared/model/recipe-note';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSigned, PNG_XMP } from './c2pa';
import { internationalText, pngChunks, textUnder } from './png-chunks';
import { embedRecipe, readRecipe, sidecarOf } from './recipe';
import { noise, noteOf, pngWith, signedJpeg, signedPng, signedWebp } from './testing/recipe-samples';

const KINDS = {
  png: () => noise().png().toBuffer(),
  'png with alpha and a profile': () => noise({ alpha: true }).withIccProfile('p3').png().toBuffer(),
  jpeg: () => noise().jpeg().toBuffer(),
  'jpeg with Exif and a profile': () =>
    noise()
      .withExif({ IFD0: { Copyright: 'nobody' } })
      .withIccProfile('p3')
      .jpeg()
      .toBuffer(),
  'jpeg with XMP': () => noise().withXmp(FOREIGN_XMP).jpeg().toBuffer(),
  'lossy webp': () => noise().webp().toBuffer(),
  'lossless webp with alpha': () => noise({ alpha: true }).webp({ lossless: true }).toBuffer(),
  'lossy webp with alpha': () => noise({ alpha: true }).webp().toBuffer(),
  'webp with XMP and Exif': () =>
    noise()
      .withExif({ IFD0: { Copyright: 'nobody' } })
      .withXmp(FOREIGN_XMP)
      .webp()
      .toBuffer(),
};

const FOREIGN_XMP =
  '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="of another"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>';

function embedded(bytes: Buffer, note = noteOf()): Buffer {
  const done = embedRecipe(bytes, note);
  if (done.kind !== 'embedded') {
    throw new Error(done.why);
  }
  return done.bytes;
}

describe.each(Object.entries(KINDS))('a %s', (_, make) => {
  it('carries its recipe, and its pixels, profile and other metadata stay', async () => {
    const before = await make();
    const after = embedded(before);
    expect(await readRecipe(after)).toEqual(noteOf());
    const [a, b] = await Promise.all(
      [before, after].map((bytes) => sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })),
    );
    expect(b?.data.equals(a?.data ?? Buffer.alloc(0))).toBe(true);
    expect(b?.info).toEqual(a?.info);
    const [was, is] = await Promise.all([before, after].map((bytes) => sharp(bytes).metadata()));
    expect(is?.icc).toEqual(was?.icc);
    expect(is?.exif).toEqual(was?.exif);
    expect(is?.hasAlpha).toBe(was?.hasAlpha);
    expect(is?.xmpAsString ?? '').toContain(
      was?.xmp === undefined ? 'trainedAlgorithmicMedia' : 'of another',
    );
  });

  it('carries the last recipe that was put into it, once', async () => {
    const twice = embedded(embedded(await make()), noteOf({ instruction: 'second' }));
    expect((await readRecipe(twice))?.instruction).toBe('second');
    expect(twice.toString('utf8')).not.toContain('背景');
    expect(embedded(twice, noteOf({ instruction: 'second' })).equals(twice)).toBe(true);
  });

  it('has none when nobody put one in', async () => {
    expect(await readRecipe(await make())).toBeNull();
  });
});

describe('a signed picture', () => {
  it.each([
    ['png', async () => signedPng(await noise().png().toBuffer())],
    ['jpeg', async () => signedJpeg(await noise().jpeg().toBuffer())],
    ['webp', async () => signedWebp(await noise().webp().toBuffer())],
    [
      'png whose manifest lies elsewhere',
      async () =>
        pngWith(
          await noise().png().toBuffer(),
          internationalText(PNG_XMP, '<x dcterms:provenance="https://a.test/m"/>'),
        ),
    ],
  ])('%s is never rewritten', async (_, make) => {
    const bytes = await make();
    expect(isSigned(bytes)).toBe(true);
    expect(embedRecipe(bytes, noteOf())).toEqual({ kind: 'beside', why: 'signed' });
    // The fixture is a picture still, as other programs see it.
    expect((await sharp(bytes).metadata()).width).toBe(21);
  });

  it('is told from one that is not', async () => {
    expect(isSigned(await noise().png().toBuffer())).toBe(false);
    expect(isSigned(await noise().jpeg().toBuffer())).toBe(false);
    expect(isSigned(await noise().webp().toBuffer())).toBe(false);
    expect(isSigned(await noise().gif().toBuffer())).toBe(false);
  });
});

describe('the file beside a picture', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brushfleet-recipe-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read with its picture, and not with another of that name', async () => {
    const picture = signedPng(await noise().png().toBuffer());
    const path = join(folder, 'a.png');
    await writeFile(path, picture);
    await writeFile(`${path}${SIDECAR_ENDING}`, sidecarOf(picture, noteOf()));
    expect(await readRecipe(path)).toEqual(noteOf());
    expect(await readRecipe(`${path}${SIDECAR_ENDING}`)).toEqual(noteOf());
    expect(await readRecipe(Buffer.from(sidecarOf(picture, noteOf())))).toEqual(noteOf());
    await writeFile(path, await noise().png().toBuffer());
    expect(await readRecipe(path)).toBeNull();
  });

  it('holds what has no room or no place in the picture', async () => {
    const long = noteOf({ instruction: 'x'.repeat(90_000) });
    expect(embedRecipe(await noise().jpeg().toBuffer(), long)).toEqual({ kind: 'beside', why: 'unable' });
    expect(embedRecipe(await noise().gif().toBuffer(), noteOf())).toEqual({ kind: 'beside', why: 'unable' });
    expect((await readRecipe(embedded(await noise().png().toBuffer(), long)))?.instruction).toHaveLength(
      90_000,
    );
  });

  it('is refused where the picture cannot be read at all', async () => {
    await expect(readRecipe(join(folder, 'gone.png'))).rejects.toThrow('ENOENT');
  });
});

describe('a picture of ours that was edited', () => {
  it.each(['jpeg', 'webp'] as const)(
    'as %s has its recipe no longer, though metadata was kept',
    async (format) => {
      const ours = embedded(await noise().toFormat(format).toBuffer());
      const edited = await sharp(ours).negate().keepMetadata().toFormat(format).toBuffer();
      expect(edited.toString('utf8')).toContain('brushfleet:Recipe');
      expect(await readRecipe(edited)).toBeNull();
    },
  );

  it('as PNG has its recipe no longer, though its text was kept', async () => {
    const ours = embedded(await noise().png().toBuffer());
    const text = pngChunks(ours)?.find((chunk) => textUnder('brushfleet:recipe', chunk) !== null);
    const edited = await noise().negate().png().toBuffer();
    expect(await readRecipe(pngWith(edited, ours.subarray(text?.start, text?.end)))).toBeNull();
    const same = await noise().png().toBuffer();
    expect(await readRecipe(pngWith(same, ours.subarray(text?.start, text?.end)))).toEqual(noteOf());
  });
});

describe('what strangers wrote', () => {
  it.each([
    ['no JSON', '{'],
    ['a later form', JSON.stringify({ ...noteOf(), brushfleet: 2 })],
    ['a wrong type', JSON.stringify({ ...noteOf(), inputs: 'many' })],
    ['an unknown hash', JSON.stringify({ ...noteOf(), sha256: '../../etc' })],
  ])('%s is no recipe', async (_, text) => {
    const png = pngWith(await noise().png().toBuffer(), internationalText('brushfleet:recipe', text));
    expect(await readRecipe(png)).toBeNull();
  });

  it('cut off or damaged pictures have none, and get none', async () => {
    for (const make of Object.values(KINDS)) {
      const whole = embedded(await make());
      for (const length of [0, 1, 8, 12, 20, 40, 64]) {
        const cut = Buffer.from(whole.subarray(0, length));
        expect(await readRecipe(cut)).toBeNull();
        expect(embedRecipe(cut, noteOf())).toEqual({ kind: 'beside', why: 'unable' });
      }
    }
  });

  it('text before the pixels of a PNG is as it was, but for ours', async () => {
    const png = pngWith(await noise().png().toBuffer(), internationalText('Comment', 'by another'));
    const texts = pngChunks(embedded(png))?.map((chunk) => textUnder('Comment', chunk));
    expect(texts).toContain('by another');
  });
});
