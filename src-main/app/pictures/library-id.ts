/** What tells this library from every other, for notes that travel with pictures. */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = 'library-id';

/** Made when it is first asked for; a library that is copied keeps it. */
export async function libraryId(root: string): Promise<string> {
  const path = join(root, FILE);
  await writeFile(path, randomUUID(), { flag: 'wx' }).catch(ignoreThere);
  const found = z
    .string()
    .uuid()
    .safeParse((await readFile(path, 'utf8')).trim());
  if (found.success) {
    return found.data;
  }
  const fresh = randomUUID();
  await writeFile(path, fresh);
  return fresh;
}

function ignoreThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') {
    throw error;
  }
}
