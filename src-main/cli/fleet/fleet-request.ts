/** `brushfleet keys ...` and `brushfleet endpoints ...` as they were understood. Nothing was looked up yet. */
import type { Adaptive, KeyTier, Limits } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import type { LogLevel } from '../../log';

/** All of them, or those that are named (ids, beginnings of ids, for endpoints also names). */
export type Chosen = 'all' | readonly string[];

/** What keys are added with; each of them alike. */
export interface KeyTerms {
  /** Name or id; absent: the only endpoint there is. */
  readonly endpoint?: string;
  /** Made when there is none of that name. */
  readonly group?: string;
  readonly tier?: KeyTier;
  readonly limits?: Limits;
}

/** What is absent stays as it is, or gets its default in a new endpoint; a limit of 0 takes the limit away. */
export interface EndpointChange {
  readonly name?: string;
  readonly provider?: Provider;
  readonly baseUrl?: string;
  readonly apiVersion?: string;
  readonly enabled?: boolean;
  readonly weight?: number;
  readonly limits?: Limits;
  readonly adaptive?: Adaptive;
  readonly resetZone?: string;
  readonly timeoutMs?: number;
}

export type FleetAct =
  | { readonly kind: 'keysList' }
  | { readonly kind: 'keysUsage'; readonly days: number }
  | { readonly kind: 'keysAdd'; readonly terms: KeyTerms }
  | { readonly kind: 'keysImport'; readonly file: string; readonly terms: KeyTerms }
  | { readonly kind: 'keysTest'; readonly keys: Chosen }
  | { readonly kind: 'keysRemove'; readonly keys: readonly string[] }
  | { readonly kind: 'keysPause'; readonly keys: readonly string[]; readonly paused: boolean }
  | { readonly kind: 'keysReset'; readonly keys: readonly string[] }
  | { readonly kind: 'endpointsList' }
  /** Without `withKeys` one whose keys would go with it stays. */
  | { readonly kind: 'endpointsRemove'; readonly endpoint: string; readonly withKeys: boolean }
  | {
      readonly kind: 'endpointsAdd';
      readonly name: string;
      readonly provider: Provider;
      readonly change: EndpointChange;
    }
  | { readonly kind: 'endpointsSet'; readonly endpoint: string; readonly change: EndpointChange }
  | { readonly kind: 'endpointsTest'; readonly endpoints: Chosen };

export interface FleetCliRequest {
  readonly kind: 'fleet';
  readonly act: FleetAct;
  readonly json: boolean;
  /** Another folder than the usual one. */
  readonly library?: string;
  readonly envFile?: string;
  readonly logLevel?: LogLevel;
}
