/** A benchmark's TypeScript with the threads it starts, as Node runs it: beside each other under `.tools`. */
import { join, resolve } from 'node:path';
import { build } from 'vite';

export const rootDir = resolve(import.meta.dirname, '..');

/**
 * Answers the folder it is in.
 * @param {string} name
 * @param {Record<string, string>} input names of the files and their sources, from the project's folder on
 */
export async function bundle(name, input) {
  const outDir = join(rootDir, '.tools', name);
  const entries = Object.entries(input).map(([entry, source]) => [entry, join(rootDir, source)]);
  await build({
    root: rootDir,
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: { '@shared': join(rootDir, 'src-shared') } },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: {
        input: Object.fromEntries(entries),
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  return outDir;
}
