/** Pictures for the demo's tests, and what can be measured of them. */
import sharp from 'sharp';

/** Left half red, right half blue, the top row of blocks lighter: no edit leaves it as it was. */
export async function testPicture(
  width = 96,
  height = 64,
  format: 'png' | 'jpeg' | 'webp' = 'png',
): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${width / 2}" height="${height}" fill="#c8281e"/>
    <rect x="${width / 2}" width="${width / 2}" height="${height}" fill="#2846c8"/>
    <rect width="${width}" height="${height / 4}" fill="#fff" fill-opacity="0.5"/></svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().toFormat(format).toBuffer();
}

export type Rgb = readonly [red: number, green: number, blue: number];

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly format: string;
  /** Mean of each channel. */
  readonly mean: Rgb;
  /** How much the picture varies, all channels together. */
  readonly deviation: number;
  at(x: number, y: number): Rgb;
}

export async function pixelsOf(bytes: Uint8Array): Promise<Pixels> {
  const { format } = await sharp(bytes).metadata();
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { channels } = await sharp(bytes).removeAlpha().toColourspace('srgb').stats();
  const mean = (n: number): number => channels[n]?.mean ?? Number.NaN;
  return {
    width: info.width,
    height: info.height,
    format,
    mean: [mean(0), mean(1), mean(2)],
    deviation: channels.reduce((sum, { stdev }) => sum + stdev, 0),
    at(x, y) {
      const start = (y * info.width + x) * 3;
      return [data[start] ?? 0, data[start + 1] ?? 0, data[start + 2] ?? 0];
    },
  };
}
