import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Lower-case hex of a file's content, read as a stream. Rejects when it cannot be read. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** False also where it cannot be read. */
export async function hasHash(path: string, sha256: string): Promise<boolean> {
  return (await fileSha256(path).catch(() => null)) === sha256;
}
