/** The values of `serve`. Pure. */
import { isLoopbackHost } from '../../service/guard';
import { envTierSchema, listed } from '../../service/settings';
import { type FlagValues, UsageError } from '../flag-values';
import { readLogLevel, readOneOf, withoutUndefined } from '../read-flags';
import type { ServeCliRequest } from './serve-request';

export function readServe(flags: FlagValues): ServeCliRequest {
  const host = flags.text('host');
  const tls = readTls(flags);
  const allowPlainHttp = flags.has('allow_plain_http');
  if (host !== undefined && !isLoopbackHost(host) && tls === undefined && !allowPlainHttp) {
    throw new UsageError(
      `--host ${host} can be reached from other machines, and without TLS keys travel unencrypted: give --tls_cert and --tls_key, or --allow_plain_http where something else encrypts.`,
    );
  }
  const hosts = flags.text('allowed_hosts');
  return {
    kind: 'serve',
    allowPlainHttp,
    ...withoutUndefined({
      host,
      tls,
      port: flags.integer('port', { min: 1, max: 65_535 }),
      allowedHosts: hosts === undefined ? undefined : listed(hosts),
      envTier: readOneOf(flags, 'env_tier', envTierSchema.options),
      library: flags.text('library'),
      envFile: flags.text('env_file'),
      logLevel: readLogLevel(flags),
    }),
  };
}

function readTls(flags: FlagValues): ServeCliRequest['tls'] {
  const cert = flags.text('tls_cert');
  const key = flags.text('tls_key');
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError('--tls_cert and --tls_key belong together: give both.');
  }
  return cert === undefined || key === undefined ? undefined : { cert, key };
}
