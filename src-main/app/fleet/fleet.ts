/** Endpoints, keys and quota groups as every door sees and changes them. */
import type { EndpointView } from '@shared/contract';
import { DEMO_ENDPOINT, mayServe } from '@shared/demo';
import type { Endpoint, ProbeReport, QuotaGroup, TestReport } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { Secret } from '../../providers/secret';
import type { StoredKey } from '../../store/store';
import { checkedEndpoint } from './fleet-checks';
import { createFleetKeys } from './fleet-keys';
import { createFleetRequests, type Probe } from './fleet-requests';
import { createRoster, type GivenFleet, type RosterOptions } from './fleet-roster';
import { createTurns } from '@shared/in-turn';

export interface FleetOptions extends RosterOptions {
  newId(): string;
  /** Where the demo endpoint listens; starts it on first use. */
  demoUrl(): Promise<string>;
  testCall(endpoint: Endpoint, secret: Secret | null): Promise<TestReport>;
  probeCall(endpoint: Endpoint, secret: Secret | null, probe: Probe): Promise<ProbeReport>;
}

export type Fleet = ReturnType<typeof createFleet>;

export function createFleet(options: FleetOptions) {
  const { store, vault, pool, clock } = options;
  const roster = createRoster(options);
  const inTurn = createTurns();

  /** One change after the other; then the pool and the screens follow. */
  function change<T>(work: () => Promise<T>): Promise<T> {
    return inTurn(async () => {
      if (roster.isGiven()) {
        throw new Refusal(
          'BAD_INPUT',
          'These endpoints and keys come from the environment: change them there.',
        );
      }
      const made = await work();
      await roster.load();
      return made;
    });
  }

  async function save(given: Endpoint): Promise<EndpointView> {
    const endpoint = checkedEndpoint(given);
    await change(() => store.saveEndpoint(endpoint));
    return roster.view(endpoint.id);
  }

  /** Its keys go with it, save those that serve others too. */
  async function removeEndpoint(endpointId: string): Promise<void> {
    roster.endpoint(endpointId);
    const its = roster.keys().filter(({ endpointIds }) => endpointIds.includes(endpointId));
    const own = its.filter(({ endpointIds }) => endpointIds.length === 1);
    const shared = its.filter(({ endpointIds }) => endpointIds.length > 1);
    await Promise.all(own.map(({ id }) => vault.remove(id)));
    await store.saveKeys(
      shared.map((key) => ({ ...key, endpointIds: key.endpointIds.filter((id) => id !== endpointId) })),
    );
    await store.removeKeys(own.map(({ id }) => id));
    await store.removeEndpoint(endpointId);
  }

  /** The endpoint with the URL its requests really go to: the demo's is chosen at start. */
  async function sendable(endpoint: Endpoint): Promise<Endpoint> {
    return endpoint.demo ? { ...endpoint, baseUrl: await options.demoUrl() } : endpoint;
  }

  const { noteAccount, ...keys } = createFleetKeys({ ...options, roster, change });
  // In turn with changes: each takes the members as it finds them, and puts others in their place later.
  const lend = (borrower: string, lent: GivenFleet) => inTurn(() => roster.lend(borrower, lent));
  const requests = createFleetRequests({
    roster,
    pool,
    vault,
    clock,
    newId: options.newId,
    lend,
    testCall: options.testCall,
    probeCall: options.probeCall,
    sendable,
    onAccount: noteAccount,
    onChange: options.onChange,
  });

  return {
    load: () => inTurn(roster.load),
    give: (given: GivenFleet) => inTurn(() => roster.give(given)),
    lend,
    takeBack: roster.takeBack,
    lentKeys: roster.lentKeys,
    isGiven: roster.isGiven,
    views: roster.views,
    view: roster.view,
    groups: (): readonly QuotaGroup[] => roster.groups(),
    save,
    removeEndpoint: (endpointId: string) => change(() => removeEndpoint(endpointId)),
    async moveEndpoint(endpointId: string, place: number): Promise<void> {
      roster.endpoint(endpointId);
      await change(() => store.moveEndpoint(endpointId, place));
    },
    resetEndpoint(endpointId: string): EndpointView {
      roster.endpoint(endpointId);
      pool.resetEndpoint(endpointId);
      options.onChange();
      return roster.view(endpointId);
    },
    ...keys,
    ...requests,
    sendable,
    /** New settings of the pool hold from now on. */
    applySettings(): void {
      roster.feedPool();
      options.onChange();
    },
    secret: (keyId: string): string | null => roster.secret(keyId)?.reveal() ?? null,
    endpoint: (endpointId: string): Endpoint | undefined => roster.anyEndpoint(endpointId),
    endpointsFor: (models: readonly ModelChoice[]): string[] =>
      roster
        .endpoints()
        .filter((endpoint) => models.some((choice) => mayServe(endpoint, choice)))
        .map(({ id }) => id),
    /** Protocols that an open endpoint with a usable key speaks. */
    providers(): Provider[] {
      const keys = roster.keys().filter(({ id }) => roster.secret(id) !== null);
      const open = roster
        .endpoints()
        .filter(
          ({ id, enabled, weight, demo }) =>
            enabled && weight > 0 && (demo || keys.some(({ endpointIds }) => endpointIds.includes(id))),
        );
      return [...new Set(open.map(({ provider }) => provider))];
    },
    /** As the library has them: how each stands at the moment costs more to say. */
    stored: () => ({ endpoints: roster.endpoints(), keys: roster.keys() }),
    storedKey: (keyId: string): StoredKey | undefined => roster.keys().find(({ id }) => id === keyId),
    /** The demo endpoint, from its first use on. */
    async ensureDemo(): Promise<void> {
      if (!roster.endpoints().some((endpoint) => endpoint.demo)) {
        await save(DEMO_ENDPOINT);
      }
    },
    /** What an attempt's endpoint and key are called now, for the journal: they may be renamed or removed later. */
    names: (sent: {
      endpointId: string;
      keyId: string | null;
    }): { endpointName: string; keyTail: string } => ({
      endpointName: roster.anyEndpoint(sent.endpointId)?.name ?? sent.endpointId,
      keyTail: (sent.keyId === null ? undefined : roster.tailOf(sent.keyId)) ?? '',
    }),
  };
}
