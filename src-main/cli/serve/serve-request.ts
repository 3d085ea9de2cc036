/** `brushfleet serve`, as it was understood. */
import type { LogLevel } from '../../log';
import type { EnvTier } from '../../service/settings';

export interface ServeCliRequest {
  readonly kind: 'serve';
  readonly port?: number;
  readonly host?: string;
  readonly allowedHosts?: readonly string[];
  /** Also to other machines without TLS. */
  readonly allowPlainHttp: boolean;
  /** PEM files, as they were typed. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly envTier?: EnvTier;
  /** Another folder than the usual one. */
  readonly library?: string;
  readonly envFile?: string;
  readonly logLevel?: LogLevel;
}
