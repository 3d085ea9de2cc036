/**
 * Who is in the fleet: what the store and the vault hold, or what the command line's environment gave. It feeds the
 * pool, and shows each endpoint and key with what pool and journal know of it.
 */
import type { EndpointView } from '@shared/contract';
import type { Endpoint, KeyInfo, KeyState, QuotaGroup } from '@shared/model/endpoint';
import type { PoolSettings } from '@shared/model/settings';
import type { Pool } from '../../engine/pool/pool';
import type { Clock, SendHistory } from '../../engine/ports';
import type { Secret } from '../../providers/secret';
import { Refusal } from '../../refusal';
import type { Store, StoredKey } from '../../store/store';
import type { Vault } from '../../vault/vault';
import { type LentKey, type Loan, loanOf, withLoans } from './fleet-loans';
import type { FleetMetrics } from './fleet-metrics';

/** Keys of the environment: they serve this process; of them only what became of them is stored. */
export interface GivenFleet {
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly GivenKey[];
  /** Lent: its endpoints are shared with nobody. */
  readonly isIsolated?: boolean;
}

export interface GivenKey {
  readonly id: string;
  readonly label: string;
  readonly secret: Secret;
  readonly endpointIds: readonly string[];
}

/** A lent key as who borrowed it may see it. */
export interface LentKeyView {
  readonly id: string;
  readonly label: string;
  readonly tail: string;
  readonly state: KeyState;
  readonly endpointIds: readonly string[];
}

export interface RosterOptions {
  readonly store: Store;
  readonly vault: Vault;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly metrics: Pick<FleetMetrics, 'metricsOf' | 'keyMetricsOf'>;
  /** The same in every process. */
  envKeyId(secret: Secret): string;
  poolSettings(): PoolSettings;
  /** Every secret that is loaded, so that the log can never show it. */
  onSecret(secret: Secret): void;
  /** The same for one that is lent; what it answers is called when it is taken back. */
  onLent(secret: Secret): () => void;
  onChange(): void;
  onGroups(groups: readonly QuotaGroup[]): void;
}

interface Members {
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly StoredKey[];
  readonly groups: readonly QuotaGroup[];
  /** As the last session left them; the pool knows better of those it has. */
  readonly states: ReadonlyMap<string, KeyState>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

const NOBODY: Members = { endpoints: [], keys: [], groups: [], states: new Map(), secrets: new Map() };
/** The longest day that a daily limit may reach back to, and some. */
const LONGEST_DAY_MS = 26 * 3_600_000;

export type Roster = ReturnType<typeof createRoster>;

export function createRoster(options: RosterOptions) {
  const { store, vault, pool, clock } = options;
  let members = NOBODY;
  let isGiven = false;
  let loans: readonly Loan[] = [];
  /** Of each borrower: its secrets are gone. */
  const forgetters = new Map<string, (() => void)[]>();
  /** Endpoints whose earlier requests the pool counts. */
  const restored = new Set<string>();

  /** Reads everything anew: after a change, or when the vault was unlocked. */
  async function load(): Promise<void> {
    if (!isGiven) {
      const before = members.groups;
      await take(await stored());
      if (JSON.stringify(before) !== JSON.stringify(members.groups)) {
        options.onGroups(members.groups);
      }
    }
    options.onChange();
  }

  async function stored(): Promise<Members> {
    const [endpoints, keys, groups, states] = await Promise.all([
      store.endpoints(),
      store.keys(),
      store.quotaGroups(),
      store.keyStates(),
    ]);
    const secrets = new Map<string, Secret>();
    for (const { id } of keys) {
      const secret = vault.get(id);
      if (secret !== null) {
        secrets.set(id, secret);
      }
    }
    return { endpoints, keys, groups, states, secrets };
  }

  /** From now on only these serve: the command line's environment. */
  async function give(fleet: GivenFleet): Promise<void> {
    isGiven = true;
    const found = fleet.keys.map((key) => ({ ...key, id: options.envKeyId(key.secret) }));
    await take({
      endpoints: fleet.endpoints,
      groups: [],
      states: await store.keyStates(),
      secrets: new Map(found.map(({ id, secret }) => [id, secret])),
      keys: found.map(({ id, label, secret, endpointIds }) => ({
        id,
        label,
        tail: secret.tail,
        endpointIds,
        paused: false,
        fingerprint: vault.fingerprint(secret),
      })),
    });
  }

  /** Beside the library's own these serve the borrower, and nobody else. Answers what serves it. */
  async function lend(borrower: string, fleet: GivenFleet): Promise<readonly string[]> {
    const loan = loanOf(members, loans, {
      borrower,
      endpoints: fleet.endpoints,
      isIsolated: fleet.isIsolated,
      keys: fleet.keys.map((key) => ({
        ...key,
        id: options.envKeyId(key.secret),
        fingerprint: vault.fingerprint(key.secret),
      })),
    });
    const lent = loan.keys.map(({ secret }) => options.onLent(secret));
    forgetters.set(borrower, [...(forgetters.get(borrower) ?? []), ...lent]);
    loans = [...loans, loan];
    const states = await store.keyStates();
    // The library knows what became of a key that was lent before; of those that serve now the pool knows better.
    await take({ ...members, states: new Map([...members.states, ...states]) });
    options.onChange();
    return loan.endpointIds;
  }

  /** What was found of lent keys outlives the loan. */
  async function keepLent(borrower: string): Promise<void> {
    const live = pool.keyStates();
    const ids = loans.filter((loan) => loan.borrower === borrower).flatMap((loan) => loan.keys);
    const found = ids.flatMap(({ id }) => {
      const state = live.get(id);
      return state === undefined ? [] : [[id, state] as const];
    });
    await store.saveKeyStates(new Map(found));
  }

  /** Its run is over. */
  function takeBack(borrower: string): void {
    loans = loans.filter((loan) => loan.borrower !== borrower);
    forgetters.get(borrower)?.forEach((forget) => forget());
    forgetters.delete(borrower);
    feedPool();
    options.onChange();
  }

  async function take(next: Members): Promise<void> {
    next.secrets.forEach(options.onSecret);
    const everyone = [...next.endpoints, ...lentEndpoints()];
    const fresh = everyone.map(({ id }) => id).filter((id) => !restored.has(id));
    const history = fresh.length > 0 && !isLocked() ? await historyOf(fresh) : null;
    // From here on without a pause: nothing is leased before the pool knows what was sent.
    members = next;
    feedPool();
    if (history !== null) {
      pool.restore(history);
      for (const id of fresh) {
        restored.add(id);
      }
    }
  }

  /** Keys that cannot be read yet are not in the pool yet: what they have sent is counted once they are. */
  function isLocked(): boolean {
    const status = vault.status();
    return !isGiven && status.kind === 'passphrase' && status.locked;
  }

  /** The first time also what keys have sent by endpoints that are gone. */
  async function historyOf(fresh: readonly string[]): Promise<SendHistory> {
    const now = clock.wallNow();
    const { recent, buckets, learned = [] } = await store.sendHistory(now, now - LONGEST_DAY_MS);
    const isWanted = ({ endpointId }: { endpointId: string }): boolean =>
      restored.size === 0 || fresh.includes(endpointId);
    const live = pool.keyStates();
    return {
      recent: recent.filter(isWanted),
      buckets: buckets.filter(isWanted),
      // What this session has learnt of a key is newer.
      learned: learned.filter(({ keyId }) => !live.has(keyId)),
    };
  }

  function stateOf(keyId: string): KeyState {
    return members.states.get(keyId) ?? { status: 'AVAILABLE', since: clock.wallNow() };
  }

  /** A key whose secret cannot be read is no key to the pool. */
  function feedPool(): void {
    const { endpoints, keys, groups, secrets } = members;
    const own = keys
      .filter((key) => secrets.has(key.id))
      .map(({ id, endpointIds, paused, limits, groupId, tier }) => ({
        id,
        endpointIds,
        paused,
        state: stateOf(id),
        ...(limits === undefined ? {} : { limits }),
        ...(groupId === undefined ? {} : { groupId }),
        ...(tier === undefined ? {} : { tier }),
      }));
    pool.setFleet([...endpoints, ...lentEndpoints()], withLoans(own, loans, stateOf), {
      groups,
      settings: options.poolSettings(),
    });
  }

  function lentEndpoints(): readonly Endpoint[] {
    return [
      ...new Map(loans.flatMap((loan) => loan.endpoints.map((one) => [one.id, one] as const))).values(),
    ];
  }

  function lentKey(keyId: string): LentKey | undefined {
    return loans.flatMap(({ keys }) => keys).find(({ id }) => id === keyId);
  }

  function keyInfos(): readonly KeyInfo[] {
    const live = pool.keyStates();
    const gauges = pool.keyGauges();
    return members.keys.map((key) => {
      const { fingerprint: _, ...shown } = key;
      return {
        ...shown,
        endpointIds: [...key.endpointIds],
        state: live.get(key.id) ?? stateOf(key.id),
        readable: members.secrets.has(key.id),
        ...gauges.get(key.id),
      };
    });
  }

  function views(): readonly EndpointView[] {
    const infos = keyInfos();
    const health = new Map(pool.health().map((one) => [one.endpointId, one] as const));
    return members.endpoints.flatMap((endpoint) => {
      const own = health.get(endpoint.id);
      const metrics = options.metrics.metricsOf(endpoint.id);
      const keys = infos.filter((key) => key.endpointIds.includes(endpoint.id));
      const keyMetrics = Object.fromEntries(
        keys.flatMap(({ id }) => {
          const figures = options.metrics.keyMetricsOf(endpoint.id, id);
          return figures === undefined ? [] : [[id, figures] as const];
        }),
      );
      return own === undefined ? [] : { endpoint, health: own, metrics, keys, keyMetrics };
    });
  }

  return {
    load,
    give,
    lend,
    keepLent,
    takeBack,
    feedPool,
    /** True: the environment's, of which nothing can be changed here. */
    isGiven: (): boolean => isGiven,
    endpoints: (): readonly Endpoint[] => members.endpoints,
    keys: (): readonly StoredKey[] => members.keys,
    groups: (): readonly QuotaGroup[] => members.groups,
    secret: (keyId: string): Secret | null => members.secrets.get(keyId) ?? lentKey(keyId)?.secret ?? null,
    /** The last characters of a key, own or lent. */
    tailOf: (keyId: string): string | undefined =>
      members.keys.find(({ id }) => id === keyId)?.tail ?? lentKey(keyId)?.secret.tail,
    /** Own or lent. */
    anyEndpoint: (endpointId: string): Endpoint | undefined =>
      [...members.endpoints, ...lentEndpoints()].find(({ id }) => id === endpointId),
    views,
    view(endpointId: string): EndpointView {
      return found(
        views().find(({ endpoint }) => endpoint.id === endpointId),
        'endpoint',
      );
    },
    /** Of those that were lent to it, in their order. */
    lentKeys(borrower: string): readonly LentKeyView[] {
      const live = pool.keyStates();
      const keys = loans.filter((loan) => loan.borrower === borrower).flatMap((loan) => loan.keys);
      return keys.map(({ id, label, secret, endpointIds }) => ({
        id,
        label,
        endpointIds,
        tail: secret.tail,
        state: live.get(id) ?? stateOf(id),
      }));
    },
    keyInfos,
    keyInfo(keyId: string): KeyInfo {
      return found(
        keyInfos().find(({ id }) => id === keyId),
        'key',
      );
    },
    endpoint(endpointId: string): Endpoint {
      return found(
        members.endpoints.find(({ id }) => id === endpointId),
        'endpoint',
      );
    },
    group(groupId: string): QuotaGroup {
      return found(
        members.groups.find(({ id }) => id === groupId),
        'quota group',
      );
    },
    key(keyId: string): StoredKey {
      return found(
        members.keys.find(({ id }) => id === keyId),
        'key',
      );
    },
  };
}

function found<T>(one: T | undefined, word: string): T {
  if (one === undefined) {
    throw new Refusal('NOT_FOUND', `That ${word} no longer exists.`);
  }
  return one;
}
