/** Which model serves a request, and which protocol that is. Pure. */
import { DEMO_MODEL } from '@shared/demo';
import type { CatalogueModel } from '@shared/model/catalogue';
import { type Provider, PROVIDER_LABELS } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import { providerOfName } from '@shared/provider-of-name';
import { Problem } from './problem';

/** What the documented routes use where none is named. */
export const DOCUMENTED_MODELS = { chat: 'gemini-2.5-flash', structured: 'gemini-2.5-pro' } as const;

export interface AskedModel {
  readonly model?: string | undefined;
  readonly provider?: Provider | undefined;
}

export interface ModelSurroundings {
  readonly models: readonly CatalogueModel[];
  /** Those that the caller's keys are for. */
  readonly providers: readonly Provider[];
  /** Where the request names none. */
  readonly fallback: string;
}

/** Throws a Problem for a name that nobody can be asked for. */
export function modelOf(asked: AskedModel, surroundings: ModelSurroundings): ModelChoice {
  const choice =
    asked.model === undefined || asked.model.trim() === ''
      ? defaultChoice(asked.provider, surroundings)
      : namedChoice(asked.model.trim(), asked.provider, surroundings.models);
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

/** The documented one while it lives, else its successor; for keys of another provider, that one's own. */
function defaultChoice(provider: Provider | undefined, surroundings: ModelSurroundings): ModelChoice {
  const { models, providers, fallback } = surroundings;
  const wanted =
    provider ?? (providers.includes('google_genai') ? 'google_genai' : (providers[0] ?? 'google_genai'));
  const texts = models.filter((model) => model.provider === wanted && model.tasks.includes('text'));
  if (wanted === 'google_genai') {
    return { provider: wanted, model: living(texts, fallback) };
  }
  const [first] = [...texts.filter(({ isDefault }) => isDefault === true), ...texts.filter(isLive)];
  if (first === undefined) {
    throw new Problem(422, `Name the model: there is no usual one of ${PROVIDER_LABELS[wanted]}.`, {
      field: 'model',
    });
  }
  return { provider: wanted, model: first.id };
}

function living(texts: readonly CatalogueModel[], id: string): string {
  const seen = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    const model = texts.find((one) => one.id === at);
    if (model !== undefined && isLive(model)) {
      return at;
    }
    at = model?.successor;
  }
  const usual = texts.find(({ isDefault }) => isDefault === true) ?? texts.find(isLive);
  return usual?.id ?? id;
}

function isLive({ state }: CatalogueModel): boolean {
  return state !== 'ended';
}
