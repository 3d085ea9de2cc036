/** The test call of an endpoint and a key: a real request, with a limit that a person will wait for. */
import type { Endpoint, TestReport } from '@shared/model/endpoint';
import { createAdapters } from '../../providers';
import { createConnections } from '../../providers/http/connections';
import type { Secret } from '../../providers/secret';

const LIMIT_MS = 30_000;

export interface EndpointTest {
  call(endpoint: Endpoint, secret: Secret | null): Promise<TestReport>;
  close(): void;
}

export function createEndpointTest(): EndpointTest {
  const adapters = createAdapters();
  return {
    async call(endpoint, secret) {
      const timeoutMs = Math.min(endpoint.timeoutMs, LIMIT_MS);
      const connections = createConnections({ connectTimeoutMs: timeoutMs });
      try {
        return await adapters[endpoint.provider].test({
          endpoint: { ...endpoint, timeoutMs },
          secret,
          signal: new AbortController().signal,
          connections,
          onBodySent: () => undefined,
        });
      } finally {
        connections.close();
      }
    },
    close: () => adapters.close(),
  };
}
