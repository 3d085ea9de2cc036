/**
 * Gemini's Files API: a resumable upload, a state that is PROCESSING at first, and files that belong to the key that
 * brought them. Protocol: ai.google.dev/api/files.
 */
import { randomUUID } from 'node:crypto';
import type { Picture } from '../request';
import type { JsonObject } from './text-request';

export interface UploadedFile {
  readonly name: string;
  readonly key: string | null;
  readonly mimeType: string;
  readonly bytes: Buffer;
  /** How often it was asked for: the first time it is still being processed. */
  looks: number;
}

interface Begun {
  readonly key: string | null;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly pieces: Buffer[];
}

export interface UploadAnswer {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface UploadCall {
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** Of this server. */
  readonly url: string;
}

export function createUploads() {
  const begun = new Map<string, Begun>();
  const files = new Map<string, UploadedFile>();

  function begin({ key, headers, url }: UploadCall): UploadAnswer {
    const id = randomUUID().slice(0, 12);
    const mimeType = String(headers['x-goog-upload-header-content-type'] ?? 'application/octet-stream');
    const sizeBytes = Number(headers['x-goog-upload-header-content-length'] ?? Number.NaN);
    begun.set(id, { key, mimeType, sizeBytes, pieces: [] });
    return {
      status: 200,
      body: {},
      headers: { 'x-goog-upload-url': `${url}/upload/v1beta/files/${id}`, 'x-goog-upload-status': 'active' },
    };
  }

  function go(id: string, { headers, body, url }: UploadCall): UploadAnswer {
    const upload = begun.get(id);
    const offset = Number(headers['x-goog-upload-offset'] ?? 0);
    const has = upload?.pieces.reduce((sum, { length }) => sum + length, 0) ?? 0;
    if (upload === undefined || offset !== has) {
      return refused(400, `The upload is at ${has}, not at ${offset}.`);
    }
    upload.pieces.push(body);
    if (!String(headers['x-goog-upload-command'] ?? '').includes('finalize')) {
      return { status: 200, body: {}, headers: { 'x-goog-upload-status': 'active' } };
    }
    const bytes = Buffer.concat(upload.pieces);
    if (!Number.isNaN(upload.sizeBytes) && bytes.length !== upload.sizeBytes) {
      return refused(400, `${bytes.length} bytes came, ${upload.sizeBytes} were announced.`);
    }
    begun.delete(id);
    const file = { name: `files/${id}`, key: upload.key, mimeType: upload.mimeType, bytes, looks: 0 };
    files.set(id, file);
    return { status: 200, body: { file: told(file, url) }, headers: { 'x-goog-upload-status': 'final' } };
  }

  /** Undefined: there is none, or it is another key's. */
  function owned(id: string, key: string | null): UploadedFile | undefined {
    const file = files.get(id);
    return file?.key === key ? file : undefined;
  }

  return {
    begin,
    go,
    look(id: string, { key, url }: Pick<UploadCall, 'key' | 'url'>): UploadAnswer {
      const file = owned(id, key);
      if (file === undefined) {
        return refused(403, 'You do not have permission to access the File or it may not exist.');
      }
      file.looks += 1;
      return { status: 200, body: told(file, url) };
    },
    remove(id: string, key: string | null): UploadAnswer {
      return owned(id, key) !== undefined && files.delete(id)
        ? { status: 200, body: {} }
        : refused(403, 'You do not have permission to access the File or it may not exist.');
    },
    /** What a request means by this address, once it may be used. */
    picture(uri: string, key: string | null): Picture | undefined {
      const file = owned(uri.split('/').at(-1) ?? '', key);
      return file === undefined || file.looks < 2
        ? undefined
        : { bytes: file.bytes, mimeType: file.mimeType, fileName: file.name, field: 'fileData' };
    },
    /** Names of all that is kept. */
    names: (): readonly string[] => [...files.values()].map(({ name }) => name),
  };
}

function told(file: UploadedFile, url: string): JsonObject {
  return {
    name: file.name,
    uri: `${url}/v1beta/${file.name}`,
    mimeType: file.mimeType,
    sizeBytes: String(file.bytes.length),
    state: file.looks < 2 ? 'PROCESSING' : 'ACTIVE',
  };
}

function refused(status: number, message: string): UploadAnswer {
  const names: Readonly<Record<number, string>> = { 400: 'INVALID_ARGUMENT', 403: 'PERMISSION_DENIED' };
  return { status, body: { error: { code: status, message, status: names[status] ?? 'UNKNOWN' } } };
}
