/** What damage is made of, and how it is heard. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { StoreError } from '../store-error';

export const PAGE_BYTES = 4096;

export async function errorOf(work: () => Promise<unknown>): Promise<StoreError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof StoreError) {
      return error;
    }
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

/** Flips every bit of the header of each b-tree page from that one on. */
export function flipPages(path: string, from: number): void {
  const bytes = readFileSync(path);
  for (let page = from; (page + 1) * PAGE_BYTES <= bytes.length; page += 1) {
    for (let at = page * PAGE_BYTES; at < page * PAGE_BYTES + 8; at += 1) {
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    }
  }
  writeFileSync(path, bytes);
}

/** Of the chain of a large value that was written last: what opens and works does not touch them. */
export function flipLastPages(path: string): void {
  flipPages(path, statSync(path).size / PAGE_BYTES - 50);
}
