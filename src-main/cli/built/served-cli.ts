/** What tests of `brushfleet serve` know of it before they can ask it: its port, and that it listens. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** It says so on standard error; one that ends instead is an error with what it said. */
export function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let err = '';
    child.stderr?.on('data', (text: string) => {
      err += text;
      if (err.includes('Brushfleet serves on')) {
        resolve();
      }
    });
    child.once('close', () => reject(new Error(`It ended: ${err}`)));
  });
}
