/** Where the built worker entries are, whether this code runs from the build or from the sources under test. */
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export type WorkerName =
  | 'store-worker'
  | 'transport-worker'
  | 'demo-worker'
  | 'image-worker'
  | 'lab-worker'
  | 'keyring-worker';

export function workerPath(name: WorkerName): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const outMain = here.endsWith(`${sep}chunks`)
    ? dirname(here)
    : here.endsWith(`${sep}src-main`)
      ? join(dirname(here), 'out', 'main')
      : here;
  return join(outMain, `${name}.js`);
}
