import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const alias = { '@shared': resolve('src-shared') };

/**
 * Each thread and door is an entry of its own, found at run time by its file name. The first source that exists is
 * taken; an entry without any is left out.
 */
const entries: Record<string, readonly string[]> = {
  index: ['src-main/desktop/index.ts'],
  cli: ['src-main/cli/index.ts'],
  api: ['src-main/api/index.ts'],
  'store-worker': ['src-main/store/worker.ts', 'src-main/store/worker.ts'],
  'transport-worker': ['src-main/transport/worker.ts'],
  'demo-worker': ['src-main/demo/worker.ts'],
  'image-worker': ['src-main/images/worker.ts'],
  'lab-worker': ['src-main/images/lab/worker.ts'],
  'keyring-worker': ['src-main/vault/keyring-worker.ts'],
};

/**
 * Built into the output: finding and reading their 500 small files took longer than most commands do. What has native
 * parts, and the SDKs, fastify and what else is loaded only where it is used, stay packages.
 */
const BUNDLED = [
  '@orpc/client',
  '@orpc/contract',
  '@orpc/server',
  'ajv',
  'ajv-formats',
  'commander',
  'dotenv',
  'hyparquet',
  'hyparquet-compressors',
  'hyparquet-writer',
  'image-size',
  'papaparse',
  'undici',
  'zod',
];

function present(): Record<string, string> {
  const found = Object.entries(entries).map(([name, files]) => [
    name,
    files.find((file) => existsSync(file)),
  ]);
  return Object.fromEntries(found.filter(([, file]) => file !== undefined));
}

/** The command line is started by its own path: `out/main/cli.js edit ...`. */
const executableCli = {
  name: 'executable-cli',
  writeBundle({ dir = 'out/main' }: { dir?: string }): void {
    const cli = resolve(dir, 'cli.js');
    if (existsSync(cli)) {
      chmodSync(cli, 0o755);
    }
  },
};

/** Types of the package's entry: those that its source keeps by themselves, and what it exports besides. */
const entryTypes = {
  name: 'entry-types',
  writeBundle({ dir = 'out/main' }: { dir?: string }): void {
    const own = readFileSync('src-main/api/types.ts', 'utf8');
    writeFileSync(
      resolve(dir, 'api.d.ts'),
      `${own}\n${readFileSync('src-main/api/entry-types.txt', 'utf8')}`,
    );
  },
};

export default defineConfig({
  main: {
    plugins: [executableCli, entryTypes],
    resolve: { alias },
    build: {
      outDir: 'out/main',
      target: 'node20.18',
      externalizeDeps: { exclude: BUNDLED },
      rolldownOptions: {
        input: present(),
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
          banner: (chunk) => (chunk.name === 'cli' && chunk.isEntry ? '#!/usr/bin/env node' : ''),
        },
      },
    },
  },
  preload: {
    // The sandbox loads one CommonJS file: nothing in it may be required from elsewhere.
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: 'src-main/desktop/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    // The window serves the page at its root, the service below /app.
    base: './',
    plugins: [react()],
    resolve: { alias },
    build: {
      outDir: 'out/renderer',
      // The policy allows no data: fonts; a small one must be a file too.
      assetsInlineLimit: 0,
      minify: true,
      // Read from the disk, not over a network: one large chunk is no fault.
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: 'src-renderer/index.html' },
    },
  },
});
