/** The service's switch and its tokens, in memory. */
import { DEFAULT_SERVICE_SETTINGS } from '@shared/contract/service';
import type { ServiceSettings, ServiceStatus, ServiceToken } from '@shared/contract/service';
import type { Client } from '../api';

export interface FakeService {
  settings: ServiceSettings;
  tokens: ServiceToken[];
  /** The port that somebody else has. */
  takenPort: number | null;
}

export function fakeService(isEmpty: boolean): FakeService {
  return {
    settings: DEFAULT_SERVICE_SETTINGS,
    tokens: isEmpty
      ? []
      : [
          {
            id: 't1',
            name: 'Ana’s notebook',
            tail: 'x7Qd',
            createdAt: Date.now() - 86_400_000,
            lastUsedAt: Date.now() - 3_600_000,
            caps: { costUsd: 5 },
            concurrency: 4,
            spentUsd: 1.27,
            requests: 214,
          },
        ],
    takenPort: null,
  };
}

export function serviceCalls({ service }: { readonly service: FakeService }): Client['service'] {
  const status = (): ServiceStatus => {
    const { enabled, port } = service.settings;
    if (!enabled) {
      return { kind: 'off' };
    }
    return port === service.takenPort
      ? { kind: 'failed', reason: `Port ${port} is taken by another program; choose another.` }
      : {
          kind: 'on',
          address: `http://127.0.0.1:${port}`,
          since: Date.now() - 60_000,
          requests: 12,
          inFlight: 2,
          waiting: 1,
          concurrency: 15,
        };
  };
  return {
    status: async () => status(),
    settings: async () => service.settings,
    set: async (settings) => {
      service.settings = settings;
      return status();
    },
    tokens: async () => service.tokens,
    addToken: async ({ name, caps, concurrency }) => {
      const token: ServiceToken = {
        id: `t${service.tokens.length + 1}`,
        name,
        tail: 'k9Zz',
        createdAt: Date.now(),
        caps,
        ...(concurrency === undefined ? {} : { concurrency }),
        spentUsd: 0,
        requests: 0,
      };
      service.tokens = [...service.tokens, token];
      return token;
    },
    updateToken: async ({ id, name, caps, concurrency }) => {
      service.tokens = service.tokens.map((token) => {
        const { concurrency: _, ...rest } = token;
        return token.id === id
          ? { ...rest, name, caps, ...(concurrency === undefined ? {} : { concurrency }) }
          : token;
      });
      return service.tokens.find((token) => token.id === id) ?? Promise.reject(new Error('gone'));
    },
    revokeToken: async ({ id }) => {
      service.tokens = service.tokens.filter((token) => token.id !== id);
    },
  };
}
