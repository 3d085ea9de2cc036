/**
 * Endpoints and keys that a command line lends for its own run to the process that owns the library: they serve that
 * run alone, by the same limits and states as the library's own. Pure.
 */
import { createHash } from 'node:crypto';
import type { Endpoint } from '@shared/model/endpoint';
import type { PoolKey } from '../../engine/pool/pool';
import type { Secret } from '../../providers/secret';
import type { StoredKey } from '../../store/store';

/** What a borrower's run may use, under the ids that the pool knows it by. */
export interface Loan {
  readonly borrower: string;
  /** All that may serve it; those of the library among them. */
  readonly endpointIds: readonly string[];
  /** Those that the library does not have. */
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly LentKey[];
}

export interface LentKey {
  readonly id: string;
  readonly label: string;
  readonly secret: Secret;
  readonly endpointIds: readonly string[];
  readonly fingerprint: string;
  /** The library has the same key under this id, and limits of its own for it. */
  readonly isOwn: boolean;
}

interface Owned {
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly StoredKey[];
}

export interface LoanRequest {
  readonly borrower: string;
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly Omit<LentKey, 'isOwn'>[];
  /**
   * Its endpoints are its own, even where they lead to the same server: what one stranger's key meets there (a model it
   * may not use, an outage) says nothing of what others may.
   */
  readonly isIsolated?: boolean | undefined;
}

/** One that leads to the same server is the library's own, with its limits; any other is added for the borrower. */
export function loanOf(own: Owned, loans: readonly Loan[], request: LoanRequest): Loan {
  const lent = loans.flatMap(({ endpoints }) => endpoints);
  const known = request.isIsolated === true ? [] : [...own.endpoints.filter(isOpen), ...lent];
  const taken = new Set([...own.endpoints, ...lent].map(({ id }) => id));
  const endpoints = request.endpoints.map((endpoint) => {
    const same = known.find((one) => destinationOf(one) === destinationOf(endpoint));
    return same ?? { ...endpoint, id: freeId(endpoint, taken) };
  });
  const ids = new Map(request.endpoints.map(({ id }, at) => [id, endpoints[at]?.id ?? id] as const));
  const ownIds = new Set(own.endpoints.map(({ id }) => id));
  return {
    borrower: request.borrower,
    endpointIds: endpoints.map(({ id }) => id),
    endpoints: endpoints.filter(({ id }) => !ownIds.has(id)),
    keys: request.keys.map((key) => {
      const endpointIds = key.endpointIds.map((id) => ids.get(id) ?? id);
      const same = own.keys.find(({ fingerprint }) => fingerprint === key.fingerprint);
      // A key of the library goes to no endpoint of the library that its user has not bound it to.
      const isOwn =
        same !== undefined && endpointIds.every((id) => !ownIds.has(id) || same.endpointIds.includes(id));
      return { ...key, id: isOwn ? same.id : key.id, endpointIds, isOwn };
    }),
  };
}

/** Every key as the pool holds it: own ones with their borrowers, and those that are only lent. */
export function withLoans(
  own: readonly PoolKey[],
  loans: readonly Loan[],
  stateOf: (keyId: string) => PoolKey['state'],
): PoolKey[] {
  const keys = new Map(own.map((key) => [key.id, key] as const));
  for (const { borrower, keys: lent } of loans) {
    for (const { id, endpointIds } of lent) {
      const known = keys.get(id) ?? { id, endpointIds: [], paused: false, state: stateOf(id), isOwn: false };
      keys.set(id, {
        ...known,
        endpointIds: [...new Set([...known.endpointIds, ...endpointIds])],
        borrowers: [...(known.borrowers ?? []), borrower],
      });
    }
  }
  return [...keys.values()];
}

function isOpen({ enabled, weight }: Endpoint): boolean {
  return enabled && weight > 0;
}

function destinationOf({ provider, baseUrl, apiVersion, demo }: Endpoint): string {
  return JSON.stringify([provider, baseUrl.trim().replace(/\/+$/, ''), apiVersion, demo]);
}

/** Its own id, which its earlier requests are counted under, unless that leads elsewhere here. */
function freeId(endpoint: Endpoint, taken: ReadonlySet<string>): string {
  if (!taken.has(endpoint.id)) {
    return endpoint.id;
  }
  const digest = createHash('sha256').update(destinationOf(endpoint)).digest('hex').slice(0, 8);
  return `${endpoint.id}:${digest}`;
}
