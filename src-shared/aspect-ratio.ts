/** Which ratio and size a request asks for, by what the user said and what the model offers. */
import {
  COMMON_RATIOS,
  fitsFreeSize,
  formatPixels,
  formatRatio,
  nearestFreeSize,
  nearestRatio,
  nearestSize,
  parsePixels,
  parseRatio,
  type Pixels,
  type Ratio,
  sizeOfRatio,
} from './ratio';
import type { CatalogueModel } from './model/catalogue';
import { PROVIDER_TRAITS, type Provider } from './model/provider';

export interface SizeQuestion {
  readonly provider: Provider;
  /** Undefined: a model the catalogue does not know; what was said is sent as it is. */
  readonly model?: CatalogueModel | undefined;
  readonly aspectRatio?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly imageSize?: string | undefined;
  /** `DG_GEMINI_ASPECT_RATIO`: used where neither ratio nor width and height are given; google_genai only. */
  readonly envAspectRatio?: string | undefined;
}

export type SizeAnswer =
  | {
      readonly kind: 'ok';
      /** `16:9`; google_genai only. */
      readonly aspectRatio?: string;
      /** `2K` for google_genai, `1536x1024` or `auto` for openai. */
      readonly imageSize?: string;
    }
  /** One sentence that names what cannot be had and what can. */
  | { readonly kind: 'refused'; readonly sentence: string };

/** The short side an OpenAI ratio is rendered at: that of its own 1024x1024, 1536x1024 and 1024x1536. */
const OPENAI_SHORT_SIDE = 1024;
const OPENAI_COMMON_SIZES: readonly string[] = ['1024x1024', '1536x1024', '1024x1536'];

/** An explicit ratio wins over width and height, these over the environment; nothing said leaves it to the model. */
export function resolveSize(question: SizeQuestion): SizeAnswer {
  const { width, height } = question;
  if ((width === undefined) !== (height === undefined)) {
    const [given, missing] = width === undefined ? ['height', 'width'] : ['width', 'height'];
    return refused(`A ${given} needs a ${missing}: give both, or an aspect ratio instead.`);
  }
  if ([width, height].some((side) => side !== undefined && !(Number.isInteger(side) && side > 0))) {
    return refused(
      `The size ${width} × ${height} is not valid: width and height are whole numbers of pixels above 0.`,
    );
  }
  return PROVIDER_TRAITS[question.provider].sizesBy === 'pixels'
    ? openaiSize(question)
    : googleSize(question);
}

function googleSize(question: SizeQuestion): SizeAnswer {
  const ratio = googleRatio(question);
  if (ratio.kind === 'refused') {
    return ratio;
  }
  const size = googleImageSize(question);
  return size.kind === 'refused' ? size : { ...ratio, ...size };
}

function googleRatio({ model, width, height, ...said }: SizeQuestion): SizeAnswer {
  const named = filled(said.aspectRatio) ?? (width === undefined ? filled(said.envAspectRatio) : undefined);
  const offered = model?.ratios ?? COMMON_RATIOS;
  if (named !== undefined) {
    return namedRatio(named, model);
  }
  if (width === undefined || height === undefined || offered.length === 0) {
    return { kind: 'ok' };
  }
  const nearest = nearestRatio({ width, height }, offered);
  return nearest === undefined ? { kind: 'ok' } : { kind: 'ok', aspectRatio: nearest };
}

/** A ratio by name: as written, or in lowest terms, if the model offers it. */
function namedRatio(text: string, model: CatalogueModel | undefined): SizeAnswer {
  const ratio = parseRatio(text);
  if (ratio === undefined) {
    return notARatio(text);
  }
  const reduced = formatRatio(ratio);
  if (model === undefined || model.ratios.includes(reduced)) {
    return { kind: 'ok', aspectRatio: reduced };
  }
  return refused(
    model.ratios.length === 0
      ? `The ratio of ${model.id} cannot be chosen: leave it out.`
      : `${model.id} does not offer the ratio ${text}; it offers ${model.ratios.join(', ')}.`,
  );
}

function googleImageSize({ model, imageSize }: SizeQuestion): SizeAnswer {
  const said = filled(imageSize)?.replace(/k$/, 'K');
  if (said === undefined) {
    return { kind: 'ok' };
  }
  if (model === undefined || model.sizes.includes(said)) {
    return { kind: 'ok', imageSize: said };
  }
  return notASize(model, said);
}

function openaiSize(question: SizeQuestion): SizeAnswer {
  const { model, width, height } = question;
  const said = filled(question.imageSize);
  const named = filled(question.aspectRatio);
  const ratio = named === undefined ? undefined : parseRatio(named);
  if (named !== undefined && ratio === undefined) {
    return notARatio(named);
  }
  if (said !== undefined) {
    return openaiNamedSize({ model, said, ratio });
  }
  if (ratio !== undefined) {
    return openaiRatio(ratio, model);
  }
  if (width === undefined || height === undefined) {
    return { kind: 'ok' };
  }
  return { kind: 'ok', imageSize: openaiNearest({ width, height }, model) };
}

interface NamedSize {
  readonly model: CatalogueModel | undefined;
  readonly said: string;
  readonly ratio: Ratio | undefined;
}

function openaiNamedSize({ model, said, ratio }: NamedSize): SizeAnswer {
  const pixels = parsePixels(said);
  const size = pixels === undefined ? said.toLowerCase() : formatPixels(pixels);
  if (ratio !== undefined && (pixels === undefined || !hasShape(pixels, ratio))) {
    return refused(`The size ${said} is not of the ratio ${formatRatio(ratio)}: give one of the two.`);
  }
  const isOffered =
    model === undefined ||
    model.sizes.includes(size) ||
    (pixels !== undefined && model.freeSize !== undefined && fitsFreeSize(pixels, model.freeSize));
  if (isOffered) {
    return { kind: 'ok', imageSize: model === undefined ? said : size };
  }
  return notASize(model, said);
}

function openaiRatio(ratio: Ratio, model: CatalogueModel | undefined): SizeAnswer {
  const sizes = model?.sizes ?? OPENAI_COMMON_SIZES;
  const exact = sizes.find((text) => {
    const pixels = parsePixels(text);
    return pixels !== undefined && hasShape(pixels, ratio);
  });
  if (exact !== undefined) {
    return { kind: 'ok', imageSize: exact };
  }
  const wanted = scaled(ratio, OPENAI_SHORT_SIDE);
  if (model === undefined) {
    return { kind: 'ok', imageSize: openaiNearest(wanted, model) };
  }
  const bounds = model.freeSize;
  if (bounds !== undefined && Math.max(wanted.width, wanted.height) <= bounds.maxRatio * OPENAI_SHORT_SIDE) {
    const size = sizeOfRatio(ratio, OPENAI_SHORT_SIDE, bounds);
    return { kind: 'ok', imageSize: size === undefined ? openaiNearest(wanted, model) : formatPixels(size) };
  }
  const offered = bounds === undefined ? model.ratios.join(', ') : `any up to ${bounds.maxRatio}:1`;
  return refused(`${model.id} does not offer the ratio ${formatRatio(ratio)}; it offers ${offered}.`);
}

/** For a model the catalogue does not know, width and height go out as they are. */
function openaiNearest(size: Pixels, model: CatalogueModel | undefined): string {
  if (model === undefined) {
    return formatPixels({ width: Math.round(size.width), height: Math.round(size.height) });
  }
  const free = model.freeSize === undefined ? undefined : nearestFreeSize(size, model.freeSize);
  return free === undefined ? (nearestSize(size, model.sizes) ?? 'auto') : formatPixels(free);
}

function scaled(ratio: Ratio, shortSide: number): Pixels {
  const factor = shortSide / Math.min(ratio.width, ratio.height);
  return { width: ratio.width * factor, height: ratio.height * factor };
}

function hasShape(pixels: Pixels, ratio: Ratio): boolean {
  return pixels.width * ratio.height === pixels.height * ratio.width;
}

function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
}

function notARatio(text: string): SizeAnswer {
  return refused(`"${text}" is not an aspect ratio: write it as width:height, such as 16:9.`);
}

function notASize(model: CatalogueModel, said: string): SizeAnswer {
  if (model.sizes.length === 0) {
    return refused(`The size of ${model.id} cannot be chosen: leave the image size out.`);
  }
  const bounds = model.freeSize;
  const free =
    bounds === undefined
      ? ''
      : `, or any WIDTHxHEIGHT in steps of ${bounds.multipleOf} between ${megapixels(bounds.minPixels)} and ` +
        `${megapixels(bounds.maxPixels)} megapixels, up to ${bounds.maxRatio}:1`;
  return refused(`${model.id} does not offer the size ${said}; it offers ${model.sizes.join(', ')}${free}.`);
}

function megapixels(pixels: number): string {
  return (pixels / 1_000_000).toFixed(2).replace(/0$/, '');
}

function refused(sentence: string): Extract<SizeAnswer, { kind: 'refused' }> {
  return { kind: 'refused', sentence };
}
