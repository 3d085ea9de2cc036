/** Downloaded originals on disk, named by the sha256 of their URL, for `--image_cache_dir`. Broken files count as absent. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sniffImage } from './sniff';

export interface UrlCache {
  get(url: string): Promise<Uint8Array | null>;
  /** Best effort: a full or read-only disk costs only the cache. */
  put(url: string, bytes: Uint8Array): Promise<void>;
}

export function createUrlCache(folder: string): UrlCache {
  const pathOf = (url: string): string => join(folder, createHash('sha256').update(url).digest('hex'));
  return {
    get: async (url) => {
      const bytes = await readFile(pathOf(url)).catch(() => null);
      return bytes === null || sniffImage(bytes) === null ? null : bytes;
    },
    put: async (url, bytes) => {
      const temporary = join(folder, `.${randomUUID()}`);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(temporary, bytes, { flush: true });
        await rename(temporary, pathOf(url));
      } catch {
        /* The image is in hand all the same. */
      }
    },
  };
}
