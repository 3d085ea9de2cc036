/** Keys and the groups they share a quota in: added, changed, removed. Secrets go to the vault, the rest to the store. */
import {
  type KeyInfo,
  type KeyLimits,
  keyLimitsSchema,
  type KeyTier,
  type QuotaGroup,
  quotaGroupSchema,
} from '@shared/model/endpoint';
import type { Pool } from '../../engine/pool/pool';
import type { Clock } from '../../engine/ports';
import type { Secret } from '../../providers/secret';
import { Refusal } from '../../refusal';
import type { Store, StoredKey } from '../../store/store';
import { type Vault, VaultClosed } from '../../vault/vault';
import { accountSentence, checkAccount, checkFields, checkGroupName, realLimits } from './fleet-checks';
import type { Roster } from './fleet-roster';

export type KeyDraft = { readonly label: string; readonly secret: Secret };

/** What all keys of one batch have in common. */
export interface KeyBatch {
  readonly groupId?: string | undefined;
  readonly tier?: KeyTier | undefined;
  readonly limits?: KeyLimits | undefined;
}

/** What is absent stays; null takes it away. */
export interface KeyChange {
  readonly label?: string | undefined;
  readonly paused?: boolean | undefined;
  readonly limits?: KeyLimits | null | undefined;
  readonly groupId?: string | null | undefined;
  readonly tier?: KeyTier | null | undefined;
  readonly endpointIds?: readonly string[] | undefined;
}

export interface FleetKeysOptions {
  readonly store: Store;
  readonly vault: Vault;
  readonly pool: Pool;
  readonly clock: Pick<Clock, 'wallNow'>;
  readonly roster: Roster;
  newId(): string;
  onChange(): void;
  /** One change after the other, and what follows from it. */
  change<T>(work: () => Promise<T>): Promise<T>;
}

/** Keys to be saved, and the secrets of those that are new at their endpoint. */
interface Addition {
  readonly keys: ReadonlyMap<string, StoredKey>;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly duplicates: number;
}

export function createFleetKeys(options: FleetKeysOptions) {
  const { store, vault, pool, roster, change } = options;

  function checkGroup(groupId: string | undefined): void {
    if (groupId !== undefined && !roster.groups().some(({ id }) => id === groupId)) {
      throw new Refusal(
        'BAD_INPUT',
        'That quota group no longer exists: choose another, or none.',
        'groupId',
      );
    }
  }

  function checkServed(endpointIds: readonly string[]): void {
    const known = new Set(roster.endpoints().map(({ id }) => id));
    if (endpointIds.length === 0 || endpointIds.some((id) => !known.has(id))) {
      throw new Refusal(
        'BAD_INPUT',
        'A key serves one endpoint at least: choose from those there are.',
        'endpointIds',
      );
    }
  }

  function checkVaultIsOpen(): void {
    const status = vault.status();
    if (status.kind === 'undecided' || (status.kind === 'passphrase' && status.locked)) {
      throw new VaultClosed(status);
    }
  }

  /** What is to be saved; nothing is yet. */
  function additionOf(endpointId: string, drafts: readonly KeyDraft[], batch: KeyBatch): Addition {
    const known = new Map(roster.keys().map((key) => [key.fingerprint, key] as const));
    const keys = new Map<string, StoredKey>();
    const secrets = new Map<string, Secret>();
    let duplicates = 0;
    for (const { label, secret } of drafts) {
      const fingerprint = vault.fingerprint(secret);
      const equal = known.get(fingerprint);
      if (equal?.endpointIds.includes(endpointId)) {
        duplicates += 1;
        continue;
      }
      // The same secret at a second endpoint is one key that serves both.
      const base: StoredKey = equal
        ? { ...equal, endpointIds: [...equal.endpointIds, endpointId] }
        : {
            id: options.newId(),
            label,
            tail: secret.tail,
            endpointIds: [endpointId],
            paused: false,
            fingerprint,
          };
      const key = changedKey(base, batch);
      checkAccount(key, roster.keys());
      known.set(fingerprint, key);
      keys.set(key.id, key);
      secrets.set(key.id, secret);
    }
    return { keys, secrets, duplicates };
  }

  async function addKeys(
    endpointId: string,
    drafts: readonly KeyDraft[],
    batch: KeyBatch = {},
  ): Promise<{ added: KeyInfo[]; duplicates: number }> {
    checkVaultIsOpen();
    const { keys, duplicates } = await change(async () => {
      roster.endpoint(endpointId);
      checkGroup(batch.groupId);
      checkFields(keyLimitsSchema, batch.limits ?? {});
      const addition = additionOf(endpointId, drafts, batch);
      await Promise.all([...addition.secrets].map(([id, secret]) => vault.put(id, secret)));
      await store.saveKeys([...addition.keys.values()]);
      return addition;
    });
    return { added: roster.keyInfos().filter(({ id }) => keys.has(id)), duplicates };
  }

  async function updateKey(keyId: string, wanted: KeyChange): Promise<KeyInfo> {
    await change(async () => {
      const key = changedKey(roster.key(keyId), wanted);
      checkFields(keyLimitsSchema, key.limits ?? {});
      checkGroup(key.groupId);
      checkServed(key.endpointIds);
      checkAccount(key, roster.keys());
      await store.saveKey(key);
    });
    return roster.keyInfo(keyId);
  }

  /** Brings it back into the pool; one request tries it. */
  async function resetKey(keyId: string): Promise<KeyInfo> {
    roster.key(keyId);
    pool.clearKey(keyId);
    if (roster.secret(keyId) === null) {
      // Not in the pool: what is known of it is in the library alone.
      const fresh = { status: 'AVAILABLE', since: options.clock.wallNow() } as const;
      await change(() => store.saveKeyStates(new Map([[keyId, fresh]])));
    }
    options.onChange();
    return roster.keyInfo(keyId);
  }

  /** A test call has found whose key it is. Answers what is odd about that, if anything. */
  async function noteAccount(keyId: string, account: string): Promise<string | null> {
    const known = roster.keys().find(({ id }) => id === keyId);
    if (roster.isGiven() || known === undefined) {
      return null;
    }
    if (known.account !== account) {
      await change(() => store.saveKey({ ...roster.key(keyId), account }));
    }
    return accountSentence(roster.key(keyId), roster.keys());
  }

  return {
    addKeys,
    updateKey,
    resetKey,
    noteAccount,
    removeKey: (keyId: string): Promise<void> =>
      change(async () => {
        roster.key(keyId);
        await vault.remove(keyId);
        await store.removeKey(keyId);
      }),
    /** `id` absent: a new one. */
    saveGroup: (given: Omit<QuotaGroup, 'id'> & { readonly id?: string | undefined }): Promise<QuotaGroup> =>
      change(async () => {
        if (given.id !== undefined) {
          roster.group(given.id);
        }
        const group: QuotaGroup = {
          id: given.id ?? options.newId(),
          name: given.name.trim(),
          limits: realLimits(given.limits) ?? {},
        };
        checkFields(quotaGroupSchema, { ...group, limits: given.limits });
        checkGroupName(group, roster.groups());
        await store.saveQuotaGroup(group);
        return group;
      }),
    /** Its keys stand for themselves again. */
    removeGroup: (groupId: string): Promise<void> =>
      change(async () => {
        roster.group(groupId);
        await store.removeQuotaGroup(groupId);
      }),
  };
}

/** What is absent stays; null takes it away. */
function changedKey(key: StoredKey, change: KeyChange): StoredKey {
  const limits = change.limits === undefined ? key.limits : realLimits(change.limits ?? {});
  const groupId = change.groupId === undefined ? key.groupId : (change.groupId ?? undefined);
  const tier = change.tier === undefined ? key.tier : (change.tier ?? undefined);
  const { account } = key;
  return {
    id: key.id,
    label: change.label?.trim() ?? key.label,
    tail: key.tail,
    endpointIds: change.endpointIds ?? key.endpointIds,
    paused: change.paused ?? key.paused,
    fingerprint: key.fingerprint,
    ...(limits === undefined ? {} : { limits }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(tier === undefined ? {} : { tier }),
    ...(account === undefined ? {} : { account }),
  };
}
