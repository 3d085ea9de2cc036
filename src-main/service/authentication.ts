/**
 * Three tiers, in this order: the Admin-API-Key header, the caller's own keys in the body, the environment. A header
 * that is wrong ends it: there is no lower tier for it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../providers/secret';
import type { CallerKeys } from './caller-keys';
import type { Callers } from './callers';
import { isFromHere } from './guard';
import { Problem } from './problem';
import type { ServiceConfig } from './settings';

export const UNAUTHENTICATED =
  "Authentication failed. Provide 'Admin-API-Key' in headers or complete credentials in payload.";

/** What of a request tells who asks. */
export interface Asker {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly remoteAddress: string | undefined;
}

export type AdminClaim = 'none' | 'right' | 'wrong';

export function adminClaim({ headers }: Asker, { adminKey }: Pick<ServiceConfig, 'adminKey'>): AdminClaim {
  const given = headers['admin-api-key'];
  if (given === undefined) {
    return 'none';
  }
  return typeof given === 'string' && adminKey !== null && isSame(given, adminKey) ? 'right' : 'wrong';
}

export function isEnvironmentOpen(asker: Asker, { envTier }: Pick<ServiceConfig, 'envTier'>): boolean {
  return envTier === 'any' || (envTier === 'loopback' && isFromHere(asker.remoteAddress, asker.headers));
}

/** Whose keys serve a request. */
export type Tier =
  | { readonly kind: 'pool' }
  | { readonly kind: 'own'; readonly keys: CallerKeys }
  | { readonly kind: 'environment' };

/** Throws a Problem 401. */
export function tierOf(
  asker: Asker,
  keys: CallerKeys | null,
  { callers, config }: { readonly callers: Pick<Callers, 'hasEnvironment'>; readonly config: ServiceConfig },
): Tier {
  const claim = adminClaim(asker, config);
  if (claim === 'right') {
    return { kind: 'pool' };
  }
  if (claim === 'none' && keys !== null) {
    return { kind: 'own', keys };
  }
  if (claim === 'none' && isEnvironmentOpen(asker, config) && callers.hasEnvironment()) {
    return { kind: 'environment' };
  }
  throw unauthenticated();
}

export function unauthenticated(): Problem {
  return new Problem(401, UNAUTHENTICATED);
}

/** Takes as long for any two texts: their digests are compared. */
function isSame(given: string, secret: Secret): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret.reveal()));
}
