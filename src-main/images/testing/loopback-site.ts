/** A real HTTP server on loopback that counts its hits, and a wire on which chosen addresses lead to it. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildConnector } from 'undici';
import type { FetchNetwork } from '../checked-connector';

export interface LoopbackSite {
  readonly port: number;
  hits(): number;
  close(): Promise<void>;
}

export async function loopbackSite(listener: RequestListener, host = '127.0.0.1'): Promise<LoopbackSite> {
  let hits = 0;
  const server: Server = createServer((request, response) => {
    hits++;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hits: () => hits,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An address out in the world, as far as the rules under test can tell. */
export const PUBLIC_ADDRESS = '93.184.216.34';

export interface TestNetwork extends FetchNetwork {
  /** Addresses that were really dialled. */
  readonly dialled: string[];
}

/**
 * Port 80 of `PUBLIC_ADDRESS` leads to `publicSite`, port 80 of any other address to that address at `secretSite`'s
 * port: whatever the rules let through does arrive. Names resolve by `names`; each answer is used once, the last stays.
 */
export function testNetwork(sites: {
  readonly publicSite: LoopbackSite;
  readonly secretSite: LoopbackSite;
  readonly names?: Readonly<Record<string, readonly (readonly string[])[]>>;
}): TestNetwork {
  const dialled: string[] = [];
  const asked = new Map<string, number>();
  const connect = buildConnector({ timeout: 2000 });
  return {
    dialled,
    resolve: async (hostname) => {
      const answers = sites.names?.[hostname];
      if (answers === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      const turn = asked.get(hostname) ?? 0;
      asked.set(hostname, turn + 1);
      return answers[Math.min(turn, answers.length - 1)] ?? [];
    },
    connect: (options, callback) => {
      dialled.push(options.hostname);
      const isPublic = options.hostname === PUBLIC_ADDRESS;
      const port = String(isPublic ? sites.publicSite.port : sites.secretSite.port);
      connect({ ...options, port, hostname: isPublic ? '127.0.0.1' : options.hostname }, callback);
    },
  };
}
