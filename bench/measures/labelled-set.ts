/**
 * Pictures of which it is known what the measures must say: made from the sample pictures, the same at every run. True edits
 * of many kinds, and each thing that goes wrong with a result.
 */
import sharp from 'sharp';
import { paint } from '../../src-main/demo/paint';
import type { SuspicionKind, Turned } from '../../src-shared/model/measures';
import { seeded } from './seeded';
import { TURNINGS } from './turned-set';

export interface Case {
  readonly name: string;
  /** What must be found; empty: a true edit. */
  readonly expected: readonly SuspicionKind[];
  /** How the result was turned, where it was. */
  readonly turned?: Turned;
  readonly source: Buffer;
  readonly result: Buffer;
}

export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
}

/** As large as models answer. */
const SIDE = 1024;

export async function standardised({ name, bytes }: Sample): Promise<Sample> {
  const png = await sharp(bytes)
    .resize(SIDE, SIDE, { fit: 'inside' })
    .removeAlpha()
    .toColourspace('srgb')
    .png({ compressionLevel: 1 })
    .toBuffer();
  return { name, bytes: png };
}

export type Make = (source: Buffer, others: readonly Buffer[]) => Promise<Buffer>;

async function demo(source: Buffer, prompt: string): Promise<Buffer> {
  const painted = await paint({
    protocol: 'openai',
    via: 'images',
    model: 'demo',
    prompt,
    images: [{ bytes: source, mimeType: 'image/png', fileName: null, field: 'image' }],
    mask: null,
    width: SIDE,
    height: SIDE,
    count: 1,
    outputFormat: 'png',
    wantsImage: true,
    params: {},
  });
  if (painted.kind !== 'painted' || painted.pictures[0] === undefined) {
    throw new Error(`${prompt}: not painted`);
  }
  return painted.pictures[0].bytes;
}

const DEMO_EDITS = [
  'greyscale',
  'make it a sepia print',
  'invert it',
  'turn it upside down',
  'mirror it',
  'turn it into a pencil drawing',
  'add a vignette',
  'turn day into night',
  'let it snow',
  'pixelate it',
  'blur it',
  'rotate it by 90 degrees',
  'tint it teal',
  'add a gold frame',
  'make it brighter',
  'make it darker',
  'make it more colourful',
  'make it warmer',
  'mute the colours',
  'add the caption "Above the clouds"',
] as const;

interface Size {
  readonly width: number;
  readonly height: number;
}

export async function sizeOf(bytes: Buffer): Promise<Size> {
  const { width, height } = await sharp(bytes).metadata();
  return { width, height };
}

function disc(size: Size, at: { x: number; y: number; radius: number }, colour: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">
     <circle cx="${at.x}" cy="${at.y}" r="${at.radius}" fill="${colour}"/></svg>`,
  );
}

async function pasted(source: Buffer, other: Buffer, share: number): Promise<Buffer> {
  const { width, height } = await sizeOf(source);
  const side = Math.sqrt(share);
  const patch = await sharp(other)
    .resize(Math.round(width * side), Math.round(height * side), { fit: 'cover' })
    .toBuffer();
  return sharp(source)
    .composite([{ input: patch, left: Math.round(width * 0.1), top: Math.round(height * 0.15) }])
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** The middle of the picture stays, all round it is another. */
async function otherBackground(source: Buffer, other: Buffer): Promise<Buffer> {
  const { width, height } = await sizeOf(source);
  const hole = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><radialGradient id="g">
     <stop offset="0.85" stop-color="#fff"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs>
     <ellipse cx="${width / 2}" cy="${height / 2}" rx="${width * 0.36}" ry="${height * 0.42}" fill="url(#g)"/></svg>`,
  );
  const subject = await sharp(source)
    .ensureAlpha()
    .composite([{ input: hole, blend: 'dest-in' }])
    .png()
    .toBuffer();
  return sharp(other)
    .resize(width, height, { fit: 'cover' })
    .composite([{ input: subject }])
    .jpeg({ quality: 92 })
    .toBuffer();
}

async function widened(source: Buffer, other: Buffer): Promise<Buffer> {
  const { width, height } = await sizeOf(source);
  const inner = await sharp(source)
    .resize(Math.round(width * 0.68), Math.round(height * 0.68))
    .toBuffer();
  return sharp(other)
    .resize(width, height, { fit: 'cover' })
    .blur(6)
    .composite([{ input: inner, left: Math.round(width * 0.17), top: Math.round(height * 0.14) }])
    .jpeg({ quality: 92 })
    .toBuffer();
}

async function cut(source: Buffer, share: number): Promise<Buffer> {
  const { width, height } = await sizeOf(source);
  const part = { width: Math.round(width * share), height: Math.round(height * share) };
  return sharp(source)
    .extract({
      ...part,
      left: Math.round((width - part.width) * 0.4),
      top: Math.round((height - part.height) * 0.6),
    })
    .resize(width, height)
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** As models answer: another size, a little stretched or moved, encoded anew. */
async function answeredAs(result: Buffer, seed: number): Promise<Buffer> {
  const random = seeded(seed);
  const { width, height } = await sizeOf(result);
  const factor = 0.8 + 0.4 * random();
  const [dx, dy] = [Math.round(random() * 6), Math.round(random() * 6)];
  const moved = await sharp(result)
    .extract({ left: dx, top: dy, width: width - 8, height: height - 8 })
    .resize(Math.round((width - 8) * factor), Math.round((height - 8) * factor * (0.98 + 0.04 * random())), {
      fit: 'fill',
    })
    .toBuffer();
  return sharp(moved).jpeg({ quality: 82 }).toBuffer();
}

const TRUE_EDITS: Readonly<Record<string, Make>> = {
  ...Object.fromEntries(DEMO_EDITS.map((prompt) => [prompt, (source: Buffer) => demo(source, prompt)])),
  'small spot recoloured': async (source) => {
    const size = await sizeOf(source);
    return sharp(source)
      .composite([
        { input: disc(size, { x: size.width * 0.6, y: size.height * 0.4, radius: 16 }, '#d02fa8') },
      ])
      .png({ compressionLevel: 1 })
      .toBuffer();
  },
  'spot of skin smoothed': async (source) => {
    const { width, height } = await sizeOf(source);
    const part = { left: Math.round(width * 0.3), top: Math.round(height * 0.5), width: 90, height: 90 };
    const grey = await sharp(source).extract(part).modulate({ brightness: 1.35 }).blur(6).toBuffer();
    return sharp(source)
      .composite([{ input: grey, left: part.left, top: part.top }])
      .jpeg({ quality: 90 })
      .toBuffer();
  },
  'object added': (source, [other = source]) => pasted(source, other, 0.1),
  'large object added': (source, [other = source]) => pasted(source, other, 0.4),
  'background replaced': (source, [other = source]) => otherBackground(source, other),
  widened: (source, [other = source]) => widened(source, other),
  cut: (source) => cut(source, 0.7),
  'edited and answered in another size': async (source, [other = source]) =>
    answeredAs(await pasted(source, other, 0.15), 7),
  'toned and answered in another size': async (source) => answeredAs(await demo(source, 'make it warmer'), 8),
};

const UNCHANGED: Readonly<Record<string, Make>> = {
  'the same bytes': (source) => Promise.resolve(source),
  'JPEG 60': (source) => sharp(source).jpeg({ quality: 60 }).toBuffer(),
  'JPEG 90': (source) => sharp(source).jpeg({ quality: 90 }).toBuffer(),
  'WebP 75': (source) => sharp(source).webp({ quality: 75 }).toBuffer(),
  'AVIF 50': (source) => sharp(source).avif({ quality: 50, effort: 1 }).toBuffer(),
  'sized down': (source) =>
    sharp(source).resize(768, 768, { fit: 'inside' }).jpeg({ quality: 90 }).toBuffer(),
  'sized up': (source) =>
    sharp(source).resize(1400, 1400, { fit: 'inside' }).webp({ quality: 85 }).toBuffer(),
  'stretched and moved': (source) => answeredAs(source, 3),
  'a shade lighter': (source) => sharp(source).linear(1.01, 1).jpeg({ quality: 85 }).toBuffer(),
};

const REWRITTEN: Readonly<Record<string, Make>> = {
  'another picture': async (source, [other = source]) => {
    const { width, height } = await sizeOf(source);
    return sharp(other).resize(width, height, { fit: 'cover' }).jpeg({ quality: 90 }).toBuffer();
  },
  'another picture in its colours': async (source, [, other = source]) => {
    const { width, height } = await sizeOf(source);
    const small = await sharp(source).resize(24, 24, { fit: 'fill' }).toBuffer();
    const tone = await sharp(small).resize(width, height, { fit: 'fill' }).toBuffer();
    return sharp(other)
      .resize(width, height, { fit: 'cover' })
      .composite([{ input: tone, blend: 'soft-light' }])
      .jpeg({ quality: 90 })
      .toBuffer();
  },
  'redrawn out of place': (source) => redrawn(source),
  'two others mixed': async (source, [one = source, other = source]) => {
    const { width, height } = await sizeOf(source);
    return pasted(await sharp(one).resize(width, height, { fit: 'cover' }).png().toBuffer(), other, 0.3);
  },
};

/** The same things seen from elsewhere: mirrored, leaning, turned and painted over. */
async function redrawn(source: Buffer): Promise<Buffer> {
  const { width, height } = await sizeOf(source);
  const leaning = await sharp(source)
    .flop()
    .affine([0.95, -0.42, 0.33, 1.1], { background: '#777' })
    .toBuffer();
  const turned = await sizeOf(leaning);
  return sharp(leaning)
    .extract({
      left: Math.round(turned.width * 0.22),
      top: Math.round(turned.height * 0.22),
      width: Math.round(turned.width * 0.56),
      height: Math.round(turned.height * 0.56),
    })
    .resize(width, height, { fit: 'fill' })
    .median(5)
    .jpeg({ quality: 88 })
    .toBuffer();
}

const BLANK: Readonly<Record<string, Make>> = {
  white: (source) => even(source, '#ffffff'),
  black: (source) => even(source, '#000000'),
  'grey as JPEG with noise': async (source) => {
    const { width, height } = await sizeOf(source);
    return sharp({
      create: {
        width,
        height,
        channels: 3,
        background: '#000000',
        noise: { type: 'gaussian', mean: 128, sigma: 1.5 },
      },
    })
      .jpeg({ quality: 80 })
      .toBuffer();
  },
  transparent: async (source) => {
    const size = await sizeOf(source);
    return sharp({ create: { ...size, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .png()
      .toBuffer();
  },
};

async function even(source: Buffer, background: string): Promise<Buffer> {
  const size = await sizeOf(source);
  return sharp({ create: { ...size, channels: 3, background } })
    .png()
    .toBuffer();
}

const FAMILIES: readonly (readonly [readonly SuspicionKind[], Readonly<Record<string, Make>>])[] = [
  [[], TRUE_EDITS],
  [['unchanged'], UNCHANGED],
  [['rewritten'], REWRITTEN],
  [['blank'], BLANK],
];

/** What the demo does when it is told so. */
const TOLD_TO_TURN: Readonly<Record<string, Turned>> = {
  'turn it upside down': { degrees: 180, isMirrored: false },
  'mirror it': { degrees: 0, isMirrored: true },
  'rotate it by 90 degrees': { degrees: 90, isMirrored: false },
};

/** One case after the other: all of them at once would fill the memory. `samples` are standardised. */
export async function* casesOf(
  samples: readonly Sample[],
  isWanted: (name: string) => boolean = () => true,
): AsyncGenerator<Case> {
  for (const [at, sample] of samples.entries()) {
    const others = [7, 11].map((step) => samples[(at + step) % samples.length]?.bytes ?? sample.bytes);
    for (const [expected, makers] of FAMILIES) {
      for (const [name, make] of Object.entries(makers)) {
        if (!isWanted(name)) continue;
        const turned = TOLD_TO_TURN[name];
        yield {
          name: `${sample.name}: ${name}`,
          expected,
          ...(turned === undefined ? {} : { turned }),
          source: sample.bytes,
          result: await make(sample.bytes, others),
        };
      }
    }
    for (const { name, turned, make } of TURNINGS) {
      if (!isWanted(name)) continue;
      const { bytes } = sample;
      yield {
        name: `${sample.name}: ${name}`,
        expected: [],
        turned,
        source: bytes,
        result: await make(bytes),
      };
    }
  }
}
