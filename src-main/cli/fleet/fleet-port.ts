/** What `brushfleet keys` and `brushfleet endpoints` need of the app. Calls that cannot be carried out throw a Refusal. */
import type { EndpointView } from '@shared/contract';
import type { Endpoint, KeyInfo, KeyTier, Limits, QuotaGroup, TestReport } from '@shared/model/endpoint';
import type { VaultStatus } from '@shared/model/settings';
import type { Usage } from '@shared/model/usage';
import type { GivenFleet } from '../../app/fleet/fleet-roster';
import type { Secret } from '../../providers/secret';

export interface KeyDraft {
  readonly label: string;
  readonly secret: Secret;
}

export interface KeysToAdd {
  readonly endpointId: string;
  readonly keys: readonly KeyDraft[];
  readonly groupId?: string;
  readonly tier?: KeyTier;
  /** Of each key. */
  readonly limits?: Limits;
}

export interface AddedKeys {
  readonly added: readonly KeyInfo[];
  readonly duplicates: number;
}

export interface ImportedKeys {
  readonly endpoints: number;
  readonly keys: number;
  readonly duplicates: number;
  /** One sentence each. */
  readonly notes: readonly string[];
}

export interface TestedKey {
  /** Null for an endpoint that needs no key. */
  readonly keyId: string | null;
  readonly report: TestReport;
}

export interface TestedGivenKey {
  readonly keyId: string;
  readonly label: string;
  readonly tail: string;
  readonly endpointId: string;
  readonly endpointName: string;
  readonly report: TestReport;
}

export interface CliFleet {
  /** In the user's order, each with the keys that serve it. */
  endpoints(): readonly EndpointView[];
  groups(): readonly QuotaGroup[];
  vault(): VaultStatus;
  /** Of so many calendar days, today among them. */
  usage(days: number): Promise<Usage>;
  addGroup(name: string): Promise<QuotaGroup>;
  removeGroup(groupId: string): Promise<void>;
  addKeys(request: KeysToAdd): Promise<AddedKeys>;
  /** `path` is absolute. */
  importEnv(path: string): Promise<ImportedKeys>;
  removeKey(keyId: string): Promise<void>;
  pauseKey(keyId: string, paused: boolean): Promise<KeyInfo>;
  /** One request tries it. */
  resetKey(keyId: string): Promise<KeyInfo>;
  /** The keys that serve it alone go with it. */
  removeEndpoint(endpointId: string): Promise<void>;
  newEndpoint(endpoint: Omit<Endpoint, 'id'>): Promise<EndpointView>;
  changeEndpoint(endpoint: Endpoint): Promise<EndpointView>;
  /** Really calls the provider: with this key, or with each of the endpoint's. */
  test(endpointId: string, keyId?: string): Promise<readonly TestedKey[]>;
  /** The same with keys of the environment, which the library does not have. */
  testGiven(given: GivenFleet): Promise<readonly TestedGivenKey[]>;
  close(): Promise<void>;
}
