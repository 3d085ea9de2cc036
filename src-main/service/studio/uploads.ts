/**
 * Files a browser sends in place of a dialog: written below the library, each sending in a folder of its own, and known
 * to the page by a grant. They stay while something names them (upload-sweep.ts).
 */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Grant } from '@shared/contract';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem';
import type { LoginSession } from './login-sessions';

export interface UploadLimits {
  readonly files: number;
  readonly fileBytes: number;
  /** Of a login, over all its uploads. */
  readonly sessionBytes: number;
}

export const UPLOAD_LIMITS: UploadLimits = {
  files: 10_000,
  fileBytes: 1024 * 1024 * 1024,
  sessionBytes: 10 * 1024 * 1024 * 1024,
};
const DEEPEST = 16;
const LONGEST_NAME = 200;

export interface Upload {
  readonly session: LoginSession;
  /** Of all uploads. */
  readonly root: string;
  readonly limits: UploadLimits;
  /** Folders that are being written now. */
  readonly underWay: Set<string>;
  newId(): string;
}

/** One grant for the folder that was sent where it is one (`?folder=1`), else one for each file. */
export async function receiveFiles(
  request: FastifyRequest,
  upload: Upload,
  asFolder: boolean,
): Promise<Grant[]> {
  const { session, root, underWay } = upload;
  const place = join(root, upload.newId());
  underWay.add(place);
  await mkdir(place, { recursive: true, mode: 0o700 });
  try {
    const names = await writeParts(request, place, upload);
    if (names.length === 0) {
      throw new Problem(400, 'There is no file in this upload: choose one.');
    }
    const tops = asFolder ? [...new Set(names.map((name) => name.split('/')[0] ?? name))] : names;
    const grants = await Promise.all(tops.map((name) => session.grants.grant(join(place, name))));
    return grants.filter((grant) => grant !== null);
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    if (session.ended.aborted) {
      throw new Problem(401, 'The login ended while files were sent: log in and send them again.');
    }
    throw error instanceof Problem ? error : asProblem(error);
  } finally {
    underWay.delete(place);
  }
}

async function writeParts(
  request: FastifyRequest,
  place: string,
  { session, limits }: Upload,
): Promise<readonly string[]> {
  const names = new Set<string>();
  const bounds = { fileSize: limits.fileBytes, files: limits.files, fields: 0, parts: limits.files };
  for await (const part of request.parts({ limits: bounds, preservePath: true })) {
    if (part.type !== 'file') {
      continue;
    }
    const name = safeName(part.filename);
    if (name === null || names.has(name)) {
      part.file.resume();
      throw new Problem(400, `A file cannot be kept under the name "${shown(part.filename)}": rename it.`);
    }
    names.add(name);
    const path = join(place, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await pipeline(
      part.file,
      counted(session, limits),
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
      {
        signal: session.ended,
      },
    );
    if (part.file.truncated) {
      throw new Problem(
        413,
        `"${shown(name)}" is larger than ${megabytes(limits.fileBytes)}: make it smaller.`,
      );
    }
  }
  return [...names];
}

function counted(session: LoginSession, { sessionBytes }: UploadLimits) {
  return async function* count(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      session.sentBytes += chunk.length;
      if (session.sentBytes > sessionBytes) {
        throw new Problem(
          413,
          `More than ${megabytes(sessionBytes)} were sent since the login: log in again.`,
        );
      }
      yield chunk;
    }
  };
}

/** With forward slashes; null: it names no file below its folder. */
export function safeName(given: string | undefined): string | null {
  const parts = (given ?? '').split('/');
  const isSafe =
    parts.length <= DEEPEST &&
    parts.every(
      (part) =>
        part !== '' &&
        part !== '.' &&
        part !== '..' &&
        Buffer.byteLength(part) <= LONGEST_NAME &&
        // oxlint-disable-next-line no-control-regex -- they are what is refused
        !/[\\:*?"<>|\u0000-\u001f]|[. ]$/.test(part),
    );
  return isSafe ? parts.join('/') : null;
}

function asProblem(error: unknown): unknown {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return status === 413 ? new Problem(413, 'These files are too many or too large for one upload.') : error;
}

function shown(name: string | undefined): string {
  return (name ?? '').slice(0, 100);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
