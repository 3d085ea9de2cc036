/** Requests as no browser sends them: paths are not tidied, upgrades are offered, a certificate of one's own is taken. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsFiles } from '../../settings';

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

interface RawRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: GET, else POST. */
  readonly body?: string | undefined;
}

export function rawRequest(address: string, { path, headers, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port, protocol } = new URL(address);
  const start = protocol === 'https:' ? tlsRequest : request;
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const asking = start({ hostname, port, path, method, headers, rejectUnauthorized: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/** Made by `openssl`, for two days. */
export function certificate(): TlsFiles {
  const folder = mkdtempSync(join(tmpdir(), 'brushfleet-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  spawnSync('openssl', ['req', '-x509', ...kind, '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', cert]);
  try {
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
