/** Which model serves a request, and which protocol that is. Pure. */
import { DEMO_MODEL, isDemoModel } from '@shared/demo';
import type { CatalogueModel } from '@shared/model/catalogue';
import { type Provider, PROVIDER_LABELS } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import { providerOfName } from '@shared/provider-of-name';
import { Problem } from './problem';

export interface AskedModel {
  readonly model?: string | undefined;
  readonly provider?: Provider | undefined;
}

export interface ModelSurroundings {
  readonly models: readonly CatalogueModel[];
  /** Those that the caller's keys are for. */
  readonly providers: readonly Provider[];
  /** They are the library's own, behind a passphrase that nobody gave. */
  readonly areLocked?: boolean | undefined;
}

/** Throws a Problem for a name that nobody can be asked for. */
export function modelOf(asked: AskedModel, surroundings: ModelSurroundings): ModelChoice {
  const choice =
    asked.model === undefined || asked.model.trim() === ''
      ? defaultChoice(asked.provider, surroundings)
      : namedChoice(asked.model.trim(), asked.provider, surroundings.models);
  if (surroundings.areLocked === true && !isDemoModel(choice)) {
    throw new Problem(
      503,
      'The keys of this Brushfleet are locked: whoever runs it unlocks them with their passphrase, in its window or as BRUSHFLEET_PASSPHRASE.',
      { code: 'keys_locked' },
    );
  }
  if (!surroundings.providers.includes(choice.provider)) {
    throw new Problem(
      surroundings.providers.length === 0 ? 503 : 422,
      surroundings.providers.length === 0
        ? 'The service has no key to send with: add one in its window under Endpoints, or set GEMINI_API_KEY.'
        : `The keys for this request do not serve ${choice.model}, which is a model of ${PROVIDER_LABELS[choice.provider]}.`,
      { field: 'model' },
    );
  }
  return choice;
}

function namedChoice(
  model: string,
  provider: Provider | undefined,
  models: readonly CatalogueModel[],
): ModelChoice {
  const bare = model.replace(/^models\//, '');
  if (provider !== undefined) {
    return { provider, model: provider === 'google_genai' ? bare : model };
  }
  if (bare === DEMO_MODEL.model) {
    return DEMO_MODEL;
  }
  const known = models.find(({ id }) => id === bare);
  if (known !== undefined) {
    if (!known.tasks.includes('text')) {
      throw new Problem(422, `${known.id} draws pictures: name a model that answers in text.`, {
        field: 'model',
      });
    }
    return { provider: known.provider, model: known.id };
  }
  const named = providerOfName(model);
  if (named === undefined) {
    throw new Problem(
      422,
      `The model ${model.slice(0, 200)} is not known here: check its name, or say whose it is with "provider": "google_genai" or "openai".`,
      { field: 'model' },
    );
  }
  return { provider: named, model: named === 'google_genai' ? bare : model };
}

/** What the catalogue takes itself; else what is current and has a price, so that caps and costs are known. */
function defaultChoice(
  provider: Provider | undefined,
  { models, providers }: ModelSurroundings,
): ModelChoice {
  const wanted =
    provider ?? (providers.includes('google_genai') ? 'google_genai' : (providers[0] ?? 'google_genai'));
  const texts = models.filter(
    ({ id, ...model }) =>
      model.provider === wanted &&
      model.tasks.includes('text') &&
      model.state !== 'ended' &&
      !isDemoModel({ provider: wanted, model: id }),
  );
  const current = texts.filter(({ state }) => state === 'current');
  const priced = current.filter(({ tokenPriceUsd }) => tokenPriceUsd !== undefined);
  const usual = [priced, current, texts].flatMap((some) => [
    ...some.filter(({ isDefault }) => isDefault === true),
    ...some,
  ])[0];
  if (usual === undefined) {
    throw new Problem(422, `Name the model: there is no usual one of ${PROVIDER_LABELS[wanted]}.`, {
      field: 'model',
    });
  }
  return { provider: wanted, model: usual.id };
}
