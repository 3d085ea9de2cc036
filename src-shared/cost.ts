/** What requests cost: before they are sent, by the catalogue; afterwards, by what the provider says it used. */
import { parsePixels } from './ratio';
import type { CatalogueModel } from './model/catalogue';
import type { Recipe } from './model/run';
import type { Generation } from './model/text';

/** US dollars. */
export interface CostRange {
  readonly low: number;
  readonly high: number;
}

/** What the provider reported; all counts are tokens. */
export interface ReportedUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** The part of `outputTokens` that is pictures. */
  readonly imageTokens?: number;
  /** US dollars a relay said it charged. */
  readonly costUsd?: number;
}

const PER_MILLION = 1_000_000;
/** Pixels of `1K`, `2K` and so on: the square that gives them their name. */
const NAMED_SIZES: Readonly<Record<string, number>> = {
  '512': 512 ** 2,
  '1K': 1024 ** 2,
  '2K': 2048 ** 2,
  '4K': 4096 ** 2,
};

/**
 * US dollars for one picture at `imageSize` (absent: the model's default size). `low` and `high` differ where the
 * provider picks the quality itself. Input pictures are not counted: they are billed by tokens nobody knows yet.
 * Undefined when the price is not known.
 */
export function estimateCost(model: CatalogueModel | undefined, imageSize?: string): CostRange | undefined {
  if (model === undefined) {
    return undefined;
  }
  const size = imageSize ?? model.sizes[0] ?? '*';
  const range = priceAt(model.priceRangeUsd ?? {}, size);
  if (range !== undefined) {
    return range;
  }
  const price = priceAt(model.priceUsd, size);
  return price === undefined ? undefined : { low: price, high: price };
}

/**
 * US dollars for one delivered picture: what a relay charged, else the reported tokens at the model's token prices,
 * else the list price of the delivered size. Undefined when none of them is known.
 */
export function costOfUsage(
  model: CatalogueModel | undefined,
  usage: ReportedUsage,
  file: { readonly width: number; readonly height: number },
): number | undefined {
  if (usage.costUsd !== undefined) {
    return usage.costUsd;
  }
  if (model === undefined) {
    return undefined;
  }
  return tokenCost(model, usage) ?? priceAt(model.priceUsd, `${file.width}x${file.height}`);
}

/** A token of European text is about four characters (platform.openai.com/tokenizer, ai.google.dev: tokens). */
const CHARACTERS_A_TOKEN = 4;
/** What an answer has at least and, where nothing bounds it, at most: a guess. */
const SHORT_ANSWER_TOKENS = 50;
const LONG_ANSWER_TOKENS = 1000;

/**
 * US dollars for one text request of so many characters. Media are not counted: nobody knows their tokens yet. Undefined
 * when the price is not known.
 */
export function estimateText(
  model: CatalogueModel | undefined,
  characters: number,
  generation: Generation = {},
): CostRange | undefined {
  const price = model?.tokenPriceUsd;
  if (price?.textIn === undefined || price.textOut === undefined) {
    return undefined;
  }
  const asked = (characters / CHARACTERS_A_TOKEN) * price.textIn;
  const most =
    (generation.maxOutputTokens ?? LONG_ANSWER_TOKENS) + Math.max(0, generation.thinkingBudget ?? 0);
  const { textOut } = price;
  const answered = (tokens: number): number => tokens * (generation.candidateCount ?? 1) * textOut;
  return {
    low: (asked + answered(Math.min(SHORT_ANSWER_TOKENS, most))) / PER_MILLION,
    high: (asked + answered(most)) / PER_MILLION,
  };
}

/** US dollars for one text answer: what a relay charged, else its tokens at the model's prices. Undefined when neither is known. */
export function costOfText(model: CatalogueModel | undefined, usage: ReportedUsage): number | undefined {
  if (usage.costUsd !== undefined) {
    return usage.costUsd;
  }
  const price = model?.tokenPriceUsd;
  const { inputTokens, outputTokens } = usage;
  if (price?.textIn === undefined || price.textOut === undefined) {
    return undefined;
  }
  if (inputTokens === undefined && outputTokens === undefined) {
    return undefined;
  }
  return ((inputTokens ?? 0) * price.textIn + (outputTokens ?? 0) * price.textOut) / PER_MILLION;
}

/**
 * US dollars of one request of a run at most, as far as anybody can tell before it is sent; null: nobody can. The recipe
 * of a session is one of text whatever is asked: what a model that only paints is asked there costs a picture of any size.
 */
export function highestCost(
  model: CatalogueModel | undefined,
  { text, imageSize, instruction }: Pick<Recipe, 'text' | 'imageSize' | 'instruction'>,
): number | null {
  if (text !== undefined && model !== undefined && !model.tasks.includes('text')) {
    return highestPicture(model);
  }
  const range =
    text === undefined
      ? estimateCost(model, imageSize)
      : estimateText(model, instruction.length + text.system.length, text.generation);
  return range?.high ?? null;
}

function highestPicture({ priceUsd, priceRangeUsd = {} }: CatalogueModel): number | null {
  const prices = [...Object.values(priceUsd), ...Object.values(priceRangeUsd).map(({ high }) => high)];
  return prices.length === 0 ? null : Math.max(...prices);
}

/** Inputs of an edit are nearly all picture, so all of them are taken at the price of picture tokens. */
function tokenCost({ tokenPriceUsd: price }: CatalogueModel, usage: ReportedUsage): number | undefined {
  const pictures = usage.imageTokens ?? usage.outputTokens;
  if (price?.imageOut === undefined || pictures === undefined || pictures === 0) {
    return undefined;
  }
  const words = Math.max(0, (usage.outputTokens ?? pictures) - pictures);
  const dollars =
    pictures * price.imageOut +
    words * (price.textOut ?? 0) +
    (usage.inputTokens ?? 0) * (price.imageIn ?? price.textIn ?? 0);
  return dollars / PER_MILLION;
}

/** The entry of that name, else of the nearest area, else `*`. */
function priceAt<Price>(prices: Readonly<Record<string, Price>>, size: string): Price | undefined {
  const exact = prices[size];
  const wanted = areaOf(size);
  if (exact !== undefined || wanted === undefined) {
    return exact ?? prices['*'];
  }
  let best: { readonly price: Price; readonly distance: number } | undefined;
  for (const [name, price] of Object.entries(prices)) {
    const area = areaOf(name);
    const distance = area === undefined ? Number.POSITIVE_INFINITY : Math.abs(Math.log(area / wanted));
    if (distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { price, distance };
    }
  }
  return best?.price ?? prices['*'];
}

function areaOf(size: string): number | undefined {
  const pixels = parsePixels(size);
  return pixels === undefined ? NAMED_SIZES[size] : pixels.width * pixels.height;
}
