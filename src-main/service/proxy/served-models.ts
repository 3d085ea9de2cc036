/** Which models a caller may name, and which protocol serves each. Pure. */
import type { EndpointView } from '@shared/contract';
import { DEMO_MODEL, DEMO_TEXT_MODEL, isDemoModel, mayServe } from '@shared/demo';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Provider } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import { providerOfName } from '@shared/provider-of-name';
import { ProxyError } from './proxy-error';

export type Task = 'text' | 'picture';

export interface Served {
  readonly choice: ModelChoice;
  /** Undefined: not in the catalogue. */
  readonly model: CatalogueModel | undefined;
}

export interface ModelGround {
  readonly models: readonly CatalogueModel[];
  readonly views: readonly EndpointView[];
  /** Keys that cannot be read wait for a passphrase. */
  readonly areLocked?: boolean;
}

const PROVIDERS: readonly Provider[] = ['google_genai', 'openai'];

/**
 * The catalogue's provider first, then the one its name tells, then the protocol of the route, then the other: the first
 * that an endpoint can be asked with. A relay may offer any model, so that a name is never refused by itself.
 */
export function servedModel(asked: string, protocol: Provider, ground: ModelGround): Served {
  const { models, views } = ground;
  const id = asked.trim().replace(/^models\//, '');
  if (id === '' || id.length > 200) {
    throw new ProxyError(400, 'Name a model with "model".', { param: 'model', isFinal: true });
  }
  const order = [
    ...models.filter((model) => model.id === id).map(({ provider }) => provider),
    providerOfName(id) ?? protocol,
    protocol,
    ...PROVIDERS,
  ];
  const provider = order.find((one) => isOffered({ provider: one, model: id }, views));
  if (provider === undefined) {
    const isUnread = order.some((one) => hasUnreadKey({ provider: one, model: id }, views));
    throw isUnread ? unreadKeys(id, ground) : noModel(id);
  }
  return {
    choice: { provider, model: id },
    model: models.find((model) => model.id === id && model.provider === provider),
  };
}

/** Nothing that the caller could mend, and no model that nobody knows. */
function unreadKeys(id: string, { areLocked }: ModelGround): ProxyError {
  const keys = `The keys of this Brushfleet for the model "${id}"`;
  return areLocked === true
    ? new ProxyError(
        503,
        `${keys} are locked: whoever runs it unlocks them with their passphrase, in its window or as BRUSHFLEET_PASSPHRASE.`,
        { code: 'keys_locked', isFinal: true },
      )
    : new ProxyError(503, `${keys} cannot be read: whoever runs it adds them again in its window.`, {
        code: 'keys_unreadable',
        isFinal: true,
      });
}

export function noModel(id: string): ProxyError {
  return new ProxyError(
    404,
    `No endpoint of this Brushfleet can be asked for the model "${id.slice(0, 200)}": choose one of GET /v1/models, or add an endpoint and a key for it.`,
    { code: 'model_not_found', param: 'model', isFinal: true },
  );
}

/** What the model lists name: what is known of and can be asked now. */
export function listedModels({ models, views }: ModelGround): readonly Served[] {
  const known = models
    .filter(({ state }) => state !== 'ended')
    .map((model): Served => ({ choice: { provider: model.provider, model: model.id }, model }));
  const demo = [DEMO_MODEL, DEMO_TEXT_MODEL].map((choice): Served => ({ choice, model: undefined }));
  return [...known, ...demo].filter(({ choice }) => isOffered(choice, views));
}

/** What a model is for; one that is not known may be for either. */
export function tasksOf({ choice, model }: Served): readonly Task[] {
  if (model === undefined) {
    return isDemoModel(choice)
      ? [choice.model === DEMO_MODEL.model ? 'picture' : 'text']
      : ['text', 'picture'];
  }
  const { tasks } = model;
  return [
    ...(tasks.includes('text') ? (['text'] as const) : []),
    ...(tasks.includes('edit') || tasks.includes('t2i') ? (['picture'] as const) : []),
  ];
}

function isOffered(choice: ModelChoice, views: readonly EndpointView[]): boolean {
  return views.some(
    (view) =>
      mayBeAsked(view, choice) &&
      (view.endpoint.demo || view.keys.some(({ readable, paused }) => readable && !paused)),
  );
}

/** It would be offered if its keys could be read. */
function hasUnreadKey(choice: ModelChoice, views: readonly EndpointView[]): boolean {
  return views.some((view) => mayBeAsked(view, choice) && view.keys.some(({ paused }) => !paused));
}

function mayBeAsked({ endpoint }: EndpointView, choice: ModelChoice): boolean {
  return mayServe(endpoint, choice) && endpoint.enabled && endpoint.weight > 0;
}
