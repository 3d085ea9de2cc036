/** `brushfleet tokens ...`, as it was understood. Nothing was looked up yet. */
import type { Caps } from '@shared/model/run';
import type { LogLevel } from '../../log';

export type TokensAct =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'add';
      readonly name: string;
      readonly caps: Caps;
      /** Requests in flight at most. */
      readonly concurrency?: number;
    }
  /** What is given takes the place of what stood there; `noCaps`: all else of it goes. */
  | {
      readonly kind: 'set';
      readonly token: string;
      readonly noCaps: boolean;
      readonly caps: Caps;
      readonly concurrency?: number;
    }
  /** Names, ids or beginnings of ids. */
  | { readonly kind: 'revoke'; readonly tokens: readonly string[] };

export interface TokensCliRequest {
  readonly kind: 'tokens';
  readonly act: TokensAct;
  readonly json: boolean;
  /** Another folder than the usual one. */
  readonly library?: string;
  readonly envFile?: string;
  readonly logLevel?: LogLevel;
}
