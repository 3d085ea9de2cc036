/** Pictures drawn for tests: full of lines and colours, the same at every run, and with nothing that repeats. */
import sharp from 'sharp';

/** Numbers from 0 to 1 that are the same at every run (Park and Miller 1988). */
export function numbers(seed: number): () => number {
  let state = seed * 7919 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly seed?: number;
}

/** A PNG without alpha: discs, bars and soft blotches. */
export async function drawn({ width, height, seed = 1 }: Drawing): Promise<Buffer> {
  const random = numbers(seed);
  const colour = (): string =>
    `hsl(${Math.round(random() * 360)},${30 + Math.round(random() * 60)}%,${20 + Math.round(random() * 60)}%)`;
  const shapes = Array.from({ length: 70 }, () => {
    const x = random() * width;
    const y = random() * height;
    const size = (0.02 + random() * 0.1) * width;
    return random() < 0.5
      ? `<circle cx="${x}" cy="${y}" r="${size / 2}" fill="${colour()}"/>`
      : `<rect x="${x}" y="${y}" width="${size}" height="${size * (0.2 + random())}" fill="${colour()}" transform="rotate(${random() * 90} ${x} ${y})"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${colour()}"/><stop offset="1" stop-color="${colour()}"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#g)"/>${shapes.join('')}</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().png({ compressionLevel: 1 }).toBuffer();
}

/** Opaque, with one transparent rectangle. */
export async function maskWith(
  size: { width: number; height: number },
  hole: { left: number; top: number; width: number; height: number },
): Promise<Buffer> {
  const data = Buffer.alloc(size.width * size.height * 4, 255);
  for (let y = hole.top; y < hole.top + hole.height; y++) {
    for (let x = hole.left; x < hole.left + hole.width; x++) data[(y * size.width + x) * 4 + 3] = 0;
  }
  return sharp(data, { raw: { ...size, channels: 4 } })
    .png()
    .toBuffer();
}
