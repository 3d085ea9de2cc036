/** Endpoints, keys and a repeatable random source for the engine's tests. */
import type { Endpoint } from '@shared/model/endpoint';
import type { Failure, FailureKind } from '@shared/model/failure';
import type { Random } from '../ports';
import type { PoolKey } from '../pool/pool';

export function endpoint(id: string, given: Partial<Endpoint> = {}): Endpoint {
  return {
    id,
    name: id,
    provider: 'google_genai',
    baseUrl: '',
    apiVersion: '',
    enabled: true,
    weight: 1,
    limits: {},
    timeoutMs: 300_000,
    options: {},
    demo: false,
    ...given,
  };
}

export function key(id: string, endpointIds: readonly string[], given: Partial<PoolKey> = {}): PoolKey {
  return { id, endpointIds, paused: false, state: { status: 'AVAILABLE', since: 0 }, ...given };
}

/** An endpoint with a key of its own, `key of <id>`. */
export function pairs(...endpoints: readonly Endpoint[]): [readonly Endpoint[], readonly PoolKey[]] {
  return [endpoints, endpoints.map(({ id }) => key(`key of ${id}`, [id]))];
}

export function failure(kind: FailureKind, given: Partial<Failure> = {}): Failure {
  return { kind, message: `It was ${kind}.`, ...given };
}

/** mulberry32: small, fast, and the same everywhere for the same seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
