/**
 * Sockets for URLs of strangers. The address is judged here, where the socket is opened: literals and every resolved
 * address alike (a lookup hook is never asked about literals), and what was judged is what is connected to, so a name
 * that answers differently the second time changes nothing.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { addressClass } from './private-address';

/** The network as safe-fetch uses it; tests put a name server and a wire of their own here. */
export interface FetchNetwork {
  /** All addresses of a host name. */
  readonly resolve: (hostname: string) => Promise<readonly string[]>;
  readonly connect: buildConnector.connector;
}

export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
  constructor(readonly reason: 'private' | 'never') {
    super('address refused');
  }
}

export function systemNetwork(connectTimeoutMs: number): FetchNetwork {
  return {
    resolve: async (hostname) => (await lookup(hostname, { all: true })).map(({ address }) => address),
    connect: buildConnector({ timeout: connectTimeoutMs }),
  };
}

/** `mayBePrivate`: of a host with its port, as `URL.host` has it. */
export function checkedConnector(
  network: FetchNetwork,
  mayBePrivate: (host: string | undefined) => boolean,
): buildConnector.connector {
  return (options, callback) => {
    const hostname = options.hostname.replace(/^\[|\]$/g, '');
    const isLiteral = isIP(hostname) !== 0;
    addressesOf(hostname, isLiteral, network).then(
      (addresses) => {
        const refusal = refuse(addresses, mayBePrivate(options.host));
        if (refusal !== null) callback(refusal, null);
        else {
          connectToFirst(
            network,
            { ...options, servername: isLiteral ? '' : hostname },
            { addresses, callback },
          );
        }
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

const MAX_ADDRESSES = 4;

/** In the resolver's order; a machine without IPv6 gets past a host's IPv6 addresses this way. */
function connectToFirst(
  network: FetchNetwork,
  options: buildConnector.Options,
  way: { readonly addresses: readonly string[]; readonly callback: buildConnector.Callback },
): void {
  const [address, ...others] = way.addresses.slice(0, MAX_ADDRESSES);
  if (address === undefined) {
    way.callback(new Error('the host has no address'), null);
    return;
  }
  network.connect({ ...options, hostname: address }, (...result) => {
    if (result[0] === null || others.length === 0) way.callback(...result);
    else connectToFirst(network, options, { addresses: others, callback: way.callback });
  });
}

async function addressesOf(
  hostname: string,
  isLiteral: boolean,
  network: FetchNetwork,
): Promise<readonly string[]> {
  return isLiteral ? [hostname] : network.resolve(hostname);
}

/** One bad address among good ones is enough: which of them answers is not ours to choose. */
function refuse(addresses: readonly string[], allowPrivate: boolean): AddressRefused | null {
  const classes = addresses.map(addressClass);
  if (classes.includes('never')) return new AddressRefused('never');
  return !allowPrivate && classes.includes('private') ? new AddressRefused('private') : null;
}
