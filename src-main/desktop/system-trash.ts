/** The system's own trash, from where a file can still be taken back by hand. */
import { basename } from 'node:path';
import { shell } from 'electron';
import { isThere } from '../file-facts';

/** One that is not there counts as moved. Answers those that could not be, each with a sentence. */
export async function toSystemTrash(
  paths: readonly string[],
): Promise<readonly { readonly path: string; readonly sentence: string }[]> {
  const kept: { path: string; sentence: string }[] = [];
  for (const path of paths) {
    try {
      await shell.trashItem(path);
    } catch {
      if (await isThere(path)) {
        kept.push({
          path,
          sentence: `the system could not take ${basename(path)} into its trash; delete it by hand, or free space there.`,
        });
      }
    }
  }
  return kept;
}
