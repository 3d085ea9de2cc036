/**
 * `npm run bench:pool`: the pool and the scheduler as they are, on a virtual clock, and what they cost on the real one.
 * Bundles the TypeScript next to this file as a program would be, then runs it.
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const rootDir = resolve(import.meta.dirname, '../..');
const outDir = join(rootDir, '.tools', 'bench-pool');

await build({
  root: rootDir,
  configFile: false,
  logLevel: 'warn',
  resolve: { alias: { '@shared': join(rootDir, 'src-shared') } },
  build: { ssr: join(import.meta.dirname, 'main.ts'), outDir, emptyOutDir: true, target: 'node20' },
});
await import(pathToFileURL(join(outDir, 'main.js')).href);
