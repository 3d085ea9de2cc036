/** Door 4: the package's entry for programs. `import { createBrushfleet } from 'brushfleet'`. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readVersion } from '../version';
import { brushfleetAt } from './brushfleet';
import type { CreateBrushfleet } from './types';

/** Above out/main, where the built file lies. */
const rootDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Opens the library with its first request, and holds it until `close`. */
export const createBrushfleet: CreateBrushfleet = (options) =>
  brushfleetAt({ resourcesDir: join(rootDir, 'resources'), version: readVersion(rootDir) }, options);

export { ClientError, NotRunningError, TimeoutError } from './errors';
export type * from './types';
