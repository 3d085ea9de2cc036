/** Which model serves when none is named, and what to say of one that is going or gone. */
import type { Catalogue, CatalogueModel } from './model/catalogue';
import type { Provider } from './model/provider';

/** A model whose end is this near is warned about. */
const WARNING_DAYS = 30;
const DAY_MS = 86_400_000;

/** The catalogue's default model of a provider for such results; undefined only for a catalogue that has none. */
export function defaultModel(
  models: Catalogue['models'] | readonly CatalogueModel[],
  provider: Provider,
  results: 'pictures' | 'text' = 'pictures',
): CatalogueModel | undefined {
  const own = models.filter(
    (model) =>
      model.provider === provider && model.tasks.some((task) => (task === 'text') === (results === 'text')),
  );
  return own.find((model) => model.isDefault === true) ?? own.find((model) => model.state === 'current');
}

/**
 * Sentences for the user before a run. A model that ended is named with its successor and sent as it is; one that
 * ends within 30 days is named with its date; a model the catalogue does not know says nothing.
 * @param today YYYY-MM-DD
 */
export function modelWarnings(model: CatalogueModel | undefined, today: string): string[] {
  if (model === undefined) {
    return [];
  }
  const way = model.successor === undefined ? '' : ` Its successor is ${model.successor}.`;
  const left = model.endsOn === undefined ? undefined : daysBetween(today, model.endsOn);
  if (model.state === 'ended' || (left !== undefined && left <= 0)) {
    const when = model.endsOn === undefined ? 'has ended' : `ended on ${model.endsOn}`;
    return [`${model.id} ${when}; it is asked for all the same.${way}`];
  }
  if (left !== undefined && left <= WARNING_DAYS) {
    const days = left === 1 ? '1 day' : `${left} days`;
    return [`${model.id} ends on ${model.endsOn}, in ${days}.${way}`];
  }
  return [];
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}
