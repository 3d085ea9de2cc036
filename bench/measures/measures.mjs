/**
 * `npm run bench:measures`: what the measures find on a labelled set made from the sample pictures, how long they take, and
 * how exactly answers are laid on their sources. Bundles the TypeScript next to this file as a program would be, then runs it.
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const rootDir = resolve(import.meta.dirname, '../..');
const outDir = join(rootDir, '.tools', 'bench-measures');

await build({
  root: rootDir,
  configFile: false,
  logLevel: 'warn',
  resolve: { alias: { '@shared': join(rootDir, 'src-shared') } },
  build: { ssr: join(import.meta.dirname, 'main.ts'), outDir, emptyOutDir: true, target: 'node20' },
});
await import(pathToFileURL(join(outDir, 'main.js')).href);
