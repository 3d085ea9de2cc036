/**
 * Whose endpoints and keys a command sends with: the environment's where it has a key of the provider, else those of the
 * library, which the window shows.
 */
import type { EndpointView } from '@shared/contract';
import { mayServe } from '@shared/demo';
import type { VaultStatus } from '@shared/model/settings';
import type { ModelChoice } from '@shared/model/run';
import { sendsInClear } from '@shared/sends-in-clear';
import { servingBlockers } from '../app/runs/run-request';
import {
  defaultsFromEnv,
  type FleetDefaults,
  type FleetRequest,
  type FoundFleet,
  fleetFromEnv,
} from '../fleet-env/fleet-from-env';
import { hasEndpointIn, hasKeyIn } from '../fleet-env/fleets-from-env';
import { type Refused, refused } from './cli-request';
import { vaultSentence } from './fleet/vault-words';

export interface LibraryFleet {
  readonly kind: 'library';
  readonly defaults: FleetDefaults;
  readonly notes: readonly string[];
  /** Why the environment's are not used. */
  readonly missing: string;
}

export type RunFleet = FoundFleet | LibraryFleet;

/** The library's own endpoints and keys as they stand, and which other process has them open. */
export interface LibraryLook {
  readonly views: readonly EndpointView[];
  readonly vault: VaultStatus;
  readonly ownerPid: number | null;
}

export function runFleet(request: FleetRequest): RunFleet | Refused {
  const { env, provider } = request;
  const fleet = fleetFromEnv(request);
  if (fleet.kind === 'ok') {
    return fleet;
  }
  if (hasKeyIn(env, provider) || hasEndpointIn(env, provider)) {
    return refused(fleet.sentence);
  }
  const read = defaultsFromEnv(request);
  return read.kind === 'refused'
    ? refused(read.sentence)
    : {
        kind: 'library',
        defaults: read.defaults,
        missing: fleet.sentence,
        notes:
          request.flags.timeoutMs === undefined
            ? []
            : [
                "--timeout is not used with the library's endpoints, which have their own: brushfleet endpoints set NAME --timeout SECONDS.",
              ],
      };
}

/** What a person is told before the library's keys are used, or why they cannot be. */
export function libraryLines(
  { views, vault, ownerPid }: LibraryLook,
  models: readonly ModelChoice[],
  { missing }: Pick<LibraryFleet, 'missing'>,
): { readonly kind: 'ok'; readonly lines: readonly string[] } | Refused {
  const asIf = views.map((view) => ({
    ...view,
    keys: view.keys.map((key) => ({ ...key, readable: true })),
  }));
  const wanted = { recipe: { models: [...models] }, options: {} };
  if (servingBlockers(asIf, wanted).length > 0) {
    const named = models.map(({ model }) => model).join(', ');
    return refused(
      `${missing.replace(/\.$/, '')}, and the library has no key that can serve ${named}: set one, or add it with brushfleet keys add.${otherWay(views, models)}`,
    );
  }
  if (servingBlockers(views, wanted).length > 0) {
    return refused(lockedSentence(vault, ownerPid));
  }
  const clear = servingViews(views, models)
    .filter(({ endpoint }) => sendsInClear(endpoint.baseUrl))
    .map(({ endpoint }) => `Warning: ${endpoint.name} is plain http: its keys travel unencrypted.`);
  return { kind: 'ok', lines: [...clear, `Sending: ${libraryNames(views, models)}`] };
}

/** A sentence where the library's keys are all for another provider. */
function otherWay(views: readonly EndpointView[], models: readonly ModelChoice[]): string {
  const providers = views
    .filter(({ endpoint, keys }) => endpoint.enabled && !endpoint.demo && keys.length > 0)
    .map(({ endpoint }) => endpoint.provider);
  const [first] = providers;
  return first === undefined || models.some(({ provider }) => providers.includes(provider))
    ? ''
    : ` Its keys are for ${first}: name that provider to send with them.`;
}

export function libraryNames(views: readonly EndpointView[], models: readonly ModelChoice[]): string {
  return `the library's keys of ${servingViews(views, models)
    .map(({ endpoint }) => endpoint.name)
    .join(', ')}`;
}

function servingViews(views: readonly EndpointView[], models: readonly ModelChoice[]): EndpointView[] {
  return views.filter(
    ({ endpoint }) => endpoint.enabled && models.some((choice) => mayServe(endpoint, choice)),
  );
}

function lockedSentence(vault: VaultStatus, ownerPid: number | null): string {
  if (ownerPid !== null && vault.kind === 'passphrase' && vault.locked) {
    return `The keys of this library are locked in the Brushfleet that has it open (process ${ownerPid}): unlock them there.`;
  }
  const unreadable =
    vault.kind === 'undecided' ? `the keys of this library cannot be read: ${vault.why}` : null;
  return (
    unreadable ??
    vaultSentence(vault) ??
    'The keys of this library cannot be read: enter them again with brushfleet keys add.'
  );
}
