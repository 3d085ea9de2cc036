/** TLS: an endpoint without it, and one that nobody vouches for. Nothing of a request may leave for either. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import type { Provider } from '@shared/model/provider';
import { afterEach, describe, expect, it } from 'vitest';
import { createAdapters } from './index';
import { callContext, endpoint, failureIn, PLAIN_KEY, request } from './testing/calls';

const adapters = createAdapters();
const selfSigned = makeCertificate();

/** Null where there is no openssl: Node can read certificates, and make none. */
function makeCertificate(): { readonly key: Buffer; readonly cert: Buffer } | null {
  const folder = mkdtempSync(join(tmpdir(), 'brushfleet-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const argv = ['req', '-x509', ...kind, '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', cert];
  try {
    const { status } = spawnSync('openssl', argv, { stdio: 'ignore' });
    return status === 0 ? { key: readFileSync(key), cert: readFileSync(cert) } : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** Keeps what it hears. */
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function failureAt(provider: Provider, url: string) {
  const context = callContext(endpoint(provider, url));
  try {
    const failure = failureIn(await adapters[provider].image(request(), context));
    return { failure, sent: context.sent() };
  } finally {
    await context.close();
  }
}

describe.each<Provider>(['google_genai', 'openai'])('%s over TLS', (provider) => {
  it('names a server that speaks none network, with nothing sent', async () => {
    let heard = '';
    const server = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .on('data', (data) => {
          heard += data.toString('latin1');
          socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
        });
    });
    const { failure, sent } = await failureAt(provider, `https://127.0.0.1:${await listening(server)}`);
    expect(failure).toMatchObject({ kind: 'network', bodySent: false });
    expect(failure.message).toContain('127.0.0.1');
    expect(sent).toBe(0);
    expect(heard).not.toContain(PLAIN_KEY);
  });

  it.skipIf(selfSigned === null)(
    'names a certificate that nobody vouches for network, with nothing sent',
    async () => {
      let heard = '';
      const server = createTlsServer(selfSigned ?? {}, (socket) => {
        socket.on('error', () => undefined).on('data', (data) => (heard += String(data)));
      });
      server.on('tlsClientError', () => undefined);
      const { failure, sent } = await failureAt(provider, `https://127.0.0.1:${await listening(server)}`);
      expect(failure).toMatchObject({ kind: 'network', bodySent: false });
      expect(sent).toBe(0);
      expect(heard).toBe('');
    },
  );
});
