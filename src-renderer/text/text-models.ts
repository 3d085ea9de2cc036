/** Which models answer with text, and what they take and cost. Pure. */
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice } from '@shared/model/run';
import type { Medium } from '@shared/model/text';

export function textModels(models: readonly CatalogueModel[]): readonly CatalogueModel[] {
  return models.filter((model) => model.tasks.includes('text'));
}

const MEDIUM_WORDS: Readonly<Record<Medium, string>> = {
  image: 'pictures',
  audio: 'sound',
  video: 'video',
};

export function mediumWord(medium: Medium): string {
  return MEDIUM_WORDS[medium];
}

/** `pictures, sound, video`. */
export function takesWords({ media }: CatalogueModel): string {
  if (media === undefined) {
    return '?';
  }
  return media.length === 0 ? 'text only' : media.map(mediumWord).join(', ');
}

export function schemaWords({ nativeSchema }: CatalogueModel): string {
  return nativeSchema === undefined ? '?' : nativeSchema ? 'its own' : 'in words';
}

/** Dollars per million tokens, in and out; `?` where that is not known. */
export function tokenPriceWords({ tokenPriceUsd: price }: Pick<CatalogueModel, 'tokenPriceUsd'>): string {
  if (price?.textIn === undefined || price.textOut === undefined) {
    return '?';
  }
  return price.textIn === 0 && price.textOut === 0 ? 'free' : `$${price.textIn} / $${price.textOut}`;
}

/** What asking it costs, in a sentence. */
export function cataloguedPrice(choice: ModelChoice, models: readonly CatalogueModel[]): string {
  const model = models.find(({ id, provider }) => id === choice.model && provider === choice.provider);
  const price = model === undefined ? '?' : tokenPriceWords(model);
  return price === '?'
    ? 'Its price is not known.'
    : price === 'free'
      ? 'It costs nothing.'
      : `${price} per million tokens in / out; a picture is about a thousand tokens.`;
}
