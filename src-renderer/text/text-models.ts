/** Which models answer with text, what they take and cost, and which is likely to work now. Pure. */
import type { EndpointView } from '@shared/contract';
import { DEMO_ENDPOINT, DEMO_TEXT_MODEL, mayServe } from '@shared/demo';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice } from '@shared/model/run';
import type { Medium } from '@shared/model/text';
import { likelyModel } from '../state/new-run-draft';
import type { DraftContext } from '../state/new-run-draft';

export function textModels(models: readonly CatalogueModel[]): readonly CatalogueModel[] {
  return models.filter((model) => model.tasks.includes('text'));
}

/** What is asked where nobody chose. Before there is any key, what works is the demo. */
export function likelyTextModel(context: DraftContext): ModelChoice | undefined {
  if (context.endpoints.every(({ keys }) => keys.length === 0)) {
    return DEMO_TEXT_MODEL;
  }
  const likely = likelyModel('text', context);
  return likely === undefined ? undefined : { provider: likely.provider, model: likely.id };
}

export function canServe(endpoints: readonly EndpointView[], choice: ModelChoice): boolean {
  // The demo's endpoint comes about when it is first used.
  return (
    mayServe(DEMO_ENDPOINT, choice) ||
    endpoints.some(({ endpoint, keys }) => endpoint.enabled && keys.length > 0 && mayServe(endpoint, choice))
  );
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
