import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { paint } from './paint';
import type { Picture, PictureRequest } from './request';
import { type Pixels, pixelsOf, type Rgb, testPicture } from './testing/pictures';

const INPUT = await testPicture();
const BEFORE = await pixelsOf(INPUT);

function picture(bytes: Buffer, mimeType = 'image/png'): Picture {
  return { bytes, mimeType, fileName: null, field: 'image' };
}

function request(prompt: string, rest: Partial<PictureRequest> = {}): PictureRequest {
  return {
    protocol: 'openai',
    via: 'images',
    model: 'any',
    prompt,
    images: [picture(INPUT)],
    mask: null,
    width: 512,
    height: 256,
    count: 1,
    outputFormat: null,
    wantsImage: true,
    params: {},
    ...rest,
  };
}

async function painted(prompt: string, rest: Partial<PictureRequest> = {}): Promise<Pixels> {
  const outcome = await paint(request(prompt, rest));
  if (outcome.kind !== 'painted' || outcome.pictures[0] === undefined) {
    throw new Error('Nothing was painted.');
  }
  return pixelsOf(outcome.pictures[0].bytes);
}

const sum = ([red, green, blue]: Rgb): number => red + green + blue;
const isGrey = ([red, green, blue]: Rgb): boolean =>
  Math.abs(red - green) <= 3 && Math.abs(green - blue) <= 3;

describe('each word does what it says', () => {
  it.each<[string, (after: Pixels) => void]>([
    ['Make it greyscale', (after) => expect(isGrey(after.at(5, 40)) && isGrey(after.at(90, 40))).toBe(true)],
    ['Blur it strongly', (after) => expect(after.deviation).toBeLessThan(BEFORE.deviation * 0.8)],
    ['Make it blue', (after) => expect(after.at(5, 40)[2]).toBeGreaterThan(after.at(5, 40)[0] + 40)],
    ['Tint it red', (after) => expect(after.at(90, 40)[0]).toBeGreaterThan(after.at(90, 40)[2] + 40)],
    ['Flip it', (after) => expect(after.at(5, 62)).toEqual(BEFORE.at(5, 1))],
    ['Mirror it', (after) => expect(after.at(5, 40)).toEqual(BEFORE.at(90, 40))],
    ['Invert it', (after) => expect(after.at(5, 40)).toEqual(BEFORE.at(5, 40).map((value) => 255 - value))],
    ['Make it brighter', (after) => expect(sum(after.mean)).toBeGreaterThan(sum(BEFORE.mean) + 20)],
    ['Make it darker', (after) => expect(sum(after.mean)).toBeLessThan(sum(BEFORE.mean) - 40)],
    ['Turn day into night', (after) => expect(sum(after.mean)).toBeLessThan(sum(BEFORE.mean) * 0.6)],
    ['Give it a sepia look', (after) => expect(after.at(90, 40)[0]).toBeGreaterThan(after.at(90, 40)[2])],
    [
      'Make it warmer',
      (after) => expect(after.mean[0] - after.mean[2]).toBeGreaterThan(BEFORE.mean[0] - BEFORE.mean[2]),
    ],
    [
      'Make it cooler',
      (after) => expect(after.mean[0] - after.mean[2]).toBeLessThan(BEFORE.mean[0] - BEFORE.mean[2]),
    ],
    ['Add a vignette', (after) => expect(sum(after.at(0, 63))).toBeLessThan(sum(BEFORE.at(0, 63)) * 0.6)],
    ['Add a gold frame', (after) => expect(after.at(1, 1)).toEqual([217, 165, 34])],
    ['Let it snow', (after) => expect(sum(after.mean)).toBeGreaterThan(sum(BEFORE.mean))],
    ['Make it a pencil drawing', (after) => expect(isGrey(after.at(20, 40))).toBe(true)],
    ['Make it more vivid', (after) => expect(after.at(5, 40)).not.toEqual(BEFORE.at(5, 40))],
    ['Mute the colours', (after) => expect(after.at(5, 40)[0] - after.at(5, 40)[1]).toBeLessThan(120)],
    [
      'Add the caption "Hi"',
      (after) => expect(sum(after.at(1, 62))).toBeLessThan(sum(BEFORE.at(1, 62)) * 0.6),
    ],
  ])('%s', async (prompt, check) => {
    const after = await painted(prompt);
    expect([after.width, after.height]).toEqual([96, 64]);
    check(after);
  });

  it('pixelates into blocks', async () => {
    const large = picture(await testPicture(704, 480));
    const after = await painted('Pixelate it', { images: [large] });
    expect(after.at(4, 300)).toEqual(after.at(5, 301));
  });

  it('turns by right angles, and otherwise inside its own frame', async () => {
    const turned = await painted('Rotate it by 90 degrees');
    expect([turned.width, turned.height]).toEqual([64, 96]);
    expect(turned.at(20, 5)).toEqual(BEFORE.at(5, 43));
    const tilted = await painted('Rotate it by 20 degrees');
    expect([tilted.width, tilted.height]).toEqual([96, 64]);
    expect(sum(tilted.at(0, 0))).toBeGreaterThan(60);
  });

  it('does one after the other in the order they are named', async () => {
    const after = await painted('Invert it and then make it greyscale, then flip it');
    expect(isGrey(after.at(5, 40))).toBe(true);
  });
});

describe('paint', () => {
  it('shows several inputs side by side', async () => {
    const after = await painted('Combine these two images', { images: [picture(INPUT), picture(INPUT)] });
    expect([after.width, after.height]).toEqual([96 * 2 + 12, 64]);
    expect(after.at(5, 40)).toEqual(after.at(96 + 12 + 5, 40));
  });

  it('edits what it put side by side', async () => {
    const after = await painted('Combine them in greyscale', { images: [picture(INPUT), picture(INPUT)] });
    expect(isGrey(after.at(5, 40)) && isGrey(after.at(200, 40))).toBe(true);
  });

  it('sets words it does not know over the picture, at its size', async () => {
    const after = await painted('Add a red hat to the cat');
    expect([after.width, after.height]).toEqual([96, 64]);
    expect(after.at(5, 40)).not.toEqual(BEFORE.at(5, 40));
  });

  it('draws a card of the size asked for when there is no picture', async () => {
    const after = await painted('A fox in the snow', { images: [] });
    expect([after.width, after.height, after.format]).toEqual([512, 256, 'png']);
    expect(after.deviation).toBeGreaterThan(20);
  });

  it('draws as many different cards as were asked for', async () => {
    const outcome = await paint(request('A fox', { images: [], count: 3 }));
    const bytes =
      outcome.kind === 'painted' ? outcome.pictures.map((one) => one.bytes.toString('base64')) : [];
    expect(new Set(bytes).size).toBe(3);
  });

  it('changes only what the mask leaves open', async () => {
    const mask = await sharp({ create: { width: 96, height: 64, channels: 4, background: '#000f' } })
      .composite([
        {
          input: { create: { width: 48, height: 64, channels: 4, background: '#000' } },
          left: 0,
          top: 0,
          blend: 'dest-out',
        },
      ])
      .png()
      .toBuffer();
    const after = await painted('Invert it', { mask: picture(mask) });
    expect(after.at(5, 40)).not.toEqual(BEFORE.at(5, 40));
    expect(after.at(90, 40)).toEqual(BEFORE.at(90, 40));
  });

  it('changes only what the second picture marks, where that is asked', async () => {
    const bytes = await testPicture(96, 64, 'png');
    const mark = { create: { width: 20, height: 20, channels: 3, background: '#ff00ff' } } as const;
    const marked = await sharp(bytes)
      .composite([{ input: mark, left: 2, top: 30 }])
      .png()
      .toBuffer();
    const prompt = 'Image 2 is the subject again, with a region marked in magenta.\n\nInvert it';
    const after = await painted(prompt, { images: [picture(bytes), picture(marked)] });
    expect(after.at(5, 40)).not.toEqual(BEFORE.at(5, 40));
    expect(after.at(90, 40)).toEqual(BEFORE.at(90, 40));
  });

  it.each([
    ['google_genai', 'jpeg', 'jpeg'],
    ['google_genai', 'png', 'png'],
    ['openai', 'jpeg', 'png'],
  ] as const)('%s answers a %s with a %s', async (protocol, format, expected) => {
    const input = picture(await testPicture(96, 64, format), `image/${format}`);
    expect((await painted('Flip it', { protocol, images: [input] })).format).toBe(expected);
  });

  it('answers in the format that was asked for', async () => {
    expect((await painted('Flip it', { outputFormat: 'webp' })).format).toBe('webp');
  });

  it('says of what is no picture that it is unreadable', async () => {
    expect(await paint(request('Flip it', { images: [picture(Buffer.from('no picture'))] }))).toEqual({
      kind: 'unreadable',
    });
  });
});
