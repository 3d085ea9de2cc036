/** A picture turned and mirrored in every way, as it is, and as models answer: toned, cut, in another size and encoding. */
import sharp, { type Sharp } from 'sharp';
import type { Turned } from '../../src-shared/model/measures';

export interface TurnedCase {
  readonly name: string;
  readonly turned: Turned;
  make(source: Buffer): Promise<Buffer>;
}

const QUARTERS = [0, 90, 180, 270] as const;
/** Further ones are not always told from another picture: of a chessboard every direction looks alike. */
const LEANINGS = [-7] as const;

/** Mirrored first, as `Turned` has it: sharp would turn first. */
async function turnedBy(source: Buffer, { degrees, isMirrored }: Turned): Promise<Sharp> {
  const mirrored = isMirrored ? await sharp(source).flop().png({ compressionLevel: 1 }).toBuffer() : source;
  return sharp(mirrored).rotate(degrees, { background: '#808080' });
}

async function asAnswered(turned: Sharp): Promise<Buffer> {
  const toned = await turned
    .modulate({ saturation: 1.3, brightness: 1.06 })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const { width, height } = await sharp(toned).metadata();
  const spot = Buffer.from(
    `<svg width="90" height="90"><circle cx="45" cy="45" r="42" fill="#d02fa8"/></svg>`,
  );
  const edited = await sharp(toned)
    .composite([{ input: spot, left: Math.round(width * 0.4), top: Math.round(height * 0.3) }])
    .png({ compressionLevel: 1 })
    .toBuffer();
  return sharp(edited)
    .extract({ left: 6, top: 4, width: width - 12, height: height - 10 })
    .resize(Math.round(width * 0.8), Math.round(height * 0.82), { fit: 'fill' })
    .jpeg({ quality: 82 })
    .toBuffer();
}

/** A model that keeps to the source's frame cuts what stands out of it. */
async function inTheSourcesFrame(source: Buffer, turned: Sharp): Promise<Buffer> {
  const { width, height } = await sharp(source).metadata();
  const all = await turned.png({ compressionLevel: 1 }).toBuffer();
  return sharp(all).resize(width, height, { fit: 'cover' }).jpeg({ quality: 88 }).toBuffer();
}

const WAYS: readonly Turned[] = [true, false]
  .flatMap((isMirrored) => QUARTERS.map((degrees) => ({ degrees, isMirrored })))
  .filter(({ degrees, isMirrored }) => degrees !== 0 || isMirrored);
const LEFT: Turned = { degrees: 270, isMirrored: false };
const MIRRORED: Turned = { degrees: 0, isMirrored: true };
const LEANING_WAYS = LEANINGS.map((degrees): Turned => ({ degrees, isMirrored: false }));

const words = ({ degrees, isMirrored }: Turned): string =>
  `${isMirrored ? 'mirrored, ' : ''}turned by ${degrees}`;

export const TURNINGS: readonly TurnedCase[] = [
  ...[...WAYS, ...LEANING_WAYS].map((turned) => ({
    name: words(turned),
    turned,
    make: async (source: Buffer) => (await turnedBy(source, turned)).webp({ quality: 80 }).toBuffer(),
  })),
  ...[LEFT, MIRRORED, { degrees: 180, isMirrored: false }].map((turned) => ({
    name: `${words(turned)}, as models answer`,
    turned,
    make: async (source: Buffer) => asAnswered(await turnedBy(source, turned)),
  })),
  {
    name: `${words(LEFT)}, cut to the source's frame`,
    turned: LEFT,
    make: async (source) => inTheSourcesFrame(source, await turnedBy(source, LEFT)),
  },
];
