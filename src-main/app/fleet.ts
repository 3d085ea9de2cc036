/**
 * Endpoints and keys: what the store and the vault hold (or what the command line's environment gave), fed to the
 * pool, and shown with what the pool knows of their health.
 */
import type { EndpointView } from '@shared/contract';
import { DEMO_ENDPOINT, mayServe } from '@shared/demo';
import type { ModelChoice } from '@shared/model/run';
import type { Endpoint, KeyInfo, TestReport } from '@shared/model/endpoint';
import type { Pool } from '../engine/pool/pool';
import type { Clock } from '../engine/ports';
import { Refusal } from '../refusal';
import type { Store, StoredKey } from '../store/store';
import { Secret } from '../providers/secret';
import { type Vault, VaultClosed } from '../vault/vault';

/** Keys of the environment: they serve this process and are never stored. */
export interface GivenFleet {
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly GivenKey[];
}

export interface GivenKey {
  readonly id: string;
  readonly label: string;
  readonly secret: Secret;
  readonly endpointIds: readonly string[];
}

export interface FleetOptions {
  readonly store: Store;
  readonly vault: Vault;
  readonly pool: Pool;
  readonly clock: Clock;
  newId(): string;
  /** Every secret that is loaded, so that the log can never show it. */
  onSecret(secret: Secret): void;
  onChange(): void;
  /** Where the demo endpoint listens; starts it on first use. */
  demoUrl(): Promise<string>;
  testCall(endpoint: Endpoint, secret: Secret | null): Promise<TestReport>;
}

export type KeyDraft = { readonly label: string; readonly secret: Secret };

export type Fleet = ReturnType<typeof createFleet>;

export function createFleet(options: FleetOptions) {
  const { store, vault, pool } = options;
  let endpoints: readonly Endpoint[] = [];
  let keys: readonly StoredKey[] = [];
  let given: GivenFleet | null = null;
  const secrets = new Map<string, Secret>();

  async function load(): Promise<void> {
    if (given === null) {
      endpoints = await store.endpoints();
      keys = await store.keys();
      secrets.clear();
      for (const key of keys) {
        const secret = vault.get(key.id);
        if (secret !== null) {
          remember(key.id, secret);
        }
      }
    }
    feedPool();
    options.onChange();
  }

  /** From now on only these serve: the command line's environment. */
  function give(fleet: GivenFleet): void {
    given = fleet;
    endpoints = fleet.endpoints;
    keys = fleet.keys.map((key) => ({
      id: key.id,
      label: key.label,
      tail: key.secret.tail,
      endpointIds: key.endpointIds,
      paused: false,
      state: { status: 'AVAILABLE', since: options.clock.wallNow() },
      fingerprint: vault.fingerprint(key.secret),
    }));
    for (const key of fleet.keys) {
      remember(key.id, key.secret);
    }
    feedPool();
  }

  function remember(keyId: string, secret: Secret): void {
    secrets.set(keyId, secret);
    options.onSecret(secret);
  }

  /** A key whose secret cannot be read is no key to the pool. */
  function feedPool(): void {
    pool.setFleet(
      endpoints,
      keys
        .filter((key) => secrets.has(key.id))
        .map((key) => ({ id: key.id, endpointIds: key.endpointIds, paused: key.paused, state: key.state })),
    );
  }

  function views(): readonly EndpointView[] {
    const states = pool.keyStates();
    const health = new Map(pool.health().map((one) => [one.endpointId, one] as const));
    return endpoints.map((endpoint) => ({
      endpoint,
      health: health.get(endpoint.id) ?? {
        endpointId: endpoint.id,
        inFlight: 0,
        succeeded: 0,
        failed: 0,
        effectiveWeight: endpoint.weight,
      },
      keys: keys
        .filter((key) => key.endpointIds.includes(endpoint.id))
        .map((key) => ({
          id: key.id,
          label: key.label,
          tail: key.tail,
          endpointIds: [...key.endpointIds],
          paused: key.paused,
          state: states.get(key.id) ?? key.state,
          readable: secrets.has(key.id),
        })),
    }));
  }

  function view(endpointId: string): EndpointView {
    const found = views().find((one) => one.endpoint.id === endpointId);
    if (found === undefined) {
      throw new Refusal('NOT_FOUND', 'That endpoint no longer exists.');
    }
    return found;
  }

  function keyInfo(keyId: string): KeyInfo {
    for (const one of views()) {
      const found = one.keys.find((key) => key.id === keyId);
      if (found !== undefined) {
        return found;
      }
    }
    throw new Refusal('NOT_FOUND', 'That key no longer exists.');
  }

  async function save(endpoint: Endpoint): Promise<EndpointView> {
    if (endpoint.baseUrl !== '' && !/^https?:$/.test(protocolOf(endpoint.baseUrl))) {
      throw new Refusal(
        'BAD_INPUT',
        `"${endpoint.baseUrl}" is no URL: write it as https://host/path, or leave it blank for the official one.`,
        'baseUrl',
      );
    }
    await store.saveEndpoint(endpoint);
    await load();
    return view(endpoint.id);
  }

  async function addKeys(
    endpointId: string,
    drafts: readonly KeyDraft[],
  ): Promise<{ added: KeyInfo[]; duplicates: number }> {
    const status = vault.status();
    if (status.kind === 'undecided' || (status.kind === 'passphrase' && status.locked)) {
      throw new VaultClosed(status);
    }
    view(endpointId);
    const added: string[] = [];
    let duplicates = 0;
    for (const draft of drafts) {
      const fingerprint = vault.fingerprint(draft.secret);
      const equal = keys.find((key) => key.fingerprint === fingerprint);
      if (equal?.endpointIds.includes(endpointId)) {
        duplicates += 1;
        continue;
      }
      // The same secret at a second endpoint is one key that serves both.
      const key: StoredKey = equal
        ? { ...equal, endpointIds: [...equal.endpointIds, endpointId] }
        : {
            id: options.newId(),
            label: draft.label,
            tail: draft.secret.tail,
            endpointIds: [endpointId],
            paused: false,
            state: { status: 'AVAILABLE', since: options.clock.wallNow() },
            fingerprint,
          };
      await vault.put(key.id, draft.secret);
      await store.saveKey(key);
      keys = [...keys.filter((one) => one.id !== key.id), key];
      added.push(key.id);
    }
    await load();
    return { added: added.map(keyInfo), duplicates };
  }

  async function changeKey(keyId: string, change: Partial<StoredKey>): Promise<KeyInfo> {
    const key = keys.find((one) => one.id === keyId);
    if (key === undefined) {
      throw new Refusal('NOT_FOUND', 'That key no longer exists.');
    }
    await store.saveKey({ ...key, state: pool.keyStates().get(keyId) ?? key.state, ...change });
    await load();
    return keyInfo(keyId);
  }

  async function removeKey(keyId: string): Promise<void> {
    keyInfo(keyId);
    await vault.remove(keyId);
    await store.removeKey(keyId);
    secrets.delete(keyId);
    await load();
  }

  async function removeEndpoint(endpointId: string): Promise<void> {
    view(endpointId);
    for (const key of keys.filter((one) => one.endpointIds.includes(endpointId))) {
      const rest = key.endpointIds.filter((id) => id !== endpointId);
      if (rest.length === 0) {
        await vault.remove(key.id);
        await store.removeKey(key.id);
      } else {
        await store.saveKey({ ...key, endpointIds: rest });
      }
    }
    await store.removeEndpoint(endpointId);
    await load();
  }

  async function test(
    endpointId: string,
    keyId?: string,
  ): Promise<{ keyId: string | null; report: TestReport }[]> {
    const { endpoint, keys: own } = view(endpointId);
    const wanted = own.filter((key) => keyId === undefined || key.id === keyId);
    if (wanted.length === 0 && !endpoint.demo) {
      throw new Refusal('BAD_INPUT', `${endpoint.name} has no key yet: add one, then test it.`, 'keys');
    }
    const ready = await sendable(endpoint);
    if (wanted.length === 0) {
      return [{ keyId: null, report: await options.testCall(ready, null) }];
    }
    return Promise.all(
      wanted.map(async (key) => {
        const report = await options.testCall(ready, secrets.get(key.id) ?? null);
        if (report.kind === 'ok') {
          pool.clearKey(key.id, { proven: true });
        }
        return { keyId: key.id, report };
      }),
    );
  }

  /** The endpoint with the URL its requests really go to: the demo's is chosen at start. */
  async function sendable(endpoint: Endpoint): Promise<Endpoint> {
    return endpoint.demo ? { ...endpoint, baseUrl: await options.demoUrl() } : endpoint;
  }

  /** Saves what the pool learnt of the keys, so that a restart does not forget it. */
  async function saveStates(): Promise<void> {
    if (given !== null) {
      return;
    }
    const states = pool.keyStates();
    for (const key of keys) {
      const state = states.get(key.id);
      if (state !== undefined && state.status !== key.state.status) {
        await store.saveKey({ ...key, state });
      }
    }
    keys = await store.keys();
  }

  return {
    load,
    give,
    views,
    view,
    save,
    sendable,
    removeEndpoint,
    addKeys,
    renameKey: (keyId: string, label: string) => changeKey(keyId, { label }),
    setPaused: (keyId: string, paused: boolean) => changeKey(keyId, { paused }),
    removeKey,
    test,
    saveStates,
    secret: (keyId: string): string | null => secrets.get(keyId)?.reveal() ?? null,
    endpointsFor: (models: readonly ModelChoice[]): string[] =>
      endpoints.filter((endpoint) => models.some((choice) => mayServe(endpoint, choice))).map(({ id }) => id),
    /** The demo endpoint, from its first use on. */
    async ensureDemo(): Promise<void> {
      if (!endpoints.some((endpoint) => endpoint.demo)) {
        await save(DEMO_ENDPOINT);
      }
    },
    /** What an attempt's endpoint and key are called now, for the journal: they may be renamed or removed later. */
    names: (sent: {
      endpointId: string;
      keyId: string | null;
    }): { endpointName: string; keyTail: string } => ({
      endpointName: endpoints.find((endpoint) => endpoint.id === sent.endpointId)?.name ?? sent.endpointId,
      keyTail: keys.find((key) => key.id === sent.keyId)?.tail ?? '',
    }),
  };
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}
