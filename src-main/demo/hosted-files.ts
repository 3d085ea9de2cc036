/** Files behind `GET /files/<name>`: answers that come as a URL, and whatever a test puts there. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

export interface HostedFile {
  readonly bytes: Uint8Array;
  readonly mimeType: string;
}

/** The oldest answers go first, so that a long demo holds no more than these. */
const MAX_KEPT = 64;

export function createHostedFiles(given: Readonly<Record<string, HostedFile>>) {
  const files = new Map(Object.entries(given));
  const kept: string[] = [];

  function add(baseUrl: string, name: string, file: HostedFile): string {
    files.set(name, file);
    return `${baseUrl}/files/${encodeURIComponent(name)}`;
  }

  return {
    add,
    keep(baseUrl: string, file: HostedFile): string {
      const name = `${randomUUID()}.${file.mimeType.replace('image/', '')}`;
      kept.push(name);
      const oldest = kept.length > MAX_KEPT ? kept.shift() : undefined;
      if (oldest !== undefined) {
        files.delete(oldest);
      }
      return add(baseUrl, name, file);
    },
    serve(name: string, response: ServerResponse): void {
      const file = files.get(name);
      if (file === undefined) {
        response.writeHead(404, { 'content-length': 0 }).end();
        return;
      }
      response.writeHead(200, { 'content-type': file.mimeType, 'content-length': file.bytes.length });
      response.end(file.bytes);
    },
  };
}
