/**
 * Which requests to upgrade become sockets. Once a server hears of upgrades, Node hands it every request that offers one
 * and reads no body of it; some clients offer HTTP/2 with each (`Upgrade: h2c`). Those are answered as if they had not.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

type Raw = [name: string, value: string];
const OFFER = new Set(['upgrade', 'http2-settings', 'connection']);

/** `take` gets those of the path, which offer a WebSocket; answers how to stop. */
export function divideUpgrades(
  server: Server,
  { path, isTls }: { readonly path: string; readonly isTls: boolean },
  take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): () => void {
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const isOurs =
      request.headers.upgrade?.toLowerCase() === 'websocket' && request.url?.split('?')[0] === path;
    if (isOurs) {
      take(request, socket, head);
      return;
    }
    socket.unshift(Buffer.concat([withoutOffer(request), head]));
    server.emit(isTls ? 'secureConnection' : 'connection', socket as Socket);
  };
  server.on('upgrade', onUpgrade);
  return () => void server.off('upgrade', onUpgrade);
}

/** Its head once more, as the client wrote it. */
function withoutOffer({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const pairs = rawHeaders.flatMap((name, at): Raw[] =>
    at % 2 === 0 && !OFFER.has(name.toLowerCase()) ? [[name, rawHeaders[at + 1] ?? '']] : [],
  );
  const lines = [
    `${method ?? 'GET'} ${url ?? '/'} HTTP/${httpVersion}`,
    ...pairs.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
