/** The program's version, the same for every door: two of them talk to each other only when it is equal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `rootDir`: where package.json lies. */
export function readVersion(rootDir: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8'));
  return version;
}
