/** Makes the demo's pictures: edits that are really done, or a drawn card. Input is untrusted; pixels are bounded. */
import sharp, { type Sharp } from 'sharp';
import { captionSvg, cardSvg, frameSvg, type Size, snowSvg, vignetteSvg } from './card';
import { type Edit, parseInstruction } from './instruction';
import type { OutputFormat, PictureRequest } from './request';

const LIMIT_INPUT_PIXELS = 50_000_000;
const MONTAGE_GAP = 12;
const MONTAGE_MAX_WIDTH = 4096;

export interface Painted extends Size {
  readonly bytes: Buffer;
  readonly mimeType: string;
}

interface Canvas extends Size {
  readonly data: Buffer;
  readonly channels: 3 | 4;
}

export type PaintOutcome =
  | { readonly kind: 'painted'; readonly pictures: readonly Painted[] }
  /** An input is no picture, or too large a one. */
  | { readonly kind: 'unreadable' };

/** As many pictures as were asked for. Variants of a card differ; of an edit they are equal. */
export async function paint(request: PictureRequest): Promise<PaintOutcome> {
  if (request.images.length === 0) {
    const variants = Array.from({ length: request.count }, (_, variant) => drawCard(request, variant));
    return { kind: 'painted', pictures: await Promise.all(variants) };
  }
  let inputs: readonly Canvas[];
  try {
    inputs = await Promise.all(request.images.map(({ bytes }) => decode(bytes)));
  } catch {
    return { kind: 'unreadable' };
  }
  const edited = await edit(inputs, request);
  const picture = await encode(edited, formatFor(request));
  return { kind: 'painted', pictures: Array.from({ length: request.count }, () => picture) };
}

/** A small grey version, as thinking models show it before the picture itself. */
export async function draftOf(picture: Painted): Promise<Painted> {
  const { data, info } = await sharp(picture.bytes)
    .resize(256)
    .grayscale()
    .jpeg()
    .toBuffer({ resolveWithObject: true });
  return { bytes: data, mimeType: 'image/jpeg', width: info.width, height: info.height };
}

async function edit(inputs: readonly Canvas[], request: PictureRequest): Promise<Canvas> {
  const edits = parseInstruction(request.prompt);
  const [first] = inputs;
  if (first === undefined) {
    throw new Error('An edit needs an input picture.');
  }
  if (inputs.length === 1 && edits.length === 0) {
    return cardOver(first, request.prompt);
  }
  const region = markedRegion(inputs, request.prompt);
  const before = inputs.length === 1 || region !== null ? first : await montage(inputs);
  let canvas = before;
  for (const one of edits) {
    canvas = await apply(canvas, one);
  }
  if (canvas.width !== before.width || canvas.height !== before.height) {
    return canvas;
  }
  const editable = region ?? (request.mask === null ? null : await editableIn(request.mask.bytes, before));
  return editable === null ? canvas : through(editable, before, canvas);
}

async function decode(bytes: Buffer): Promise<Canvas> {
  return canvasOf(sharp(bytes, { limitInputPixels: LIMIT_INPUT_PIXELS }).autoOrient().toColourspace('srgb'));
}

async function canvasOf(image: Sharp): Promise<Canvas> {
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  if (info.channels === 3 || info.channels === 4) {
    return { data, width: info.width, height: info.height, channels: info.channels };
  }
  const raw = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
  return canvasOf(raw.toColourspace('srgb'));
}

function open({ data, width, height, channels }: Canvas): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** One edit is one pass: sharp orders the steps of a single pipeline by itself. */
function apply(canvas: Canvas, step: Edit): Promise<Canvas> {
  const image = open(canvas);
  switch (step.kind) {
    case 'greyscale':
      return canvasOf(image.grayscale().toColourspace('srgb'));
    case 'sepia':
      return canvasOf(
        image.recomb([
          [0.393, 0.769, 0.189],
          [0.349, 0.686, 0.168],
          [0.272, 0.534, 0.131],
        ]),
      );
    case 'invert':
      return canvasOf(image.negate({ alpha: false }));
    case 'flip':
      return canvasOf(image.flip());
    case 'flop':
      return canvasOf(image.flop());
    case 'blur':
      return canvasOf(image.blur(step.sigma));
    case 'sharpen':
      return canvasOf(image.sharpen({ sigma: 2.2, m2: 6 }));
    case 'modulate':
      return canvasOf(image.modulate({ brightness: step.brightness, saturation: step.saturation }));
    case 'warmth':
      return canvasOf(warmed(image, step.amount, canvas.channels));
    case 'tint':
      return canvasOf(image.tint(step.colour));
    case 'pixelate':
      return pixelate(canvas);
    case 'rotate':
      return rotate(canvas, step.degrees);
    case 'sketch':
      return sketch(canvas);
    case 'night':
      return canvasOf(warmed(image.modulate({ brightness: 0.42, saturation: 0.7 }), -0.3, canvas.channels));
    case 'vignette':
      return overlay(canvas, vignetteSvg(canvas));
    case 'snow':
      return overlay(canvas, snowSvg(canvas));
    case 'frame':
      return overlay(canvas, frameSvg(canvas, step.colour));
    case 'caption':
      return overlay(canvas, captionSvg(canvas, step.text));
  }
}

function warmed(image: Sharp, amount: number, channels: 3 | 4): Sharp {
  const gains = [1 + amount, 1 + amount * 0.25, 1 - amount];
  const alpha = channels === 4 ? [1] : [];
  return image.linear([...gains, ...alpha], [0, 0, 0, ...alpha.map(() => 0)]);
}

function overlay(canvas: Canvas, svg: string): Promise<Canvas> {
  return canvasOf(open(canvas).composite([{ input: Buffer.from(svg) }]));
}

/** Right angles turn the picture; any other angle turns it inside its own frame, enlarged until no corner is empty. */
async function rotate(canvas: Canvas, degrees: number): Promise<Canvas> {
  if (degrees % 90 === 0) {
    return canvasOf(open(canvas).rotate(degrees));
  }
  const { width, height } = canvas;
  const radians = (Math.abs(degrees) * Math.PI) / 180;
  const aspect = Math.max(width / height, height / width);
  const scale = Math.abs(Math.cos(radians)) + aspect * Math.abs(Math.sin(radians));
  const larger = await canvasOf(
    open(canvas).resize(Math.ceil(width * scale), Math.ceil(height * scale), { fit: 'fill' }),
  );
  const turned = await canvasOf(open(larger).rotate(degrees, { background: '#000' }));
  const left = Math.max(0, Math.floor((turned.width - width) / 2));
  const top = Math.max(0, Math.floor((turned.height - height) / 2));
  return canvasOf(open(turned).extract({ left, top, width, height }));
}

async function pixelate(canvas: Canvas): Promise<Canvas> {
  const blocks = Math.min(canvas.width, 44);
  const small = await canvasOf(open(canvas).resize(blocks, null, { kernel: 'cubic' }));
  return canvasOf(open(small).resize(canvas.width, canvas.height, { fit: 'fill', kernel: 'nearest' }));
}

/** Pencil lines by the dodge of a picture with its own blurred negative. */
async function sketch(canvas: Canvas): Promise<Canvas> {
  const grey = await canvasOf(open(canvas).removeAlpha().grayscale().toColourspace('srgb'));
  const negative = await open(grey).negate().blur(7).png().toBuffer();
  return canvasOf(
    open(grey)
      .composite([{ input: negative, blend: 'colour-dodge' }])
      .removeAlpha(),
  );
}

async function montage(inputs: readonly Canvas[]): Promise<Canvas> {
  const tallest = Math.max(...inputs.map(({ height }) => height));
  const natural = inputs.reduce((sum, one) => sum + (one.width * tallest) / one.height, 0);
  const height = Math.max(1, Math.floor(tallest * Math.min(1, MONTAGE_MAX_WIDTH / natural)));
  const tiles = await Promise.all(
    inputs.map((one) => canvasOf(open(one).removeAlpha().resize({ height }).toColourspace('srgb'))),
  );
  const width = tiles.reduce((sum, tile) => sum + tile.width, 0) + MONTAGE_GAP * (tiles.length - 1);
  let left = 0;
  const layers = tiles.map((tile) => {
    const layer = {
      input: tile.data,
      raw: { width: tile.width, height: tile.height, channels: 3 as const },
      left,
      top: 0,
    };
    left += tile.width + MONTAGE_GAP;
    return layer;
  });
  const ground = sharp({ create: { width, height, channels: 3, background: '#f6f5f2' } });
  return canvasOf(ground.composite(layers).removeAlpha());
}

/** What differs by less is noise of the file format. */
const MARK_STEP = 24;

/**
 * As a model without masks is asked: the second picture is the first with a region marked in it, and only that region is
 * to change. 255 where it may; null where nothing of the kind is asked.
 */
function markedRegion([first, marked]: readonly Canvas[], prompt: string): Buffer | null {
  const isMarked = /region marked in magenta/i.test(prompt);
  if (!isMarked || first === undefined || marked === undefined) {
    return null;
  }
  const { width, height } = first;
  if (marked.width !== width || marked.height !== height) {
    return null;
  }
  const region = Buffer.alloc(width * height);
  for (let at = 0; at < region.length; at += 1) {
    const isChanged = [0, 1, 2].some(
      (channel) =>
        Math.abs(
          (first.data[at * first.channels + channel] ?? 0) -
            (marked.data[at * marked.channels + channel] ?? 0),
        ) > MARK_STEP,
    );
    region[at] = isChanged ? 255 : 0;
  }
  return region;
}

/** What is transparent in the mask is edited: 255 there. */
function editableIn(mask: Buffer, { width, height }: Canvas): Promise<Buffer> {
  return sharp(mask, { limitInputPixels: LIMIT_INPUT_PIXELS })
    .resize(width, height, { fit: 'fill' })
    .ensureAlpha()
    .extractChannel('alpha')
    .negate()
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}

/** Outside of what is editable everything stays as it was. */
async function through(editable: Buffer, before: Canvas, after: Canvas): Promise<Canvas> {
  const { width, height } = before;
  const opaque = await canvasOf(open(after).removeAlpha());
  const patch = await open(opaque)
    .joinChannel(editable, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  return canvasOf(open(before).composite([{ input: patch }]));
}

async function cardOver(input: Canvas, text: string): Promise<Canvas> {
  const sigma = Math.max(2, Math.min(input.width, input.height) / 60);
  const backdrop = await canvasOf(open(input).removeAlpha().blur(sigma));
  return overlay(backdrop, cardSvg({ ...sizeOf(input), text, variant: 0, overPicture: true }));
}

async function drawCard(request: PictureRequest, variant: number): Promise<Painted> {
  const { width, height, prompt } = request;
  const svg = cardSvg({ width, height, text: prompt, variant, overPicture: false });
  const canvas = await canvasOf(sharp(Buffer.from(svg)).resize(width, height, { fit: 'fill' }).removeAlpha());
  return encode(canvas, request.outputFormat ?? 'png');
}

/** Gemini answers a photograph with a photograph's format; OpenAI answers PNG unless told otherwise. */
function formatFor(request: PictureRequest): OutputFormat {
  if (request.outputFormat !== null) {
    return request.outputFormat;
  }
  const isPhotograph = request.images.every(({ mimeType }) => mimeType === 'image/jpeg');
  return request.protocol === 'google_genai' && isPhotograph ? 'jpeg' : 'png';
}

async function encode(canvas: Canvas, format: OutputFormat): Promise<Painted> {
  const quality = { jpeg: { quality: 90 }, webp: { quality: 88 }, png: { compressionLevel: 6 } }[format];
  const bytes = await open(canvas).toFormat(format, quality).toBuffer();
  return { bytes, mimeType: `image/${format}`, ...sizeOf(canvas) };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}
