/**
 * The ratio and size for a model that they were not chosen for: a fallback, or one of several in the endpoint lab. What
 * it does not offer becomes the nearest that it does, and what cannot be said to it is left out.
 */
import { resolveSize, type SizeAnswer, type SizeQuestion } from '@shared/aspect-ratio';
import type { CatalogueModel } from '@shared/model/catalogue';
import { PROVIDER_TRAITS } from '@shared/model/provider';
import type { Task } from '@shared/model/run';
import {
  COMMON_RATIOS,
  formatPixels,
  nearestRatio,
  parsePixels,
  parseRatio,
  type Pixels,
} from '@shared/ratio';

export type FittingSize = Omit<Extract<SizeAnswer, { kind: 'ok' }>, 'kind'>;

/** Sides of the squares that Gemini's sizes are named after. */
const NAMED_SIDES: Readonly<Record<string, number>> = { '512': 512, '1K': 1024, '2K': 2048, '4K': 4096 };
/** What a ratio alone is rendered at. */
const SHORT_SIDE = 1024;
const SQUARE: Pixels = { width: 1, height: 1 };

export function fittingSize(question: SizeQuestion, task: Task): FittingSize {
  if (!isForeign(question)) {
    const asked = resolveSize(question);
    if (asked.kind === 'ok') {
      return plain(asked);
    }
  }
  return isByPixels(question) ? fitOpenai(question, task) : fitGoogle(question);
}

/** Written as only the other protocol takes it: `2K` for openai, `1536x1024` for google_genai. */
function isForeign(question: SizeQuestion): boolean {
  const size = question.imageSize?.trim() ?? '';
  const isPixels = parsePixels(size) !== undefined || size.toLowerCase() === 'auto';
  return size !== '' && isPixels !== isByPixels(question);
}

function isByPixels({ provider }: SizeQuestion): boolean {
  return PROVIDER_TRAITS[provider].sizesBy === 'pixels';
}

function fitGoogle(question: SizeQuestion): FittingSize {
  const { model, imageSize = '', envAspectRatio } = question;
  const shape = shapeOf(question);
  const ratio =
    shape === undefined
      ? plain(resolveSize({ provider: 'google_genai', model, envAspectRatio })).aspectRatio
      : nearestRatio(shape, model?.ratios ?? COMMON_RATIOS);
  const area = areaOf(imageSize);
  const size = area === undefined ? undefined : nearestNamed(area, model?.sizes ?? []);
  return {
    ...(ratio === undefined ? {} : { aspectRatio: ratio }),
    ...(size === undefined ? {} : { imageSize: size }),
  };
}

function fitOpenai({ imageSize = '', ...question }: SizeQuestion, task: Task): FittingSize {
  const { model } = question;
  // An edit keeps the shape of its input where none is asked for; a picture from nothing has none to keep.
  const shape = shapeOf({ ...question, imageSize }) ?? (task === 't2i' ? SQUARE : undefined);
  const area = areaOf(imageSize);
  if (area === undefined || shape === undefined || model === undefined) {
    const asked = resolveSize(question);
    return asked.kind === 'ok' || shape === undefined || model === undefined
      ? plain(asked)
      : nearestPixels(shape, middleArea(shape), model);
  }
  return nearestPixels(shape, area, model);
}

/** The shape counts first, then how large it is. */
function nearestPixels(shape: Pixels, area: number, model: CatalogueModel): FittingSize {
  if (model.freeSize !== undefined) {
    return plain(resolveSize({ provider: 'openai', model, ...pixelsOf(shape, area) }));
  }
  const offered = model.sizes.flatMap((text) => parsePixels(text) ?? []);
  const ofShape = (size: Pixels): number => Math.abs(Math.log(ratioOf(size) / ratioOf(shape)));
  const ofArea = (size: Pixels): number => Math.abs(Math.log((size.width * size.height) / area));
  const [nearest] = offered.toSorted((a, b) => ofShape(a) - ofShape(b) || ofArea(a) - ofArea(b));
  return nearest === undefined ? {} : { imageSize: formatPixels(nearest) };
}

function plain(answer: SizeAnswer): FittingSize {
  if (answer.kind === 'refused') {
    return {};
  }
  const { kind: _kind, ...size } = answer;
  return size;
}

function shapeOf({ aspectRatio, width, height, imageSize }: SizeQuestion): Pixels | undefined {
  const ratio = parseRatio(aspectRatio ?? '');
  if (ratio !== undefined || width === undefined || height === undefined) {
    return ratio ?? parsePixels(imageSize ?? '');
  }
  return { width, height };
}

function areaOf(imageSize: string): number | undefined {
  const pixels = parsePixels(imageSize);
  const side = NAMED_SIDES[imageSize.trim().toUpperCase()];
  return pixels === undefined ? side && side ** 2 : pixels.width * pixels.height;
}

function pixelsOf(shape: Pixels, area: number): Pixels {
  const factor = Math.sqrt(area / (shape.width * shape.height));
  return { width: Math.round(shape.width * factor), height: Math.round(shape.height * factor) };
}

/** With its short side at `SHORT_SIDE`. */
function middleArea(shape: Pixels): number {
  return SHORT_SIDE ** 2 * Math.max(ratioOf(shape), 1 / ratioOf(shape));
}

function ratioOf({ width, height }: Pixels): number {
  return width / height;
}

function nearestNamed(area: number, sizes: readonly string[]): string | undefined {
  const distance = (size: string): number => Math.abs(Math.log((areaOf(size) ?? Number.NaN) / area));
  const named = sizes.filter((size) => areaOf(size) !== undefined);
  return named.toSorted((a, b) => distance(a) - distance(b))[0];
}
